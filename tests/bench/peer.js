/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node's Socket.IO with the action `echo`: what tidegate is measured against. */
'use strict';

const http = require('node:http');
const { Server } = require('socket.io');

const server = http.createServer();
const io = new Server(server, { path: '/realtime', serveClient: false });

io.on('connection', (socket) => {
	socket.on('message', (request) => {
		socket.emit('message', {
			type: 'RESPONSE',
			requestId: request.requestId,
			action: request.action,
			data: request.data,
		});
	});
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
