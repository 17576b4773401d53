// SPDX-License-Identifier: GPL-3.0-or-later
// As its document prints it, letter by letter; a test changes host, port and token.
const token = "your-jwt-token";
const ws = new WebSocket(`ws://localhost:8000/ws?token=${token}`);

ws.onopen = () => {
  console.log("Connected to WebSocket");

  // Join a channel
  ws.send(
    JSON.stringify({
      type: "join_channel",
      channel_id: "channel-uuid",
    })
  );
};

ws.onmessage = (event) => {
  const data = JSON.parse(event.data);

  switch (data.type) {
    case "new_message":
      displayNewMessage(data.data);
      break;
    case "typing_indicator":
      showTypingIndicator(data.user_id, data.is_typing);
      break;
    case "user_status":
      updateUserStatus(data.user_id, data.status);
      break;
  }
};

ws.onclose = () => {
  console.log("WebSocket connection closed");
  // Implement reconnection logic
};
