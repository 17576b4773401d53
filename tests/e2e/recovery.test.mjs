// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that are lost come back as the same socket, in the same rooms, with what they missed,
// whatever loop they come back by; or afresh, when anything is in doubt.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";
import { Api, KEY } from "./api.mjs";
import { Socket } from "./engine.mjs";
import { Gateway, ask, joined, once, settled, sleep, token, until } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { io } = require("socket.io-client");
const msgpack = require("socket.io-msgpack-parser");

const COMMON = "auth: none, session_required: false, message_rate: unlimited";
const CONFIG = `
listeners:
  - {name: text, address: "127.0.0.1:0"}
  - {name: packed, address: "127.0.0.1:0"}
  - {name: brief, address: "127.0.0.1:0"}
  - {name: off, address: "127.0.0.1:0"}
  - {name: token, address: "127.0.0.1:0"}
api: {listen: "127.0.0.1:0"}
mounts:
  - {path: /app, listener: text, ${COMMON}, recovery: 1m}
  - {path: /app, listener: packed, ${COMMON}, recovery: 1m, msgpack: true}
  - {path: /app, listener: brief, ${COMMON}, recovery: 2s}
  - {path: /app, listener: off, ${COMMON}}
  - {path: /app, listener: token, session_required: false, recovery: 1m}
`;
const LISTENERS = ["text", "packed", "brief", "off", "token"];
const BYTES = Buffer.from([0, 1, 2, 128, 255]);

let gateway, api;
const open = new Set();

before(async () => {
	gateway = await Gateway.app({ config: CONFIG, set: { workers: "4" },
		env: { TIDEGATE_API_KEY: KEY } });
	api = await Api.of(gateway);
});

afterEach(() => {
	for (const socket of open)
		socket.close();
	open.clear();
});

after(() => gateway.stop());

const port = listener => gateway.port(LISTENERS.indexOf(listener));

async function connect(listener, options = {}) {
	const socket = io(`http://127.0.0.1:${port(listener)}`, { path: "/app", forceNew: true,
		reconnectionDelay: 10, reconnectionDelayMax: 50, randomizationFactor: 0,
		...listener === "packed" ? { parser: msgpack } : {}, ...options });
	open.add(socket);
	await joined(socket);
	return socket;
}

// Without an offset there is nothing to go on from.
async function hear(socket) {
	const echo = once(socket, "echo");
	socket.emit("echo", "first");
	await echo;
}

// Until the server has noticed, too, that a socket lost its connection.
function missed(id) {
	return until(`${id} is missed`, async () => {
		const { items } = await api.get("/api/v1/connections?limit=1000");
		return items.every(({ connection }) => connection !== id);
	});
}

// Loses the connection and comes back; meanwhile runs while it is away.
async function lose(socket, meanwhile = async () => {}) {
	const { id } = socket;
	socket.io.reconnection(false);
	const gone = once(socket, "disconnect");
	socket.io.engine.close();
	await gone;
	await missed(id);
	await meanwhile();
	socket.connect();
	await joined(socket);
}

for (const listener of ["text", "packed"])
	for (const transports of [["websocket"], ["polling"]])
		describe(`a lost client (${listener}, ${transports})`, () => {
			test("comes back as the same socket", async () => {
				const socket = await connect(listener, { transports });
				const { id } = socket;
				await hear(socket);
				assert.equal(socket.recovered, false);
				for (let i = 0; i < 5; i++) {
					await lose(socket);
					assert.equal(socket.recovered, true);
					assert.equal(socket.id, id);
				}
			});

			test("hears what it missed, in order, once, and what follows", async () => {
				const [socket, other] = [await connect(listener, { transports }),
					await connect("text")];
				const heard = [];
				socket.on("shouted", n => heard.push(n));
				await hear(socket);
				let n = 0;
				for (let round = 0; round < 6; round++) {
					await lose(socket, async () => {
						for (let i = 0; i < 5; i++)
							other.emit("shout", n++);
						await ask(other, "echo");
					});
					assert.equal(socket.recovered, true);
					other.emit("shout", n++);
					await settled(other, socket);
				}
				assert.deepEqual(heard, [...Array(n).keys()]);
			});

			test("is in its rooms again, in no others, and bytes wait for it", async () => {
				const [socket, other] = [await connect(listener, { transports }),
					await connect("text")];
				await hear(socket);
				await ask(socket, "join", "in");
				await ask(other, "join", "out");
				const heard = [];
				socket.on("said", (room, what) => heard.push([room, what]));
				await lose(socket, async () => {
					other.emit("say", "in", BYTES);
					other.emit("say", "out", 2);
					await ask(other, "echo");
				});
				assert.equal(socket.recovered, true);
				other.emit("say", "out", 3);
				other.emit("say", "in", 4);
				await settled(other, socket);
				assert.deepEqual(heard, [["in", BYTES], ["in", 4]]);
			});
		});

