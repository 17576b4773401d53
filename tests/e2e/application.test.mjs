// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin as the application (app.c, on /app): what socket.io-client 4 may do with a server,
// over each transport, with two loops and therefore with hand-overs between them.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, WAIT_MS, joined, once, settled, until } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { Manager, io } = require("socket.io-client");

const WAYS = [["polling", ["polling"]], ["websocket", ["websocket"]], ["upgrade", ["polling", "websocket"]]];

let gateway;
const open = new Set();

before(async () => {
	gateway = await Gateway.app();
});

afterEach(() => {
	for (const socket of open)
		socket.close();
	open.clear();
});

after(() => gateway.stop());

async function connected(options = {}) {
	const { nsp = "", ...more } = options;
	const socket = io(gateway.url + nsp, { path: "/app", transports: ["websocket"], forceNew: true,
		reconnection: false, ...more });
	open.add(socket);
	await joined(socket);
	return socket;
}

for (const [way, transports] of WAYS) {
	describe(`over ${way}`, () => {
		const connect = (options = {}) => connected({ transports, ...options });

		test("events come and go with any arguments", async () => {
			const socket = await connect();
			const args = [1, "zwei €🦄", null, true, { a: [{}, []], "": 0 }, [1.5, -1e21]];
			socket.emit("echo", ...args);
			assert.deepEqual(await once(socket, "echo"), args);
			socket.emit("echo");
			assert.deepEqual(await once(socket, "echo"), []);
			socket.close();
		});

		test("the order of many events is kept", async () => {
			const socket = await connect();
			const n = 500;
			const heard = [];
			const all = new Promise(done => socket.on("echo", i => heard.push(i) === n && done()));
			for (let i = 0; i < n; i++)
				socket.emit("echo", i);
			await all;
			assert.deepEqual(heard, Array.from({ length: n }, (_, i) => i));
			socket.close();
		});

		test("bytes come and go, in any place", async () => {
			const socket = await connect();
			const args = [Buffer.from([1, 2, 3]), { deep: [{ bytes: Buffer.alloc(0) }, "x"] },
				Buffer.alloc(100000, 0xfe)];
			socket.emit("echo", ...args);
			assert.deepEqual(await once(socket, "echo"), args);
			assert.deepEqual(await socket.timeout(WAIT_MS).emitWithAck("echo", args[1]), args[1]);
			socket.close();
		});

		test("acknowledgements come back to the one who asked", async () => {
			const socket = await connect();
			const answers = await Promise.all(Array.from({ length: 100 }, (_, i) =>
				socket.timeout(WAIT_MS).emitWithAck("echo", i)));
			assert.deepEqual(answers, Array.from({ length: 100 }, (_, i) => i));
			socket.close();
		});

		test("the server asks and gets the client's answer, bytes too", async () => {
			const socket = await connect();
			const bytes = Buffer.from([9, 8]);
			socket.on("question", (what, reply) => reply(what, "yes", bytes));
			socket.emit("ask me", "ready?");
			assert.deepEqual(await once(socket, "answer"), ["ready?", "yes", bytes]);
			socket.close();
		});

		test("a client that does not answer is not waited for", async () => {
			const socket = await connect();
			socket.emit("ask me soon", "ready?");
			assert.deepEqual(await once(socket, "no answer"), []);
			socket.close();
		});

		test("the server puts a client out of its namespace", async () => {
			const socket = await connect();
			socket.emit("put me out");
			assert.equal((await once(socket, "disconnect"))[0], "io server disconnect");
			socket.close();
		});

		test("the server hangs up", async () => {
			const socket = await connect();
			socket.emit("hang up");
			const [reason] = await once(socket, "disconnect");
			assert.ok(["io server disconnect", "transport close"].includes(reason), reason);
			socket.close();
		});

		test("an event of a megabyte comes back", async () => {
			const socket = await connect();
			const text = "tide€".repeat(120000);
			assert.equal(await socket.timeout(WAIT_MS).emitWithAck("echo", text), text);
			socket.close();
		});
	});
}

