// SPDX-License-Identifier: GPL-3.0-or-later
// Engine.IO by hand: polls with fetch, WebSockets with `ws`, packets as they are on the wire.
// Nothing here understands more of the protocol than a test asks for.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { within } from "./gateway.mjs";

const { WebSocket } = createRequire(import.meta.url)("ws");

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

	// A poll that waits at the gateway already: one read brought it together with the request
	// before it, of which the answer is here. answer: what comes until the end.
	async waiting(sid) {
		const { hostname, port, pathname, search } = new URL(this.polling(sid));
		const socket = connect(port, hostname);
		let text = "";
		socket.setEncoding("utf8").on("error", () => {});
		const ended = new Promise(done => socket.on("close", done));
		const first = new Promise(done => socket.on("data", piece => {
			text += piece;
			done();
		}));
		socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" +
			`GET ${pathname}${search} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
		await within("an answer", Promise.race([first, ended]));
		const answer = within("the end of the poll", ended).then(() => {
			const [, status, body] = /^[^]*HTTP\/1\.1 (\d+) [^]*?\r\n\r\n([^]*)$/.exec(text);
			return { status: Number(status), body };
		});
		return { answer, abandon: () => socket.resetAndDestroy() };
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
		await within("open", this.opened);
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
		return within("message", new Promise(done => this.#waiting.push(done)));
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
	ended() {
		return within("close", this.closed);
	}

	close() {
		this.ws.close();
		return this.ended();
	}
}
