// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin written from the public header plays the servers that the test suites of
// socket.io-client and socket.io-client-java run against (examples/suite, suite-java): what
// those suites ask of their server is asked here, over both transports.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Socket } from "./engine.mjs";
import { BUILD, Gateway, joined, once, within } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client"); // heeds NODE_PATH

const config = name => `
listeners: [{name: public, address: "127.0.0.1:0"}]
api: {listen: ""}
plugins: {${name}: {path: /socket.io}}
mounts:
  - {path: /socket.io, dialect: actions, auth: none, session_required: false,
     message_rate: unlimited}
`;

const gateways = {};

before(async () => {
	for (const name of ["suite", "suite-java"])
		gateways[name] = await Gateway.start({ config: config(name),
			set: { plugin_dir: join(BUILD, "suites", name) } });
});

after(async () => {
	for (const gateway of Object.values(gateways))
		await gateway.stop();
});

// Runs body with a socket of a namespace, which is gone afterwards.
async function withSocket(gateway, nsp, options, body) {
	const socket = io(gateway.url + nsp, { forceNew: true, reconnection: false, ...options });
	try {
		return await body(socket);
	} finally {
		socket.disconnect();
	}
}

function ask(socket, ...args) {
	return within(args[0], socket.emitWithAck(...args));
}

// Emits and resolves with what comes back as `event`.
async function answer(socket, event, ...args) {
	const heard = once(socket, event);
	socket.emit(...args);
	return heard;
}

