// SPDX-License-Identifier: GPL-3.0-or-later
// As its document prints it, letter by letter; a test changes host, port and token.
const token = "eyJhbGc..."; // Your JWT access token
const ws = new WebSocket(`ws://localhost:8000/api/v1/ws/connect?token=${token}`);

ws.onopen = () => {
  console.log("Connected");
};

ws.onmessage = (event) => {
  const message = JSON.parse(event.data);
  console.log("Received:", message);
};

ws.onerror = (error) => {
  console.error("WebSocket error:", error);
};

ws.onclose = (event) => {
  console.log(`Closed: ${event.code} - ${event.reason}`);
};
