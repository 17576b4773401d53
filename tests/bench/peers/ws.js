/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node with plain `ws`: the paths of floor/floor.c, raw messages, no tokens. */
'use strict';

const http = require('node:http');
const { WebSocketServer } = require('ws');

const server = http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
const members = new Set();

function publish(data, isBinary) {
	for (const member of members)
		member.send(data, { binary: isBinary });
}

sockets.on('connection', (socket, request) => {
	if (request.url === '/member') {
		members.add(socket);
		socket.on('close', () => members.delete(socket));
	} else if (request.url === '/publish') {
		socket.on('message', publish);
	} else {
		socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
	}
});
server.listen(0, '127.0.0.1', 4096, () => console.log(`127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
