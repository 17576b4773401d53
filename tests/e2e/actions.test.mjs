// SPDX-License-Identifier: GPL-3.0-or-later
// Actions on /realtime, as socket.io-client 4 and the guide's own client run them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gateway, SOURCE, WAIT_MS, ask, joined, once, settled, signed, token, within } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { io } = require("socket.io-client");

const WAYS = [["polling", ["polling"]], ["websocket", ["websocket"]], ["upgrade", ["polling", "websocket"]]];

let gateway;
let bearer;

before(async () => {
	gateway = await Gateway.app();
	bearer = await token("u1", { companyId: "c1", sid: "s1", artifacts: ["a1"] });
});

after(() => gateway.stop());

function client({ path = "/realtime", auth = { token: bearer }, query = { sessionId: "s1" },
	transports = ["websocket"], nsp = "" } = {}) {
	return io(gateway.url + nsp, { path, auth, query, transports, forceNew: true, reconnection: false });
}

async function connected(options) {
	const socket = client(options);
	await joined(socket);
	return socket;
}

async function refused(options) {
	const socket = client(options);
	const [error] = await once(socket, "connect_error");
	socket.close();
	return error;
}

let counter = 0;

function request(action, data) {
	return { type: "REQUEST", requestId: `r${++counter}`, action, data };
}

// Sends the request in one of the forms; the envelopes for it, in order, up to the last.
function envelopes(socket, form, message, n) {
	return within(`${n} answers to ${message.action} (${form})`, new Promise(done => {
		const all = [];
		const take = (name, envelope) => {
			all.push({ name, ...envelope });
			if (all.length === n)
				done(all);
		};
		if (form === "text" || form === "object")
			socket.on("message", raw => {
				assert.equal(typeof raw, form === "text" ? "string" : "object");
				take("message", form === "text" ? JSON.parse(raw) : raw);
			});
		for (const name of ["RESPONSE", "UPDATE", "ERROR"])
			socket.on(name, envelope => take(name, envelope));
		if (form === "text")
			socket.emit("message", JSON.stringify(message));
		else if (form === "object")
			socket.emit("message", message);
		else if (form === "named")
			socket.emit("REQUEST", message);
		else
			socket.emit(message.action, message.data, envelope => take("ack", envelope));
	}));
}

describe("a request", () => {
	for (const [way, transports] of WAYS) {
		for (const [form, name] of [["text", "message"], ["object", "message"], ["named", null], ["ack", "ack"]]) {
			test(`as ${form} over ${way} gets UPDATE and RESPONSE in its form`, async () => {
				const socket = await connected({ transports });
				const message = request("someAction", { key: "välue €🦄", n: 1.5 });
				const [update, response] = await envelopes(socket, form, message, 2);
				const requestId = form === "ack" ? response.requestId : message.requestId;
				assert.deepEqual(update, { name: form === "ack" || !name ? "UPDATE" : name,
					type: "UPDATE", requestId, action: "someAction", data: { progress: 50 } });
				assert.deepEqual(response, { name: name ?? "RESPONSE", type: "RESPONSE",
					requestId, action: "someAction", data: message.data });
				socket.close();
			});
		}
	}

	for (const [what, action, data, code] of [
		["an unknown action", "nothing", {}, "UNKNOWN_ACTION"],
		["data against the schema", "progress", { steps: "x" }, "INVALID_DATA"],
		["an action above his rights", "stats", {}, "FORBIDDEN"],
		["an action that never answers", "never", {}, "TIMEOUT"],
	]) {
		for (const form of ["text", "object", "named", "ack"]) {
			test(`for ${what}, as ${form}, gets ERROR ${code}`, async () => {
				const socket = await connected();
				const message = request(action, data);
				const [error] = await envelopes(socket, form, message, 1);
				assert.equal(error.type, "ERROR");
				assert.equal(error.action, action);
				assert.equal(error.error.code, code);
				assert.equal(typeof error.error.message, "string");
				if (form !== "ack")
					assert.equal(error.requestId, message.requestId);
				socket.close();
			});
		}
	}

	for (const message of ["no JSON", '{"type":"REQUEST"', 17, null, { type: "REQUEST" },
		{ type: "REQUEST", requestId: "", action: "echo" },
		{ type: "REQUEST", requestId: 5, action: "echo" },
		{ type: "REQUEST", requestId: "x".repeat(129), action: "echo" },
		{ type: "RESPONSE", requestId: "a", action: "echo" }]) {
		test(`that is ${JSON.stringify(message).slice(0, 60)} gets INVALID_MESSAGE`, async () => {
			const socket = await connected();
			socket.emit("message", message);
			const [raw] = await once(socket, "message");
			const answer = typeof raw === "string" ? JSON.parse(raw) : raw;
			assert.equal(answer.type, "ERROR");
			assert.equal(answer.error.code, "INVALID_MESSAGE");
			socket.close();
		});
	}

	test("may be one of many in flight, each answered once and not crossed", async () => {
		const socket = await connected({ transports: ["polling", "websocket"] });
		const answers = await Promise.all(Array.from({ length: 300 }, (_, i) =>
			socket.timeout(WAIT_MS).emitWithAck("echo", { i })));
		answers.forEach(({ type, data }, i) => assert.deepEqual([type, data], ["RESPONSE", { i }]));
		socket.close();
	});

	test("above the message rate gets RATE_LIMITED and is not run", async () => {
		const socket = await connected({ path: "/limited" });
		const answers = await Promise.all(Array.from({ length: 50 }, (_, i) =>
			socket.timeout(WAIT_MS).emitWithAck("echo", { i })));
		const codes = answers.map(({ error }) => error?.code);
		assert.ok(codes.filter(code => code === "RATE_LIMITED").length > 20);
		assert.equal(codes[0], undefined);
		socket.close();
	});
});

