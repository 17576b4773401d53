// SPDX-License-Identifier: GPL-3.0-or-later
// socket.io-msgpack-parser on one mount, JSON on another, one space of rooms for both.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";
import { Gateway, ask, joined, once, within } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { io } = require("socket.io-client");
const msgpack = require("socket.io-msgpack-parser");

const CONFIG = `
listeners:
  - {name: text, address: "127.0.0.1:0"}
  - {name: packed, address: "127.0.0.1:0"}
api: {listen: ""}
mounts:
  - {path: /app, listener: text, auth: none, session_required: false, message_rate: unlimited}
  - {path: /app, listener: packed, auth: none, session_required: false,
     message_rate: unlimited, msgpack: true}
`;
const WAYS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
const BYTES = Buffer.from([0, 1, 2, 128, 255]);

let gateway;
const open = new Set();

before(async () => {
	gateway = await Gateway.app({ config: CONFIG });
});

afterEach(() => {
	for (const socket of open)
		socket.close();
	open.clear();
});

after(() => gateway.stop());

async function connect(listener, options = {}) {
	const socket = io(`http://127.0.0.1:${gateway.port(listener)}`, { path: "/app",
		forceNew: true, reconnection: false, ...options });
	open.add(socket);
	await joined(socket);
	return socket;
}

const text = options => connect(0, options);
const packed = options => connect(1, { parser: msgpack, ...options });

for (const [way, transports] of Object.entries(WAYS)) {
	describe(`socket.io-msgpack-parser over ${way}`, () => {
		test("events come back as they were", async () => {
			const socket = await packed({ transports });
			const args = ["zwei €🦄", -3, 2.5, 2 ** 40, [null, { vier: true }], ""];
			const echo = once(socket, "echo");
			socket.emit("echo", ...args);
			assert.deepEqual(await echo, args);
		});

		test("bytes come back, however deep", async () => {
			const socket = await packed({ transports });
			const args = [BYTES, { deep: [Buffer.alloc(3000, 7), "x"] }];
			const echo = once(socket, "echo");
			socket.emit("echo", ...args);
			assert.deepEqual(await echo, args);
		});

		test("acknowledgements carry nothing, something, and bytes", async () => {
			const socket = await packed({ transports });
			assert.deepEqual(await ask(socket, "echo"), []);
			assert.deepEqual(await ask(socket, "echo", 1, "2"), [1, "2"]);
			assert.deepEqual(await ask(socket, "echo", BYTES), [BYTES]);
		});

		test("the server asks and is answered", async () => {
			const socket = await packed({ transports });
			socket.on("question", (...args) => args.pop()("yes", BYTES, args.length));
			const answer = once(socket, "answer");
			socket.emit("ask me", "really?");
			assert.deepEqual(await answer, ["yes", BYTES, 1]);
		});

		test("a broadcast reaches clients of both kinds, each in its form", async () => {
			const [sender, other, third] = [await packed({ transports }),
				await packed({ transports }), await text({ transports })];
			const heard = [other, third].map(s => once(s, "shouted"));
			sender.emit("shout", { bytes: BYTES }, "to all");
			for (const args of await Promise.all(heard))
				assert.deepEqual(args, [{ bytes: BYTES }, "to all"]);
			const back = [sender, other].map(s => once(s, "shouted"));
			third.emit("shout", [1, BYTES]);
			for (const args of await Promise.all(back))
				assert.deepEqual(args, [[1, BYTES]]);
		});
	});
}

test("a client is refused a namespace with data", async () => {
	const socket = io(`http://127.0.0.1:${gateway.port(1)}/members`, { path: "/app",
		parser: msgpack, forceNew: true, reconnection: false });
	open.add(socket);
	const [error] = await once(socket, "connect_error");
	assert.equal(error.message, "not a member");
	assert.deepEqual(error.data, { code: "NOT_A_MEMBER", retry: false });
});

test("a client that speaks JSON to a msgpack mount is put out", async () => {
	const socket = io(`http://127.0.0.1:${gateway.port(1)}`, { path: "/app", forceNew: true,
		reconnection: false, transports: ["websocket"] });
	open.add(socket);
	const closed = new Promise(done => socket.io.engine.once("close", done));
	assert.equal(await within("close", closed), "transport close");
	assert.equal(socket.connected, false);
});

test("a message that is no msgpack ends the session alone", async () => {
	const good = await packed(), bad = await packed({ transports: ["websocket"] });
	const gone = once(bad, "disconnect");
	bad.io.engine.send(Buffer.from([0xc1, 0xff]));
	await gone;
	assert.deepEqual(await ask(good, "echo", 1), [1]);
});
