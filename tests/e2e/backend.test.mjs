// SPDX-License-Identifier: GPL-3.0-or-later
// The http plugin: actions and questions answered by backends, by those of examples/ in two
// languages and by one that misbehaves in every way.

import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, KEY, WITH_API } from "./api.mjs";
import { BUILD, Gateway, joined, once, signed, SOURCE, token, until, within } from "./gateway.mjs";

const require = createRequire(import.meta.url); // heeds NODE_PATH
const { io } = require("socket.io-client");

const BACKEND_SECRET = "a secret between gateway and backend";
const skip = existsSync(join(BUILD, "plugins/http.so")) ? false : "built without the http plugin";

// A gateway whose http plugin has these settings.
function gatewayWith(settings, set = {}) {
	return Gateway.start({ env: { TIDEGATE_API_KEY: KEY, BACKEND_SECRET: BACKEND_SECRET },
		set: { "authorize.timeout": "1m", ...set },
		config: `${WITH_API.config}\nplugins: {http: ${JSON.stringify(settings)}}\n` });
}

async function clientWith(gateway, token) {
	const socket = io(gateway.url, { path: "/realtime", forceNew: true, transports: ["websocket"], auth: { token } });
	await joined(socket);
	return socket;
}

const client = async (gateway, claims = {}) =>
	clientWith(gateway, await token("u1", { username: "ann", ...claims }));

const ask = (socket, action, data) => within(action, socket.emitWithAck(action, data));

// A server on a port of its own.
async function listening(server) {
	await once(server.listen(0, "127.0.0.1"), "listening");
	return server.address().port;
}

describe("the examples", { skip }, () => {
	for (const [name, command, file] of [["node", process.execPath, "backend-node/backend.mjs"],
		["python", "/usr/bin/python3", "backend-python/backend.py"]])
		test(`backend-${name} answers an action and publishes`, async () => {
			// the gateway must know the backend's port, and the backend the gateway's: between
			// them is one that passes on, which is there first
			let backendPort;
			const between = net.createServer(near => {
				const far = net.connect(backendPort, "127.0.0.1");
				near.pipe(far).pipe(near);
				near.on("error", () => far.destroy());
				far.on("error", () => near.destroy());
			});
			const port = await listening(between);
			const gateway = await gatewayWith({ url: `http://127.0.0.1:${port}`, actions: ["greet", "leave"] });
			const backend = spawn(command, [join(SOURCE, "examples", file)], { stdio: ["ignore", "pipe", "inherit"],
				env: { ...process.env, PORT: "0", TIDEGATE_API: `http://127.0.0.1:${gateway.apiPort}`,
					TIDEGATE_API_KEY: KEY, BACKEND_SECRET: BACKEND_SECRET } });
			let said = "";
			backend.stdout.setEncoding("utf8").on("data", text => { said += text; });
			try {
				[, backendPort] = await until("the backend's port", () => /listening on (\d+)\n/.exec(said));
				const socket = await client(gateway);
				const greeted = once(socket, "greeted");
				const answer = await ask(socket, "greet", { name: "Jo" });
				assert.deepEqual(answer.data, { text: "Hello Jo, says ann" });
				assert.deepEqual(await greeted, [{ name: "Jo" }]);
				assert.equal((await ask(socket, "leave", {})).error.code, "UNKNOWN_ACTION");
				const unsigned = await fetch(`http://127.0.0.1:${port}/actions/greet`, { method: "POST", body: "{}" });
				assert.equal(unsigned.status, 401);
				socket.disconnect();
			} finally {
				backend.kill();
				await gateway.stop();
				between.close();
			}
		});
});