describe("a connection", () => {
	for (const [way, transports] of WAYS) {
		test(`over ${way} is refused without a good token`, async () => {
			const error = await refused({ transports, auth: { token: "abc" } });
			assert.equal(error.data.code, "INVALID_TOKEN");
			assert.equal(typeof error.message, "string");
		});
	}

	for (const [what, code, options] of [
		["without a token", "INVALID_TOKEN", async () => ({ auth: {} })],
		["with a token of another secret", "INVALID_TOKEN", async () => ({
			auth: { token: await token("u1", {}, { secret: "x".repeat(40) }) } })],
		["with a token that is over", "TOKEN_EXPIRED", async () => ({
			auth: { token: signed({ sub: "u1", exp: 1000 }) } })],
		["without sessionId", "SESSION_REQUIRED", async () => ({ query: {} })],
		["with another's sessionId", "INVALID_SESSION", async () => ({ query: { sessionId: "s2" } })],
		["to the namespace of another company", "FORBIDDEN", async () => ({ nsp: "/company/c2" })],
		["to the namespace of an artifact unseen", "FORBIDDEN", async () => ({
			nsp: "/company/c1/artifact/a2" })],
	]) {
		test(`${what} is refused with ${code}`, async () => {
			const error = await refused(await options());
			assert.equal(error.data?.code, code, error.message);
		});
	}

	test("to an unknown namespace is refused", async () => {
		assert.equal((await refused({ nsp: "/nowhere" })).message, "Invalid namespace");
	});

	test("may bring its token as query, header or cookie of a header", async () => {
		const byQuery = await connected({ auth: {}, query: { sessionId: "s1", token: bearer } });
		byQuery.close();
		const socket = io(gateway.url, { path: "/realtime", query: { sessionId: "s1" }, forceNew: true,
			extraHeaders: { authorization: `Bearer ${bearer}` } });
		await once(socket, "connect");
		socket.close();
	});
});

describe("clients of old generations", () => {
	for (const name of ["socket.io-client-2", "socket.io-client-1"]) {
		for (const [way, transports] of WAYS) {
			const connect = query => require(name)(gateway.url, { path: "/realtime", transports, query,
				forceNew: true, reconnection: false });

			test(`${name} runs actions over ${way}, with its token in the query`, async () => {
				const socket = connect({ token: bearer, sessionId: "s1" });
				await joined(socket);
				const message = request("someAction", { key: "välue" });
				const [update, response] = await envelopes(socket, "text", message, 2);
				assert.deepEqual([update.type, response.type], ["UPDATE", "RESPONSE"]);
				assert.deepEqual(response.data, message.data);
				const [answer] = await ask(socket, "echo", { n: 1 });
				assert.deepEqual(answer.data, { n: 1 });
				socket.close();
			});
		}

		test(`${name} is told why it is refused`, async () => {
			const socket = require(name)(gateway.url, { path: "/realtime", query: { token: "abc" },
				forceNew: true, reconnection: false });
			const [error] = await once(socket, "error");
			assert.deepEqual(error, { code: "INVALID_TOKEN" });
			socket.close();
		});
	}
});

