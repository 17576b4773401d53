// SPDX-License-Identifier: GPL-3.0-or-later
// Events from backends: what publish, publish/batch and updates of the server API reach, how
// they count it, and how each fault is told.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, KEY, WITH_API } from "./api.mjs";
import { Gateway, joined, once, token } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client"); // heeds NODE_PATH

let gateway, api;
const sockets = [];

before(async () => {
	gateway = await Gateway.start(WITH_API);
	api = await Api.of(gateway);
});

after(async () => {
	for (const socket of sockets)
		socket.disconnect();
	await gateway.stop();
});

// A client on a connection of its own; heard are the events that it got.
async function client(user, claims = {}, { nsp = "/", query = {} } = {}) {
	const socket = io(gateway.url + nsp, { path: "/realtime", forceNew: true, query,
		transports: ["websocket"], auth: { token: await token(user, claims) } });
	socket.heard = [];
	socket.onAny((...args) => socket.heard.push(args));
	sockets.push(socket);
	await joined(socket);
	return socket;
}

// All that was published before has arrived when this returns.
async function settled(...clients) {
	for (const socket of clients) {
		const heard = once(socket, "settled");
		await api.post("/api/v1/publish", { event: "settled", data: 0, rooms: [socket.id] });
		await heard;
		socket.heard = socket.heard.filter(([name]) => name !== "settled");
	}
}

const publish = body => api.post("/api/v1/publish", body);
const fault = body => api.problem("POST", "/api/v1/publish", body);