describe("a backend", { skip }, () => {
	let gateway, socket, server, requests = [], awaited, answer;
	const told = []; // of notifications that were read

	before(async () => {
		server = http.createServer(async (request, response) => {
			const body = (await request.toArray()).join("");
			if (request.url === "/base/notifications/read") {
				told.push(body);
				return response.end();
			}
			const asked = JSON.parse(body);
			if (!asked.action || asked.action === awaited) // others waited in the plugin's queue
				requests.push({ url: request.url, headers: request.headers, body, port: request.socket.remotePort });
			await answer(request, response, asked);
		});
		server.keepAliveTimeout = 0; // or a kept connection ends just when it is wanted
		const url = `http://127.0.0.1:${await listening(server)}/base/`;
		gateway = await gatewayWith({ url, timeout_ms: 30000, connections: 2, queue: 8, answer_bytes: 1000,
			failures: 0, authorize: true, notifications: true, actions: ["plain", { name: "brief", timeout_ms: 1000 },
				{ name: "safe", idempotent: true }, "a/b ä?",
				{ name: "guarded", permission: "may.guard" },
				{ name: "checked", schema: { type: "object", required: ["n"] } }] });
		socket = await client(gateway, { companyId: "c", more: [1] });
	});

	after(async () => {
		socket.disconnect();
		await gateway.stop();
		server.closeAllConnections();
		server.close();
	});

	const respond = (status, body) => (request, response) => response.writeHead(status).end(body);

	async function asked(action, data, how) {
		requests = [];
		awaited = action;
		answer = how;
		return ask(socket, action, data);
	}

	test("is told who asks for what, signed", async () => {
		const { data } = await asked("a/b ä?", { x: 1.50 }, respond(200, "{\"y\": 2.50}"));
		assert.deepEqual(data, { y: 2.5 });
		const [{ url, headers, body }] = requests;
		assert.equal(url, "/base/actions/a%2Fb%20%C3%A4%3F");
		assert.equal(headers["content-type"], "application/json");
		const [, seconds, mac] = /^t=(\d+),v1=(.*)$/.exec(headers["x-tidegate-signature"]);
		assert.ok(Math.abs(Date.now() / 1000 - seconds) < 60);
		assert.equal(mac, createHmac("sha256", BACKEND_SECRET).update(`${seconds}.${body}`).digest("hex"));
		const { requestId, connection, user: { claims, ...user }, ...rest } = JSON.parse(body);
		assert.equal(connection, socket.id);
		assert.deepEqual(claims.more, [1]);
		assert.deepEqual(user, { id: "u1", username: "ann", email: "", company: "c", session: "" });
		assert.deepEqual(rest, { action: "a/b ä?", data: { x: 1.5 }, artifact: "", namespace: "/" });
	});

	test("keeps its connections", async () => {
		const ports = new Set();
		for (let i = 0; i < 10; i++) {
			await asked("plain", i, respond(200, "1"));
			ports.add(requests[0].port);
		}
		assert.ok(ports.size <= 2);
	});

	test("may answer nothing, an error, or what is no JSON", async () => {
		assert.equal((await asked("plain", 1, respond(204))).data, null);
		assert.deepEqual((await asked("plain", 1, respond(409, "{\"code\":\"TAKEN\",\"message\":\"sorry\"}"))).error,
			{ code: "TAKEN", message: "sorry" });
		assert.equal((await asked("plain", 1, respond(500, "<html>"))).error.code, "BACKEND_ERROR");
		assert.equal((await asked("plain", 1, respond(500))).error.message, "the backend answered 500");
		assert.equal((await asked("plain", 1, respond(200, "{broken"))).error.code, "BACKEND_ERROR");
		assert.equal((await asked("plain", 1, respond(302, "{}"))).error.code, "BACKEND_ERROR");
		assert.equal((await asked("plain", 1, respond(200, `"${"x".repeat(2000)}"`))).error.code, "BACKEND_UNAVAILABLE");
	});

	test("that is slow costs the client TIMEOUT", async () => {
		const { error } = await asked("brief", 1, () => {});
		assert.equal(error.code, "TIMEOUT");
		assert.equal(requests.length, 1);
	});

	test("that hangs up is asked again only for what is idempotent", async () => {
		const hangUp = request => request.socket.destroy();
		assert.equal((await asked("plain", 1, hangUp)).error.code, "BACKEND_UNAVAILABLE");
		assert.equal(requests.length, 1);
		await asked("plain", 1, respond(200, "1")); // now there is a kept connection that dies
		assert.equal((await asked("plain", 1, hangUp)).error.code, "BACKEND_UNAVAILABLE");
		assert.equal(requests.length, 1);
		let tries = 0;
		const { data } = await asked("safe", 1, (request, response) =>
			++tries < 3 ? request.socket.destroy() : response.end("\"third\""));
		assert.equal(data, "third");
	});

	test("gets no more at a time than the queue holds", async () => {
		requests = [];
		answer = () => {};
		const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(socket, "brief", { i })));
		const codes = answers.map(({ error }) => error.code).sort();
		assert.deepEqual(codes, [...Array(4).fill("OVERLOADED"), ...Array(8).fill("TIMEOUT")]);
	});

	test("is not bothered with data that does not fit", async () => {
		assert.equal((await asked("checked", { m: 1 }, respond(200, "1"))).error.code, "INVALID_DATA");
		assert.equal(requests.length, 0);
	});

	test("decides who may do what", async () => {
		const authorize = status => (request, response) =>
			response.writeHead(request.url === "/base/authorize" ? status : 200).end("1");
		for (const [i, [status, code]] of [[403, "FORBIDDEN"], [404, "FORBIDDEN"], [500, "FORBIDDEN"],
			[200, undefined]].entries()) {
			const fresh = await client(gateway, { jti: i }); // answers may be remembered
			requests = [];
			answer = authorize(status);
			assert.equal((await ask(fresh, "guarded", 1)).error?.code, code, String(status));
			const { kind, what, user } = JSON.parse(requests[0].body);
			assert.deepEqual([kind, what, user.id], ["run", "may.guard", "u1"]);
			fresh.disconnect();
		}
	});

	test("hears that a notification was read, once", async () => {
		const api = await Api.of(gateway);
		const { id } = await api.post("/api/v1/notifications", { user: 7, title: "t", message: "m" });
		for (let i = 0; i < 2; i++)
			await api.post(`/api/v1/notifications/${id}/read`, { user: 7 });
		await api.problem("POST", "/api/v1/notifications/12345/read", { user: 7 });
		await until("the news", () => told.length);
		await asked("plain", 1, respond(200, "1")); // a second one would have come before
		const { user, notification, readMs } = JSON.parse(told[0]);
		assert.deepEqual([told.length, user, notification], [1, "7", id]);
		assert.ok(Math.abs(Date.now() - readMs) < 60000);
	});

	test("that is not there is unavailable", async () => {
		// the port of a connection is nobody's to listen on
		const held = net.connect(server.address().port, "127.0.0.1");
		await once(held, "connect");
		const alone = await gatewayWith({ url: `http://127.0.0.1:${held.localPort}`, actions: ["x"] });
		const there = await client(alone);
		assert.equal((await ask(there, "x", 1)).error.code, "BACKEND_UNAVAILABLE");
		there.disconnect();
		await alone.stop();
		held.destroy();
	});

	test("settings that are wrong make the gateway say so", async () => {
		for (const [settings, why] of [[{ url: "ftp://x" }, /expected http/], [{ url: "http://x", queue: 0 }, /queue: expected/],
			[{ url: "http://x", failures: -1 }, /failures: expected a whole number from 0/],
			[{ url: "http://x", actions: [{}] }, /actions: each/],
			[{ url: "http://x", actions: "echo" }, /actions: expected a list/],
			[{ url: "http://x", authorize: "yes" }, /authorize: expected true or false/]]) {
			const refusing = await gatewayWith(settings);
			await refusing.stop();
			assert.match(refusing.stderr, why);
		}
	});
});

