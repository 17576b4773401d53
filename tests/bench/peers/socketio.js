/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Node's Socket.IO with the actions of plugin/bench.c, the message envelope and HS256 tokens:
 * `node socketio.js ws|eiows`. What is optional and costs time is off, as in tidegate.
 */
'use strict';

const http = require('node:http');
const { createHmac, timingSafeEqual } = require('node:crypto');
const { Server } = require('socket.io');

const secret = process.env.TIDEGATE_JWT_SECRET;
const server = http.createServer();
/* As tidegate's: the default of five seconds ends the connections of resting sessions. */
server.keepAliveTimeout = 65000;
const io = new Server(server, {
	path: '/realtime',
	serveClient: false,
	perMessageDeflate: false,
	httpCompression: false,
	wsEngine: process.argv[2] === 'eiows' ? require('eiows').Server : require('ws').Server,
});

/* The least that a server must look at: algorithm, signature, expiry. */
function verify(token) {
	const [head, body, signature] = String(token).split('.');
	const wanted = createHmac('sha256', secret).update(`${head}.${body}`).digest();
	const given = Buffer.from(signature || '', 'base64url');

	if (JSON.parse(Buffer.from(head, 'base64url')).alg !== 'HS256' ||
		given.length !== wanted.length || !timingSafeEqual(given, wanted))
		throw new Error('INVALID_TOKEN');
	const claims = JSON.parse(Buffer.from(body, 'base64url'));
	if (!(claims.exp > Date.now() / 1000))
		throw new Error('TOKEN_EXPIRED');
	return claims;
}

const actions = new Map([
	['bench.echo', (socket, data) => data],
	['bench.join', (socket, data) => {
		socket.join(data.room);
		return {};
	}],
	['bench.publish', (socket, data) => {
		io.to(data.room).emit('bench', data.text);
		return {};
	}],
]);

io.use((socket, next) => {
	try {
		socket.data.claims = verify(socket.handshake.auth.token);
		next(socket.handshake.query.sessionId ? undefined : new Error('SESSION_REQUIRED'));
	} catch (error) {
		next(error);
	}
});

io.on('connection', (socket) => {
	socket.on('message', (request) => {
		const { requestId, action } = request;
		const run = actions.get(action);

		if (run)
			socket.emit('message', { type: 'RESPONSE', requestId, action, data: run(socket, request.data) });
		else
			socket.emit('message', { type: 'ERROR', requestId, action, error: { code: 'UNKNOWN_ACTION' } });
	});
});

server.listen(0, '127.0.0.1', 4096, () => console.log(`127.0.0.1:${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