describe("namespaces", () => {
	test("share one connection and are apart", async () => {
		const manager = new Manager(gateway.url, { path: "/app", transports: ["websocket"],
			reconnection: false });
		const main = manager.socket("/");
		const members = manager.socket("/members", { auth: { password: "tide" } });
		await Promise.all([joined(main), joined(members)]);
		assert.notEqual(main.id, members.id);
		members.emit("echo", "in");
		main.on("echo", () => assert.fail("heard in /"));
		assert.deepEqual(await once(members, "echo"), ["in"]);
		members.disconnect();
		assert.deepEqual(await main.timeout(WAIT_MS).emitWithAck("echo", 1), 1);
		main.close();
	});

	test("may refuse with message and data, and admit later", async () => {
		const socket = io(`${gateway.url}/members`, { path: "/app", forceNew: true,
			auth: { password: "no" } });
		const [error] = await once(socket, "connect_error");
		assert.equal(error.message, "not a member");
		assert.deepEqual(error.data, { code: "NOT_A_MEMBER", retry: false });
		socket.auth = { password: "tide" };
		socket.connect();
		await joined(socket);
		socket.close();
	});

	test("see the handshake", async () => {
		const socket = io(`${gateway.url}/members?colour=blue%20sea`, { path: "/app", forceNew: true,
			auth: { password: "tide" }, extraHeaders: { "X-Test": "yes" } });
		const [handshake] = await once(socket, "handshake");
		assert.equal(handshake.query.colour, "blue sea");
		assert.equal(handshake.query.EIO, "4");
		assert.equal(handshake.headers["x-test"], "yes");
		assert.deepEqual(handshake.auth, { password: "tide" });
		assert.equal(handshake.address, "127.0.0.1");
		assert.equal(handshake.xdomain, false);
		assert.ok(Math.abs(Date.now() - handshake.issued) < WAIT_MS);
		socket.close();
	});
});

describe("rooms", () => {
	// One socket for each way, so on both loops.
	async function people() {
		const sockets = [];
		for (const transports of [["polling"], ["websocket"], ["polling", "websocket"], ["websocket"]])
			sockets.push(await connected({ transports }));
		return sockets;
	}

	function ears(sockets, event) {
		const heard = sockets.map(() => []);
		sockets.forEach((socket, i) => socket.on(event, (...args) => heard[i].push(args)));
		return heard;
	}

	test("get what is said in them, the speaker and strangers do not", async () => {
		const sockets = await people();
		const heard = ears(sockets, "said");
		await Promise.all(sockets.slice(0, 3).map(s => s.timeout(WAIT_MS).emitWithAck("join", "deck")));
		const bytes = Buffer.from([1, 2, 3]);
		sockets[0].emit("say", "deck", "ahoy", bytes);
		await settled(...sockets);
		assert.deepEqual(heard, [[], [["deck", "ahoy", bytes]], [["deck", "ahoy", bytes]], []]);
		sockets.forEach(socket => socket.close());
	});

	test("everybody but the one who shouts hears it, in order", async () => {
		const sockets = await people();
		const heard = ears(sockets, "shouted");
		for (let i = 0; i < 20; i++)
			sockets[1].emit("shout", i);
		await settled(...sockets);
		const all = Array.from({ length: 20 }, (_, i) => [i]);
		assert.deepEqual(heard, [all, [], all, all]);
		sockets.forEach(socket => socket.close());
	});
});