describe("an update", () => {
	const message = { action: "statusChange", data: { status: "completed" } };

	async function push(target) {
		const socket = await connected();
		const answer = await socket.timeout(WAIT_MS).emitWithAck("push", { message, ...target });
		assert.deepEqual(answer.data, { sent: true });
		socket.close();
	}

	// Names of the sockets that heard of it, once each, after everybody had his chance.
	async function listeners(target) {
		const other = await token("u2", { companyId: "c2" });
		const people = {
			plain: {}, "polling": { transports: ["polling"] },
			artifact: { query: { sessionId: "s1", artifactId: "a1" } },
			company: { nsp: "/company/c1" }, place: { nsp: "/company/c1/artifact/a1" },
			stranger: { auth: { token: other } },
		};
		const heard = [];
		const sockets = [];
		for (const [name, options] of Object.entries(people)) {
			const socket = await connected(options);
			socket.on("message", raw => {
				const { type, requestId, ...rest } = JSON.parse(raw);
				assert.equal(type, "UPDATE");
				assert.equal(typeof requestId, "string");
				assert.deepEqual(rest, message);
				heard.push(name);
			});
			sockets.push(socket);
		}
		await push(target);
		await settled(...sockets);
		sockets.forEach(socket => socket.close());
		return heard.sort();
	}

	test("to a company reaches all its clients once, as JSON text", async () => {
		assert.deepEqual(await listeners({ company: "c1" }),
			["artifact", "company", "place", "plain", "polling"]);
	});

	test("to an artifact reaches those who named it", async () => {
		assert.deepEqual(await listeners({ company: "c1", artifact: "a1" }), ["artifact", "place"]);
	});
});

// The guide's client as a program of its own; its output line by line.
async function startGuide() {
	const folder = await mkdtemp(join(tmpdir(), "tidegate-guide-"));
	const text = (await readFile(join(SOURCE, "tests/e2e/guide_client.mjs"), "utf8"))
		.replace("ws://your-domain", gateway.wsUrl).replace("your-jwt-token", bearer)
		.replace("your-session-id", "s1").replace("optional-artifact-id", "a1");
	await writeFile(join(folder, "client.mjs"), `${text}
globalThis.updateUI = data => console.log("updated UI:", data);
globalThis.handleResponse = parsed => console.log("handled:", parsed);
process.on("message", ({ action, data }) => sendAction(socket, action, data));
process.on("disconnect", () => socket.close());
`);
	const modules = dirname(dirname(require.resolve("socket.io-client/package.json")));
	await symlink(modules, join(folder, "node_modules"));
	const child = spawn(process.execPath, ["client.mjs"],
		{ cwd: folder, stdio: ["ignore", "pipe", "pipe", "ipc"] });
	const guide = { child, text: "", folder };
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", text => {
			guide.text += text;
			child.emit("said");
		});
	return guide;
}

async function expectSaid(guide, pattern) {
	while (!pattern.test(guide.text))
		await once(guide.child, "said").catch(error => {
			throw new Error(`${error.message}, wanted ${pattern}, got:\n${guide.text}`);
		});
}

test("the guide's client is served as it is printed", async () => {
	const guide = await startGuide();
	await expectSaid(guide, /Connected to WebSocket server/);
	await expectSaid(guide, /Received update: \{\s+type: 'UPDATE',\s+requestId: '\d+',\s+action: 'someAction',\s+data: \{ progress: 50 \}/);
	await expectSaid(guide, /Received response: \{\s+type: 'RESPONSE',\s+requestId: '\d+',\s+action: 'someAction',\s+data: \{ key: 'value' \}/);
	await expectSaid(guide, /handled: \{\s+type: 'RESPONSE',\s+requestId: 'req-1',\s+action: 'processData',\s+data: \{ input: 'value' \}/);
	guide.child.send({ action: "nothing" });
	await expectSaid(guide, /Received error: \{\s+type: 'ERROR',\s+requestId: '\d+',\s+action: 'nothing',\s+error: \{ code: 'UNKNOWN_ACTION'/);
	guide.child.send({ action: "push", data: { company: "c1",
		message: { action: "statusChange", data: { status: "completed" } } } });
	await expectSaid(guide, /updated UI: \{ status: 'completed' \}/);
	guide.child.disconnect();
	await expectSaid(guide, /Disconnected from WebSocket server/);
	assert.doesNotMatch(guide.text, /Connection error/);
	await rm(guide.folder, { recursive: true });
});