test("a client may come back by another loop, and hears what is said there", async () => {
	const [socket, other] = [await connect("text", { transports: ["websocket"] }),
		await connect("text")];
	const heard = [], loops = new Set();
	const { id } = socket;
	socket.on("shouted", n => heard.push(n));
	await hear(socket);
	let n = 0;
	for (let i = 0; i < 60 && loops.size < 3; i++) {
		await lose(socket, async () => {
			other.emit("shout", n++);
			await ask(other, "echo");
		});
		assert.equal(socket.recovered, true);
		assert.equal(socket.id, id);
		loops.add(Buffer.from(socket.io.engine.id, "base64url")[2]);
	}
	assert.ok(loops.size >= 2, "always the same loop");
	await settled(other, socket);
	assert.deepEqual(heard, [...Array(n).keys()]);
});

test("a plugin's data is there again, whatever the loop, and the plugin knows", async () => {
	const socket = await connect("text", { transports: ["websocket"] });
	const loops = new Set();
	await hear(socket);
	await ask(socket, "remember", { n: 1 });
	for (let i = 0; i < 60 && loops.size < 2; i++) {
		const welcome = once(socket, "welcome back");
		await lose(socket);
		await welcome;
		assert.deepEqual(await ask(socket, "recall"), [{ n: 1 }]);
		loops.add(Buffer.from(socket.io.engine.id, "base64url")[2]);
	}
	assert.equal(loops.size, 2);
	socket.disconnect().connect();
	await joined(socket);
	assert.deepEqual(await ask(socket, "recall"), []);
});

test("an action's answer reaches a client that was lost and came back by another loop", async () => {
	const socket = await connect("token", { transports: ["websocket"],
		auth: { token: await token("alice") } });
	const first = once(socket, "RESPONSE");
	socket.emit("REQUEST", { requestId: "0", action: "processData", type: "REQUEST", data: {} });
	await first;
	const loops = new Set();
	for (let i = 0; i < 60 && loops.size < 2; i++) {
		const answer = once(socket, "RESPONSE");
		socket.emit("REQUEST", { requestId: `${i}`, action: "late", type: "REQUEST", data: {} });
		await lose(socket);
		assert.equal(socket.recovered, true);
		assert.deepEqual((({ requestId, data }) => [requestId, data])((await answer)[0]),
			[`${i}`, "at last"]);
		loops.add(Buffer.from(socket.io.engine.id, "base64url")[2]);
	}
	assert.equal(loops.size, 2);
});

test("a client that is cut off again and again misses and repeats nothing", async () => {
	const sender = await connect("text", { transports: ["websocket"] });
	const receivers = [];
	for (let i = 0; i < 4; i++) {
		const socket = await connect("text", { transports: [i % 2 ? "polling" : "websocket"] });
		const heard = [];
		socket.on("shouted", n => heard.push(n));
		await hear(socket);
		receivers.push({ socket, heard, recovered: 0, afresh: 0 });
		socket.on("connect", () => receivers[i][socket.recovered ? "recovered" : "afresh"]++);
	}
	let n = 0;
	const enough = () => receivers.some(r => r.recovered > 3);
	for (let round = 0; round < 40 || !enough() && round < 2000; round++) {
		const { socket } = receivers[round % 4];
		for (let i = 0; i < 10; i++)
			sender.emit("shout", n++);
		if (socket.connected)
			socket.io.engine.close();
		for (let i = 0; i < 10; i++)
			sender.emit("shout", n++);
		await sleep(15);
	}
	await until("all", () => !receivers.some(r => r.heard.length < n && !r.afresh));
	await settled(sender, ...receivers.map(({ socket }) => socket));
	const all = [...Array(n).keys()];
	for (const r of receivers) {
		if (r.afresh === 0) // whoever came back too soon for the server got a fresh start
			assert.deepEqual(r.heard, all);
		assert.equal(new Set(r.heard).size, r.heard.length);
		assert.deepEqual([...r.heard].sort((a, b) => a - b), r.heard);
	}
	assert.ok(enough(), JSON.stringify(receivers.map(r => r.recovered)));
});