test("an upgrade in the middle of a stream loses, doubles and reorders nothing", async () => {
	const speaker = await connected();
	let n = 0;
	const speech = setInterval(() => {
		for (let i = 0; i < 20; i++)
			speaker.emit("shout", n++);
	}, 1);
	const ears = await Promise.all(Array.from({ length: 10 }, async () => {
		const heard = [];
		const socket = await connected({ transports: ["polling", "websocket"] });
		socket.on("shouted", i => heard.push(i));
		for (let i = 0; socket.io.engine.transport.name !== "websocket"; i++)
			assert.equal(await socket.timeout(WAIT_MS).emitWithAck("echo", i), i);
		await until("a hundred more", ((least) => () => heard.length > least)(heard.length + 100));
		return { socket, heard };
	}));
	clearInterval(speech);
	await settled(speaker);
	await settled(...ears.map(({ socket }) => socket));
	for (const { heard } of ears) {
		assert.deepEqual(heard, Array.from({ length: n - heard[0] }, (_, i) => heard[0] + i));
	}
});

describe("a broken line", () => {
	test("is mended by the client, with a new id", async () => {
		const socket = await connected({ reconnection: true, reconnectionDelay: 10 });
		const { id } = socket;
		socket.io.engine.transport.ws.terminate();
		assert.equal((await once(socket, "disconnect"))[0], "transport close");
		await once(socket, "connect");
		assert.notEqual(socket.id, id);
		assert.equal(await socket.timeout(WAIT_MS).emitWithAck("echo", "again"), "again");
		socket.close();
	});

	test("keeps what the client says meanwhile", async () => {
		const socket = await connected({ reconnection: true, reconnectionDelay: 10 });
		const broken = once(socket, "disconnect");
		socket.io.engine.close();
		await broken;
		const answer = socket.timeout(WAIT_MS).emitWithAck("echo", "later");
		assert.equal(await answer, "later");
		socket.close();
	});

	test("by a refused upgrade leaves the client polling", async () => {
		const socket = await connected({ transports: ["polling", "websocket"], upgrade: false });
		const engine = new Engine(gateway.url, "/app");
		const probe = await engine.socket(socket.io.engine.id).open();
		probe.send("2nonsense");
		await probe.ended();
		assert.equal(await socket.timeout(WAIT_MS).emitWithAck("echo", 1), 1);
		socket.close();
	});
});

describe("volatile events", () => {
	test("come when the client can take them", async () => {
		const socket = await connected();
		let n = 0;
		socket.on("drop", () => n++);
		socket.emit("flood", 10, "x");
		await once(socket, "kept");
		assert.equal(n, 10);
		socket.close();
	});

	test("are dropped for a client that lags, others are not", async () => {
		const engine = new Engine(gateway.url, "/app");
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		assert.match(await engine.get(sid), /^40/);
		await engine.send(sid, '42["flood",10,"x"]'); // no poll waits
		assert.equal(await engine.get(sid), '42["kept"]');
	});
});

test("heartbeats keep an idle client", async () => {
	const sockets = await Promise.all(WAYS.map(([, transports]) => connected({ transports })));
	await Promise.all(sockets.map(async socket => {
		let pings = 0; // the next one comes only when the one before was answered
		socket.io.on("ping", () => pings++);
		await until("three pings", () => pings >= 3);
		assert.equal(await socket.timeout(WAIT_MS).emitWithAck("echo", 1), 1);
	}));
});

test("the client's bundle is served as it came from npm", async () => {
	const { readFile } = await import("node:fs/promises");
	const { dirname, join } = await import("node:path");
	const dist = join(dirname(require.resolve("socket.io-client/package.json")), "dist");
	const other = await Gateway.app({ set: { client_dir: dist } });
	for (const name of ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js",
		"socket.io.esm.min.js", "socket.io.min.js.map"]) {
		const answer = await fetch(`${other.url}/app/${name}`);
		assert.equal(answer.status, 200, name);
		assert.equal(await answer.text(), await readFile(join(dist, name), "utf8"));
		const again = await fetch(`${other.url}/app/${name}`,
			{ headers: { "if-none-match": answer.headers.get("etag") } });
		assert.equal(again.status, 304, name);
		await again.text();
	}
	await other.stop();
});
