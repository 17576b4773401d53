/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One client of the load: a real socket.io-client that runs `bench.echo` and keeps a book of its
 * requests, so that a lost, doubled or crossed answer is seen.
 */
'use strict';

const { io } = require('socket.io-client');

class Client {
	/* transports: as socket.io-client takes them. */
	constructor(server, name, transports) {
		this.server = server;
		this.name = name;
		this.waiting = new Map();
		this.answered = 0;
		this.faults = [];
		this.socket = io(server.url, {
			path: '/realtime',
			auth: { token: server.token(name) },
			query: { sessionId: `session-${name}` },
			transports,
			forceNew: true,
			reconnection: false,
		});
		this.socket.on('message', (message) => this.#settle(message));
		this.socket.on('disconnect', () => this.#abandon());
	}

	/* Resolves when the namespace is joined. */
	connected() {
		return new Promise((resolve, reject) => {
			this.socket.once('connect', resolve);
			this.socket.once('connect_error', reject);
		});
	}

	/* Send one request; resolves when its answer came, or rejects when the socket went. */
	request(sequence) {
		const requestId = `${this.name}:${sequence}`;

		return new Promise((resolve, reject) => {
			this.waiting.set(requestId, { resolve, reject });
			this.socket.emit('message', {
				type: 'REQUEST',
				requestId,
				action: 'bench.echo',
				data: { from: this.name, sequence, text: 'x'.repeat(64) },
			});
		});
	}

	/* Run requests first … last with `window` of them in flight. */
	async run(first, last, window) {
		let next = first;
		const lane = async () => {
			while (next <= last)
				await this.request(next++);
		};

		await Promise.all(Array.from({ length: window }, lane));
	}

	#settle(raw) {
		const message = typeof raw === 'string' ? JSON.parse(raw) : raw;
		const entry = this.waiting.get(message.requestId);

		if (!entry) {
			this.faults.push(`answer to nothing: ${JSON.stringify(message).slice(0, 200)}`);
			return;
		}
		this.waiting.delete(message.requestId);
		/* While it stops, a server may say no to what it has not begun. */
		const refused = this.server.stopping && message.error?.code === 'OVERLOADED';
		const right = message.type === 'RESPONSE' &&
			JSON.stringify(message.data).includes(this.name);

		if (!right && !refused)
			this.faults.push(`wrong answer: ${JSON.stringify(message).slice(0, 200)}`);
		this.answered++;
		entry.resolve();
	}

	#abandon() {
		for (const entry of this.waiting.values())
			entry.reject(new Error('disconnected'));
		this.waiting.clear();
	}

	close() {
		this.socket.close();
	}
}

module.exports = { Client };