describe("publish", () => {
	test("reaches people, companies, artifacts, topics, events and rooms, everybody once", async () => {
		const ann = await client("ann", { companyId: "c1", artifacts: ["a1"] }, { query: { artifactId: "a1" } });
		const bob = await client("bob", { companyId: "c1" });
		const eve = await client("eve", { companyId: "c2" });
		for (const room of ["r1", "topic:t1", "event:e1"])
			await api.post(`/api/v1/rooms/${room}/join`, { user: "eve" });
		const tries = [
			[{ users: ["ann"] }, [ann]],
			[{ companies: ["c1"] }, [ann, bob]],
			[{ artifacts: [{ company: "c1", artifact: "a1" }] }, [ann]],
			[{ topics: ["t1"] }, [eve]],
			[{ events: ["e1"] }, [eve]],
			[{ rooms: ["r1"] }, [eve]],
			[{ rooms: [bob.id] }, [bob]],
			[{ users: ["ann", "eve"], companies: ["c1"], rooms: ["r1"], topics: ["t1"] }, [ann, bob, eve]],
			[{ companies: ["c1"], except: ["user:ann"] }, [bob]],
			[{ rooms: ["nobody is here"] }, []],
		];
		for (const [target, reached] of tries) {
			const data = { text: "ä\u0000\"", n: 1.5, list: [null, true] };
			const answer = await publish({ event: "task.created", data, ...target });
			assert.equal(answer.delivered, reached.length, JSON.stringify(target));
			assert.match(answer.messageId, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
			await settled(ann, bob, eve);
			for (const socket of [ann, bob, eve]) {
				assert.deepEqual(socket.heard, reached.includes(socket) ? [["task.created", data]] : [],
					JSON.stringify(target));
				socket.heard = [];
			}
		}
	});

	test("takes ids as numbers", async () => {
		const seven = await client("7", { companyId: 8 });
		assert.equal((await publish({ event: "x", data: 1, users: [7] })).delivered, 1);
		assert.equal((await publish({ event: "x", data: 1, companies: [8] })).delivered, 1);
		await settled(seven);
		assert.equal(seven.heard.length, 2);
	});

	test("keeps the order of one backend", async () => {
		const socket = await client("order");
		for (let i = 0; i < 50; i++)
			await publish({ event: "n", data: i, users: ["order"], volatile: i % 2 === 0 });
		await settled(socket);
		assert.deepEqual(socket.heard.map(([, n]) => n), [...Array(50).keys()]);
	});

	test("sends under one idempotency key once", async () => {
		const socket = await client("once");
		const message = { event: "x", data: 1, users: ["once"], idempotencyKey: "key 1" };
		const first = await publish(message);
		assert.deepEqual(await publish(message), first);
		await settled(socket);
		assert.equal(socket.heard.length, 1);
		const problem = await fault({ ...message, data: 2 });
		assert.deepEqual([problem.status, problem.code, problem.pointer], [409, "DUPLICATE", "/idempotencyKey"]);
	});

	test("forgets the oldest idempotency keys and those of which the time is over", async () => {
		const other = await Gateway.start({ ...WITH_API, set: { "api.idempotency_keys": "2" } });
		const there = await Api.of(other);
		const send = key => there.post("/api/v1/publish", { event: "x", data: 1, rooms: ["r"], idempotencyKey: key });
		const [a, b] = [await send("a"), await send("b")];
		assert.deepEqual(await send("a"), a);
		await send("c");
		assert.notDeepEqual(await send("a"), a);
		assert.notDeepEqual(await send("b"), b);
		await other.stop();
	});

	test("names the member that is wrong", async () => {
		const good = { event: "x", data: 1, rooms: ["r"] };
		const tries = [
			[{ ...good, event: undefined }, ""],
			[{ ...good, event: "" }, "/event"],
			[{ ...good, event: 1 }, "/event"],
			[{ ...good, event: "e".repeat(129) }, "/event"],
			[{ ...good, event: "disconnect" }, "/event"],
			[{ event: "x", rooms: ["r"] }, ""],
			[{ event: "x", data: 1 }, ""],
			[{ event: "x", data: 1, rooms: [] }, ""],
			[{ ...good, rooms: "r" }, "/rooms"],
			[{ ...good, rooms: ["r", 5] }, "/rooms/1"],
			[{ ...good, rooms: [""] }, "/rooms/0"],
			[{ ...good, users: [{}] }, "/users/0"],
			[{ ...good, users: [1.5] }, "/users/0"],
			[{ ...good, artifacts: [{ company: "c" }] }, "/artifacts/0"],
			[{ ...good, except: [null] }, "/except/0"],
			[{ ...good, volatile: "yes" }, "/volatile"],
			[{ ...good, idempotencyKey: "" }, "/idempotencyKey"],
			[{ ...good, idempotencyKey: "k".repeat(129) }, "/idempotencyKey"],
			[{ ...good, foo: 1 }, "/foo"],
			[[good], ""],
			["\"text\"", ""],
		];
		for (const [body, pointer] of tries) {
			const problem = await fault(body);
			assert.deepEqual([problem.status, problem.code, problem.pointer], [400, "INVALID_DATA", pointer],
				JSON.stringify(body));
		}
	});

	test("refuses what is no JSON", async () => {
		for (const [text, code] of [["", "JSON_SYNTAX"], ["{", "JSON_SYNTAX"], ["{'a':1}", "JSON_SYNTAX"],
			["[".repeat(100000), "JSON_DEPTH"], [`[${"1,".repeat(300000)}1]`, "JSON_COUNT"]])
			assert.equal((await fault(text)).code, code);
	});
});

test("a body that is too large, or no HTTP at all, is a problem too", async () => {
	const large = await api.problem("POST", "/api/v1/publish", "x".repeat((1 << 20) + 1));
	assert.deepEqual([large.status, large.code], [413, "TOO_LARGE"]);
	const socket = net.connect(api.where.port, "127.0.0.1");
	socket.end("GET / HTTP/1.1\r\n\r\n"); // no Host
	let text = "";
	for await (const piece of socket.setEncoding("utf8"))
		text += piece;
	assert.match(text, /^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"HTTP_HOST"/s);
});

describe("publish/batch", () => {
	test("answers each message by itself, in order", async () => {
		const socket = await client("batch");
		const send = data => ({ event: "x", data, users: ["batch"] });
		const { results } = await api.post("/api/v1/publish/batch", { messages: [send(1), { event: 1 },
			send(2), { ...send(3), rooms: [7] }, { ...send(4), idempotencyKey: "b" },
			{ ...send(4), idempotencyKey: "b" }] });
		assert.deepEqual(results.map(r => r.delivered ?? r.pointer ?? r.code),
			[1, "/messages/1", 1, "/messages/3/rooms/0", 1, "/messages/5/idempotencyKey"]);
		assert.equal(results[5].status, 409);
		await settled(socket);
		assert.deepEqual(socket.heard, [["x", 1], ["x", 2], ["x", 4]]);
	});

	test("takes a thousand messages and not one more", async () => {
		const socket = await client("thousand");
		const messages = Array.from({ length: 1000 }, (_, i) => ({ event: "x", data: i, users: ["thousand"] }));
		const { results } = await api.post("/api/v1/publish/batch", { messages });
		assert.equal(results.filter(r => r.delivered === 1).length, 1000);
		await settled(socket);
		assert.deepEqual(socket.heard.map(([, n]) => n), [...Array(1000).keys()]);
		const problem = await api.problem("POST", "/api/v1/publish/batch", { messages: [...messages, messages[0]] });
		assert.equal(problem.pointer, "/messages");
		assert.equal((await api.problem("POST", "/api/v1/publish/batch", { messages: [] })).pointer, "/messages");
		assert.equal((await api.problem("POST", "/api/v1/publish/batch", { messages: [1] })).pointer, "/messages/0");
	});
});

describe("updates", () => {
	test("are sendUpdate: the company on / and in its namespaces, or one artifact", async () => {
		const all = [await client("u1", { companyId: "co", artifacts: ["x"] }, { query: { artifactId: "x" } }),
			await client("u2", { companyId: "co", artifacts: ["x"] }, { nsp: "/company/co/artifact/x" }),
			await client("u3", { companyId: "co" }, { nsp: "/company/co" }),
			await client("u4", { companyId: "other" })];
		const update = { companyId: "co", action: "statusChange", data: { status: "completed" } };
		assert.equal((await api.post("/api/v1/updates", { ...update, requestId: "r 1" })).delivered, 3);
		assert.equal((await api.post("/api/v1/updates", { ...update, artifactId: "x" })).delivered, 2);
		assert.equal((await api.post("/api/v1/updates", { ...update, companyId: "nobody" })).delivered, 0);
		await settled(all[0], all[3]);
		assert.deepEqual(JSON.parse(all[0].heard[0][1]), { type: "UPDATE", requestId: "r 1",
			action: "statusChange", data: { status: "completed" } });
		assert.match(JSON.parse(all[0].heard[1][1]).requestId, /./);
		assert.deepEqual(all[3].heard, []);
	});

	test("name the member that is wrong", async () => {
		const good = { companyId: "c", action: "a", data: 1 };
		for (const [body, pointer] of [[{}, ""], [{ ...good, companyId: "" }, "/companyId"],
			[{ ...good, companyId: null }, "/companyId"], [{ ...good, action: 1 }, "/action"],
			[{ ...good, requestId: 5 }, "/requestId"], [{ ...good, more: 1 }, "/more"]])
			assert.equal((await api.problem("POST", "/api/v1/updates", body)).pointer, pointer);
	});
});

describe("the way in", () => {
	test("needs the key, the whole key and nothing but the key", async () => {
		for (const key of [null, "", KEY.slice(1), `${KEY}x`, "x".repeat(KEY.length)])
			for (const path of ["/api/v1/publish", "/api/v1/openapi.json", "/nowhere"]) {
				const answer = await api.send("GET", path, undefined, { key });
				assert.equal(answer.status, 401);
				assert.equal(answer.headers["www-authenticate"], "Bearer");
			}
		const basic = await api.send("GET", "/api/v1/publish", undefined,
			{ key: null, headers: { Authorization: `Basic ${KEY}` } });
		assert.equal(basic.status, 401);
		assert.doesNotMatch(gateway.stderr, new RegExp(KEY));
	});

	test("tells wrong paths from wrong methods", async () => {
		assert.equal((await api.problem("GET", "/api/v1/nothing")).status, 404);
		assert.equal((await api.problem("GET", "/api/v1/rooms//members")).status, 404);
		assert.equal((await api.problem("GET", "/api/v1/rooms/%zz/members")).status, 400);
		const answer = await api.send("PUT", "/api/v1/publish", "{}");
		assert.deepEqual([answer.status, answer.headers.allow], [405, "POST"]);
		assert.equal((await api.problem("POST", "/api/v1/auth/login", {})).status, 404);
	});

	test("does not exist without a key, nor on the clients' listener", async () => {
		const other = await Gateway.start({ config: WITH_API.config, env: { TIDEGATE_API_KEY: "" } });
		await other.stop();
		assert.doesNotMatch(other.stderr, /listener=api/);
		const response = await fetch(`${gateway.url}/api/v1/publish`, { method: "POST", body: "{}",
			headers: { Authorization: `Bearer ${KEY}` } });
		assert.notEqual(response.status, 200);
	});

	test("may be a Unix socket", async () => {
		const folder = await mkdtemp(join(tmpdir(), "tidegate-api-"));
		const socketPath = join(folder, "api.sock");
		const other = await Gateway.start({ ...WITH_API, set: { "api.listen": `unix:${socketPath}` } });
		const there = await Api.of(other, { socketPath });
		assert.equal((await there.post("/api/v1/publish", { event: "x", data: 1, rooms: ["r"] })).delivered, 0);
		await other.stop();
		await rm(folder, { recursive: true });
	});

	test("survives a backend that does not wait for its answer", async () => {
		for (let i = 0; i < 20; i++) {
			const stop = new AbortController();
			const call = fetch(`http://127.0.0.1:${api.where.port}/api/v1/publish`, { signal: stop.signal,
				method: "POST", headers: { Authorization: `Bearer ${KEY}` },
				body: JSON.stringify({ event: "x", data: 1, rooms: ["r"] }) }).catch(() => {});
			setTimeout(() => stop.abort(), i % 5);
			await call;
		}
		assert.equal((await publish({ event: "x", data: 1, rooms: ["r"] })).delivered, 0);
	});
});