describe("answers and failures of a backend", { skip }, () => {
	let server, url, answer, asked; // asked: paths of requests

	before(async () => {
		server = http.createServer(async (request, response) => {
			await request.toArray();
			asked.push(request.url);
			answer(request, response);
		});
		server.keepAliveTimeout = 0; // or a kept connection ends just when it is wanted
		url = `http://127.0.0.1:${await listening(server)}`;
	});

	after(() => {
		server.closeAllConnections();
		server.close();
	});

	async function metric(api, name) {
		const { text } = await api.send("GET", "/metrics");
		return Number(new RegExp(`^tidegate_${name} (\\d+)$`, "m").exec(text)[1]);
	}

	// One loop, so that one memory has all answers.
	async function withGateway(set, settings, body) {
		asked = [];
		const gateway = await gatewayWith({ url, authorize: true, timeout_ms: 10000,
			actions: ["plain", { name: "guarded", permission: "p" }], ...settings }, { workers: "1", ...set });
		const clients = [];
		const connect = async (claims = {}) => { // the same claims are the same token
			clients.push(await clientWith(gateway, signed({ sub: "u1", exp: 4000000000, ...claims })));
			return clients.at(-1);
		};
		try {
			await body(connect, await Api.of(gateway), gateway);
		} finally {
			for (const socket of clients)
				socket.disconnect();
			await gateway.stop();
		}
	}

	const questions = () => asked.filter(path => path === "/authorize").length;
	const status = (code, headers) => (request, response) =>
		response.writeHead(request.url === "/authorize" ? code : 200, headers).end("1");

	test("a grant is remembered for the token it was given to, until rights change", () =>
		withGateway({ "authorize.grants": "1h" }, {}, async (connect, api) => {
			const socket = await connect(), other = await connect({ jti: "other" });
			answer = status(200);
			for (let i = 0; i < 3; i++)
				assert.equal((await ask(socket, "guarded", i)).data, 1);
			assert.equal(questions(), 1);
			assert.equal((await ask(other, "guarded", 1)).data, 1);
			assert.equal(questions(), 2);
			assert.equal(await metric(api, "questions_remembered"), 2);
			assert.equal(await metric(api, "answers_kept"), 2);
			answer = status(403); // the backend changes its mind and throws the user out
			assert.equal((await api.post("/api/v1/disconnect", { user: "u1" })).connections, 2);
			const again = await connect();
			assert.equal((await ask(again, "guarded", 1)).error.code, "FORBIDDEN");
			assert.equal(questions(), 3);
		}));

	test("what the backend says is not to be stored is asked each time", () =>
		withGateway({ "authorize.grants": "1h" }, {}, async connect => {
			const socket = await connect();
			answer = status(200, { "Cache-Control": "private, No-Store" });
			for (let i = 0; i < 3; i++)
				assert.equal((await ask(socket, "guarded", i)).data, 1);
			assert.equal(questions(), 3);
		}));

	test("the same question of many is asked once", () =>
		withGateway({ "authorize.grants": "off", "authorize.refusals": "off" }, {}, async connect => {
			const sockets = [await connect(), await connect()];
			let open;
			const opened = new Promise(done => (open = done));
			answer = (request, response) => request.url === "/authorize" ? open(response) : response.end("1");
			const answers = Array.from({ length: 6 }, (_, i) => ask(sockets[i % 2], "guarded", i));
			for (const socket of sockets) // answered: what it said before has been heard
				await ask(socket, "plain", 1);
			(await opened).end();
			assert.deepEqual((await Promise.all(answers)).map(a => a.data), Array(6).fill(1));
			assert.equal(questions(), 1);
		}));

	test("questions that fail open a circuit: refused at once, and told", () =>
		withGateway({ "authorize.failures": "3", "authorize.pause": "1h" }, {}, async (connect, api, gateway) => {
			const socket = await connect();
			answer = status(500);
			for (let i = 0; i < 5; i++)
				assert.equal((await ask(socket, "guarded", i)).error.code, "FORBIDDEN");
			assert.equal(questions(), 3);
			assert.equal(await metric(api, "questions_failed"), 3);
			assert.equal(await metric(api, "questions_cut"), 2);
			assert.equal(await metric(api, "circuits_open"), 1);
			await until("the log", () => /authorize circuit opened: plugin=http failures=3 pause_ms=3600000/.test(gateway.stderr));
		}));

	test("silence opens it too, and one answered probe closes it", () =>
		withGateway({ "authorize.failures": "2", "authorize.timeout": "50ms", "authorize.pause": "1ms" }, {},
			async (connect, api, gateway) => {
				const socket = await connect();
				answer = request => request.url !== "/authorize" || request.on("close", () => {});
				for (let i = 0; i < 2; i++)
					assert.equal((await ask(socket, "guarded", i)).error.code, "FORBIDDEN");
				assert.equal(await metric(api, "circuits_opened"), 1);
				answer = status(200);
				await until("a grant", async () => (await ask(socket, "guarded", 1)).data === 1);
				assert.equal(await metric(api, "circuits_open"), 0);
				await until("the log", () => /authorize circuit closed: plugin=http/.test(gateway.stderr));
			}));

	test("actions that are not answered are not sent for a while", () =>
		withGateway({}, { failures: 3, pause_ms: 3600000 }, async (connect, api, gateway) => {
			const socket = await connect();
			answer = request => request.socket.destroy();
			for (let i = 0; i < 5; i++)
				assert.equal((await ask(socket, "plain", i)).error.code, "BACKEND_UNAVAILABLE");
			assert.equal(asked.length, 3);
			assert.equal(await metric(api, "plugin_http_actions_failed"), 3);
			assert.equal(await metric(api, "plugin_http_actions_cut"), 2);
			assert.equal(await metric(api, "plugin_http_circuit_open"), 1);
			await until("the log", () => /circuit opened/.test(gateway.stderr));
		}));

	test("and are sent again when one that tries it is answered", () =>
		withGateway({}, { failures: 2, pause_ms: 1 }, async (connect, api) => {
			const socket = await connect();
			answer = (request, response) => response.writeHead(503).end();
			for (let i = 0; i < 2; i++)
				assert.equal((await ask(socket, "plain", i)).error.code, "BACKEND_ERROR");
			assert.equal(await metric(api, "plugin_http_circuit_open"), 1);
			answer = (request, response) => response.writeHead(409).end("{\"code\":\"NO\"}"); // is an answer
			await until("an answer", async () => (await ask(socket, "plain", 1)).error.code === "NO");
			assert.equal(await metric(api, "plugin_http_circuit_open"), 0);
		}));
});
