// SPDX-License-Identifier: GPL-3.0-or-later
// As its document prints it, letter by letter; a test changes host, port and token.
// Connect to WebSocket server
const socket = new WebSocket('ws://localhost:5000/ws');

// Handle connection open
socket.addEventListener('open', (event) => {
  console.log('Connected to WebSocket server');
  
  // Subscribe to updates
  socket.send(JSON.stringify({
    type: 'subscribe',
    data: {
      userId: 123,
      topics: ['job_matches', 'application_updates']
    }
  }));
});

// Handle incoming messages
socket.addEventListener('message', (event) => {
  const message = JSON.parse(event.data);
  
  switch (message.type) {
    case 'ping':
      // Respond with pong
      socket.send(JSON.stringify({ type: 'pong' }));
      break;
      
    case 'notification':
      // Handle notification
      console.log('New notification:', message.data);
      // Update UI with notification
      break;
      
    case 'job_update':
      // Handle job update
      console.log('Job update:', message.data);
      // Update UI with job information
      break;
      
    case 'application_status':
      // Handle application status update
      console.log('Application status update:', message.data);
      // Update UI with application status
      break;
      
    case 'error':
      // Handle error
      console.error('WebSocket error:', message.data);
      break;
      
    default:
      console.log('Unknown message type:', message.type);
  }
});

// Handle errors
socket.addEventListener('error', (event) => {
  console.error('WebSocket error:', event);
});

// Handle connection close
socket.addEventListener('close', (event) => {
  console.log('Disconnected from WebSocket server:', event.code, event.reason);
  // Attempt to reconnect after a delay
  setTimeout(() => {
    // Reconnect logic
  }, 5000);
});
