# SPDX-License-Identifier: GPL-3.0-or-later
# As its document prints it, letter by letter; a test changes host, port and token.
import asyncio
import websockets
import json
import logging

class ScheduleWebSocketClient:
    def __init__(self, token):
        self.token = token
        self.uri = f"ws://localhost:8000/ws?token={token}"
        self.websocket = None

    async def connect(self):
        try:
            self.websocket = await websockets.connect(self.uri)
            await self.subscribe(['schedule', 'notification'])

            async for message in self.websocket:
                await self.handle_message(json.loads(message))

        except websockets.exceptions.ConnectionClosed:
            logging.info("WebSocket connection closed")
        except Exception as e:
            logging.error(f"WebSocket error: {e}")

    async def handle_message(self, message):
        message_type = message.get('type')
        action = message.get('action')
        data = message.get('data')

        if message_type == 'schedule':
            await self.handle_schedule_update(action, data)
        elif message_type == 'notification':
            await self.handle_notification(action, data)
        elif message_type == 'error':
            await self.handle_error(data)

    async def handle_schedule_update(self, action, data):
        print(f"Schedule {action}: {data}")

    async def handle_notification(self, action, data):
        if action == 'created':
            print(f"New notification: {data['title']} - {data['message']}")

    async def handle_error(self, data):
        print(f"WebSocket error: {data['message']}")

    async def subscribe(self, events):
        if self.websocket:
            message = {
                'type': 'subscription',
                'action': 'subscribe',
                'data': {'events': events}
            }
            await self.websocket.send(json.dumps(message))

    async def disconnect(self):
        if self.websocket:
            await self.websocket.close()

# Usage
async def main():
    token = "your_jwt_token_here"
    client = ScheduleWebSocketClient(token)
    await client.connect()

asyncio.run(main())
