// SPDX-License-Identifier: GPL-3.0-or-later
// Many clients at once: every request is answered exactly once and to the one who asked, idle
// sessions are held, and SIGTERM in the middle of it ends the gateway well.
//
// Environment: TG_LOAD_CLIENTS  (100)  TG_LOAD_REQUESTS (20) of each
//              TG_LOAD_IDLE     (500)  WebSocket sessions that are held
//              TG_LOAD_HOLD_MS  (2000) and for how long
// `make soak` runs it with 1000, 100, 10000 and 30000.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, joined, signed, sleep, within, WAIT_MS } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client");

const CLIENTS = Number(process.env.TG_LOAD_CLIENTS ?? 100);
const REQUESTS = Number(process.env.TG_LOAD_REQUESTS ?? 20);
const IDLE = Number(process.env.TG_LOAD_IDLE ?? 500);
const HOLD_MS = Number(process.env.TG_LOAD_HOLD_MS ?? 2000);
const WAYS = [["polling", "websocket"], ["websocket"], ["polling"]];
const AT_ONCE = 50;
const WINDOW = 5;

// One user with one connection and the book of his requests.
class Client {
	faults = [];
	answered = 0;
	#waiting = new Map();

	constructor(gateway, i) {
		this.name = `user-${i}`;
		const claims = { sub: this.name, sid: this.name, exp: Math.floor(Date.now() / 1000) + 3600 };
		this.socket = io(gateway.url, { path: "/realtime", transports: WAYS[i % WAYS.length],
			auth: { token: signed(claims) }, query: { sessionId: this.name },
			forceNew: true, reconnection: false });
		this.socket.on("message", message => this.#settle(message));
	}

	#settle({ type, requestId, data, error }) {
		const done = this.#waiting.get(requestId);
		this.#waiting.delete(requestId);
		if (!done)
			this.faults.push(`${this.name}: ${requestId} was not asked, or twice answered`);
		else if (type !== "RESPONSE" || data?.from !== `${this.name}/${requestId}`)
			this.faults.push(`${this.name}: ${requestId} got ${type} ${JSON.stringify(data ?? error)}`);
		this.answered++;
		done?.();
	}

	// The same ids for every client, so that a crossed answer would be believed by its id.
	ask(requestId) {
		return new Promise(done => {
			this.#waiting.set(requestId, done);
			this.socket.emit("message", { type: "REQUEST", requestId, action: "echo",
				data: { from: `${this.name}/${requestId}` } });
		});
	}

	async run(n) {
		let next = 0;
		const lane = async () => {
			while (next < n)
				await this.ask(`r${next++}`);
		};
		await Promise.all(Array.from({ length: WINDOW }, lane));
	}
}

async function batches(n, make) {
	const all = [];
	while (all.length < n) {
		const step = Math.min(AT_ONCE, n - all.length);
		all.push(...await Promise.all(Array.from({ length: step }, (_, i) => make(all.length + i))));
	}
	return all;
}

function clients(gateway, n) {
	return batches(n, async i => {
		const client = new Client(gateway, i);
		await joined(client.socket);
		return client;
	});
}

describe("under load", () => {
	let gateway;

	before(async () => {
		gateway = await Gateway.app();
	});

	after(() => gateway.stop());

	test(`${CLIENTS} clients get ${REQUESTS} answers each, none lost, doubled or crossed`, async () => {
		const all = await clients(gateway, CLIENTS);
		await within("all answers", Promise.all(all.map(client => client.run(REQUESTS))),
			WAIT_MS + CLIENTS * REQUESTS * 3);
		await sleep(100); // for what should not come
		assert.deepEqual(all.flatMap(({ faults }) => faults).slice(0, 5), []);
		assert.ok(all.every(({ answered }) => answered === REQUESTS));
		all.forEach(({ socket }) => socket.close());
	});

	test(`${IDLE} idle WebSocket sessions are held`, async () => {
		const engine = new Engine(gateway.url, "/realtime", 4, "&sessionId=s1");
		const token = signed({ sub: "idle", sid: "s1", exp: Math.floor(Date.now() / 1000) + 3600 });
		const all = await batches(IDLE, async () => {
			const socket = await engine.socket().open();
			await socket.next();
			socket.send(`40{"token":"${token}"}`);
			assert.match(await socket.message(), /^40\{"sid"/);
			socket.ws.on("message", data => String(data) === "2" && socket.ws.send("3"));
			return socket;
		});
		let lost = 0;
		all.forEach(socket => socket.closed.then(() => lost++));
		await sleep(HOLD_MS);
		assert.equal(lost, 0);
		for (let i = 0; i < all.length; i += AT_ONCE)
			await Promise.all(all.slice(i, i + AT_ONCE).map(async socket => {
				socket.send('421["echo",1]');
				assert.match(await socket.message(null), /^431\[\{"type":"RESPONSE"/);
			}));
		all.forEach(socket => socket.ws.terminate());
	});
});

describe("SIGTERM", () => {
	// Requests without an end, until the line is cut.
	async function work(client) {
		const gone = new Promise(done => client.socket.on("disconnect", () => done("gone")));
		for (let i = 0; await Promise.race([client.ask(`r${i}`), gone]) !== "gone"; i++)
			;
	}

	for (const drain of ["off", "300ms"]) {
		test(`under load with drain ${drain} ends clean, all clients told`, async () => {
			const gateway = await Gateway.app({ set: { drain } });
			const all = await clients(gateway, Math.min(CLIENTS, 200));
			const works = all.map(work);
			await sleep(200);
			await gateway.stop();
			await within("the clients' end", Promise.all(works));
			const faults = all.flatMap(({ faults }) => faults)
				.filter(fault => !fault.includes("OVERLOADED")); // said to the last ones
			assert.deepEqual(faults.slice(0, 5), []);
		});
	}

	test("ends what was begun and not finished", async () => {
		const gateway = await Gateway.app();
		const [client] = await clients(gateway, 1);
		const engine = new Engine(gateway.url, "/app");
		const { sid } = await engine.open();
		const poll = engine.get(sid).catch(() => "cut");
		const probe = await engine.socket(sid).open();
		probe.send("2probe");
		await probe.expect("3probe");
		client.socket.emit("message", { type: "REQUEST", requestId: "late", action: "progress",
			data: { steps: 100, delayMs: 1000 } });
		client.socket.emit("stats", { ms: 1000 });
		await sleep(50);
		await gateway.stop();
		await within("the poll's end", poll);
		await probe.ended();
	});
});