for (const transport of ["polling", "websocket"]) {
	const options = { transports: [transport] };
	const js = (nsp, body, more = {}) => withSocket(gateways.suite, nsp, { ...options, ...more }, body);
	const java = (nsp, body) => withSocket(gateways["suite-java"], nsp, options, body);

	describe(`the server of socket.io-client's suite over ${transport}`, () => {
		test("knows the socket's id in each namespace", async () => {
			for (const nsp of ["/", "/foo"])
				await js(nsp, async socket => {
					await joined(socket);
					assert.equal(await ask(socket, "getId"), socket.id);
				});
		});

		test("tells query and auth of the handshake", async () => {
			await js("/?c=d", async socket => {
				const handshake = await ask(socket, "getHandshake");
				assert.equal(handshake.query.c, "d");
				assert.equal(handshake.headers.host, new URL(gateways.suite.url).host);
				assert.equal(handshake.address, "127.0.0.1");
				assert.equal(handshake.secure, false);
			});
			await js("/abc", async socket => {
				const [handshake] = await once(socket, "handshake");
				assert.equal(handshake.query["&a"], "&=?a");
				assert.deepEqual(handshake.auth, { a: "b", c: "d" });
				assert.equal(handshake.query.a, undefined);
			}, { query: { "&a": "&=?a" }, auth: { a: "b", c: "d" } });
		});

		test("refuses with a message, in a namespace and by the query", async () => {
			await js("/no", async socket => {
				const [error] = await once(socket, "connect_error");
				assert.equal(error.message, "Auth failed (custom namespace)");
			});
			await js("/?fail=true", async socket => {
				const [error] = await once(socket, "connect_error");
				assert.equal(error.message, "Auth failed (main namespace)");
			});
			await js("/invalid", async socket => {
				const [error] = await once(socket, "connect_error");
				assert.equal(error.message, "Invalid namespace");
			});
			for (const nsp of ["/timeout_socket", "/valid", "/asd"])
				await js(nsp, joined);
		});

		test("acknowledges, is acknowledged, and leaves the unknown alone", async () => {
			await js("/", async socket => {
				assert.equal(await ask(socket, "echo", 123), 123);
				socket.once("ack", callback => callback(5, { test: true }));
				await answer(socket, "got it", "ack");
				await assert.rejects(socket.timeout(100).emitWithAck("unknown"));
			});
		});

		test("sends dates, text and falsehood", async () => {
			await js("/", async socket => {
				assert.ok(!Number.isNaN(Date.parse(await ask(socket, "getAckDate", {}))));
				assert.equal(typeof (await answer(socket, "takeDate", "getDate"))[0], "string");
				assert.equal(typeof (await answer(socket, "takeDateObj", "getDateObj"))[0].date,
					"string");
				assert.deepEqual(await answer(socket, "false", "false"), [false]);
				assert.deepEqual(await answer(socket, "hi", "hi"), []);
				const texts = [];
				socket.on("takeUtf8", text => texts.push(text));
				socket.emit("getUtf8");
				await answer(socket, "hi", "hi");
				assert.deepEqual(texts, ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string",
					"utf8 — string"]);
			});
		});

		test("takes and sends binary values, alone, mixed and in order", async () => {
			await js("/", async socket => {
				const bytes = Buffer.from("asdfasdf");
				for (const event of ["doge", "getbin"])
					assert.deepEqual(await answer(socket, event === "doge" ? "doge" : "takebin",
						event), [bytes]);
				await answer(socket, "buffack", "buffa", bytes);
				const mixed = { hello: "lol", message: bytes, goodbye: "gotcha" };
				await answer(socket, "jsonbuff-ack", "jsonbuff", mixed);
				socket.emit("abuff1", bytes);
				await answer(socket, "abuff2-ack", "abuff2", "please arrive second");
				await answer(socket, "back", "blob", bytes);
				await answer(socket, "jsonblob-ack", "jsonblob", mixed);
				socket.emit("blob1", bytes);
				socket.emit("blob2", "second");
				await answer(socket, "blob3-ack", "blob3", bytes);
			});
		});

		test("is silent where order or kind is wrong", async () => {
			await js("/", async socket => {
				const heard = [];
				socket.onAny(event => heard.push(event));
				socket.emit("buffa", "no bytes");
				socket.emit("abuff2", "without a first");
				socket.emit("blob3", Buffer.from("x"));
				await ask(socket, "echo", 1);
				assert.deepEqual(heard, []);
			});
		});
	});

	describe(`the server of socket.io-client-java's suite over ${transport}`, () => {
		test("greets and sends messages back", async () => {
			await java("/", async socket => {
				assert.deepEqual(await once(socket, "message"), ["hello client"]);
				assert.deepEqual(await answer(socket, "message", "message", "foo", 1, [null]),
					["foo", 1, [null]]);
				assert.deepEqual(await answer(socket, "echoBack", "echo", "x", { a: Buffer.from("b") }),
					["x", { a: Buffer.from("b") }]);
			});
		});

		test("acknowledges with all arguments, and passes on an acknowledgement", async () => {
			await java("/foo", async socket => {
				assert.deepEqual(await new Promise(done =>
					socket.emit("ack", 1, Buffer.from("b"), (...args) => done(args))),
				[1, Buffer.from("b")]);
				socket.once("ack", callback => callback(1, Buffer.from("c")));
				assert.deepEqual(await answer(socket, "ackBack", "callAck"), [1, Buffer.from("c")]);
				assert.equal(typeof await ask(socket, "getAckDate", {}), "string");
			});
		});

		test("disconnects who asks for it, and not the other namespaces", async () => {
			await java("/", async socket => {
				const [reason] = await answer(socket, "disconnect", "requestDisconnect");
				assert.equal(reason, "io server disconnect");
			});
			await java("/foo", async socket => {
				const root = await joined(socket.io.socket("/").connect()).then(() =>
					socket.io.socket("/"));
				await answer(socket, "disconnect", "requestDisconnect");
				assert.deepEqual(await answer(root, "echoBack", "echo", 1), [1]);
				root.disconnect();
			});
		});

		test("has its other namespaces", async () => {
			for (const nsp of ["/timeout_socket", "/valid", "/asd"])
				await java(nsp, joined);
			await java("/no", async socket => {
				const [error] = await once(socket, "connect_error");
				assert.equal(error.message, "Auth failed (custom namespace)");
			});
			await java("/abc?b=c&d=e", async socket => {
				const [{ query }] = await once(socket, "handshake");
				assert.deepEqual([query.b, query.d], ["c", "e"]);
			});
		});

		test("broadcasts to the others and to a room of one", async () => {
			await java("/", async one => java("/", async other => {
				await Promise.all([joined(one), joined(other)]);
				const mine = [];
				one.on("broadcastBack", (...args) => mine.push(args));
				const heard = once(other, "broadcastBack");
				one.emit("broadcast", "hi", Buffer.from("all"));
				assert.deepEqual(await heard, ["hi", Buffer.from("all")]);
				assert.deepEqual(await answer(one, "roomBack", "room", "hi", 2), ["hi", 2]);
				assert.deepEqual(mine, []);
			}));
		});
	});
}

describe("the headers of socket.io-client-java's server", () => {
	test("come back with each answer: handshake, poll, POST, upgrade", async () => {
		const url = `${gateways["suite-java"].url}/socket.io/?EIO=4&transport=polling`;
		const headers = { "X-SocketIO": "hi" };
		const first = await fetch(url, { headers });
		assert.equal(first.headers.get("x-socketio"), "hi");
		const { sid } = JSON.parse((await first.text()).slice(1));
		for (const more of [{ method: "POST", body: "40" }, {}]) {
			const next = await fetch(`${url}&sid=${sid}`, { headers, ...more });
			assert.equal(next.headers.get("x-socketio"), "hi");
			await next.text();
		}
		const socket = new Socket(`${url.replace("http", "ws").replace("polling", "websocket")}`,
			{ headers });
		const [upgraded] = await once(socket.ws, "upgrade");
		assert.equal(upgraded.headers["x-socketio"], "hi");
		await socket.close();
	});
});
