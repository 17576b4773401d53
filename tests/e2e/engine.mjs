// SPDX-License-Identifier: GPL-3.0-or-later
// Engine.IO by hand: polls with fetch, WebSockets with `ws`, packets as they are on the wire.
// Nothing here understands more of the protocol than a test asks for.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { within } from "./gateway.mjs";

const { WebSocket } = createRequire(import.meta.url)("ws");

const WAIT_MS = 5000;

// One Engine.IO endpoint. protocol: 3 or 4; query: more of it, as "&b64=1".
export class Engine {
	constructor(base, path, protocol = 4, query = "") {
		this.http = `${base}${path}?EIO=${protocol}${query}`;
		this.ws = this.http.replace("http:", "ws:");
	}

	polling(sid) {
		return `${this.http}&transport=polling${sid ? `&sid=${sid}` : ""}`;
	}

	// Opens a session by polling; its hello, with sid.
	async open() {
		const body = await this.get();
		return JSON.parse(body.slice(body.indexOf("{")));
	}

	async get(sid, options) {
		const answer = await fetch(this.polling(sid), options);
		assert.equal(answer.status, 200);
		return answer.text();
	}

	status(sid, options) {
		return fetch(this.polling(sid), options).then(async answer => {
			await answer.arrayBuffer();
			return answer.status;
		});
	}

	async post(sid, body, headers = {}) {
		const answer = await fetch(this.polling(sid), { method: "POST", body, headers });
		return { status: answer.status, text: await answer.text() };
	}

	async send(sid, body) {
		const { status, text } = await this.post(sid, body);
		assert.equal(status, 200);
		assert.equal(text, "ok");
	}

	// A WebSocket; with sid: a probe.
	socket(sid) {
		return new Socket(`${this.ws}&transport=websocket${sid ? `&sid=${sid}` : ""}`);
	}
}

// A WebSocket whose messages wait in a queue until the test asks for them: strings for text,
// Buffers for binary.
export class Socket {
	#waiting = [];
	#heard = [];

	constructor(url, options = {}) {
		this.ws = new WebSocket(url, { perMessageDeflate: false, ...options });
		this.opened = new Promise((done, fail) => {
			this.ws.on("open", done);
			this.ws.on("error", fail);
		});
		this.opened.catch(() => {}); // whoever waits for `closed` alone is told there
		this.closed = new Promise(done => this.ws.on("close", (code, why) => {
			done({ code, why: String(why) });
		}));
		this.ws.on("message", (data, isBinary) => {
			const message = isBinary ? data : String(data);
			const taker = this.#waiting.shift();
			if (taker)
				taker(message);
			else
				this.#heard.push(message);
		});
	}

	async open() {
		await within(WAIT_MS, "open", this.opened);
		return this;
	}

	send(...messages) {
		for (const message of messages)
			this.ws.send(message);
	}

	// The next message, whatever it is.
	next() {
		if (this.#heard.length)
			return Promise.resolve(this.#heard.shift());
		return within(WAIT_MS, "message", new Promise(done => this.#waiting.push(done)));
	}

	// The next message that is no ping; pings are answered when `pong` is given.
	async message(pong = "3") {
		for (;;) {
			const message = await this.next();
			if (message !== "2")
				return message;
			if (pong)
				this.ws.send(pong);
		}
	}

	async expect(...messages) {
		for (const message of messages)
			assert.deepEqual(await this.message(), message);
	}

	// Waits for the end that the server makes.
	ended(ms = WAIT_MS) {
		return within(ms, "close", this.closed);
	}

	close() {
		this.ws.close();
		return this.ended();
	}
}