describe("a fresh start gets", () => {
	const afresh = async (socket, back) => {
		const { id } = socket;
		await back();
		assert.equal(socket.recovered, false);
		assert.notEqual(socket.id, id);
	};

	test("who comes too late", async () => {
		const socket = await connect("brief", { transports: ["websocket"] });
		await hear(socket);
		await lose(socket);
		assert.equal(socket.recovered, true);
		await afresh(socket, () => lose(socket, () => sleep(2500)));
	});

	test("who left by himself, or was put out", async () => {
		const socket = await connect("text", { transports: ["websocket"] });
		await hear(socket);
		await afresh(socket, async () => {
			const { id } = socket;
			socket.disconnect();
			await missed(id);
			socket.connect();
			await joined(socket);
		});
		await hear(socket);
		await afresh(socket, async () => {
			const gone = once(socket, "disconnect");
			socket.emit("hang up");
			await gone;
			socket.connect();
			await joined(socket);
		});
	});

	for (const [what, change] of [["another offset", s => { s._lastOffset = "0.ffff"; }],
		["no offset", s => { s._lastOffset = undefined; }],
		["an offset that is none", s => { s._lastOffset = "x"; }],
		["another pid", s => { s._pid = "A".repeat(20); }],
		["a pid that is none", s => { s._pid = "x"; }]])
		test(`who has ${what}`, async () => {
			const socket = await connect("text", { transports: ["websocket"] });
			await hear(socket);
			await afresh(socket, () => lose(socket, async () => change(socket)));
		});

	test("who shows another person's token; a renewed one of the same person will do", async () => {
		const alice = () => token("alice", { roles: ["a"] });
		const socket = await connect("token", { transports: ["websocket"],
			auth: { token: await alice() } });
		const event = once(socket, "ERROR");
		socket.emit("REQUEST", { requestId: "1", action: "none", type: "REQUEST", data: {} });
		await event;
		await sleep(1100); // another iat
		const renewed = await alice(), bob = await token("bob", { roles: ["a"] }),
			less = await token("alice", { roles: [] });
		await lose(socket, async () => { socket.auth = { token: renewed }; });
		assert.equal(socket.recovered, true);
		await afresh(socket, () => lose(socket, async () => { socket.auth = { token: bob }; }));
		socket.auth = { token: renewed };
		await lose(socket);
		const again = once(socket, "ERROR");
		socket.emit("REQUEST", { requestId: "2", action: "none", type: "REQUEST", data: {} });
		await again;
		await afresh(socket, () => lose(socket, async () => { socket.auth = { token: less }; }));
	});

	test("who was there a moment ago and is still connected for the server", async () => {
		const socket = await connect("text", { transports: ["websocket"] });
		await hear(socket);
		const twin = new Socket(`ws://127.0.0.1:${port("text")}/app/?EIO=4&transport=websocket`);
		assert.match(await twin.next(), /^0/);
		twin.ws.send(`40${JSON.stringify({ pid: socket._pid, offset: socket._lastOffset })}`);
		const answer = JSON.parse((await twin.next()).slice(2));
		assert.notEqual(answer.pid, socket._pid);
		assert.notEqual(answer.sid, socket.id);
		twin.ws.close();
	});
});

test("without recovery the answer to CONNECT is the sid alone and events have no offset", async () => {
	const socket = new Socket(`ws://127.0.0.1:${port("off")}/app/?EIO=4&transport=websocket`);
	assert.match(await socket.next(), /^0/);
	socket.ws.send('40{"pid":"AAAAAAAAAAAAAAAAAAAA","offset":"0.1"}');
	assert.match(await socket.next(), /^40\{"sid":"[\w-]{20}"\}$/);
	socket.ws.send('42["echo",1]');
	assert.equal(await socket.next(), '42["echo",1]');
	socket.ws.close();
});
