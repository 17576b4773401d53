// SPDX-License-Identifier: GPL-3.0-or-later
// The clients that the documents of the plain dialects print, letter by letter, and one
// message that reaches clients of all five kinds.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import vm from "node:vm";

import { Api, KEY } from "./api.mjs";
import { Gateway, SOURCE, joined, once, token, until, within } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const WebSocket = require("ws");
const { io } = require("socket.io-client");
const clients = join(dirname(fileURLToPath(import.meta.url)), "clients");

const CONFIG = `
demo: true
listeners:
  - {name: public, address: "127.0.0.1:0"}
  - {name: topics, address: "127.0.0.1:0"}
api: {listen: "127.0.0.1:0"}
`;

let gateway, api;

before(async () => {
	gateway = await Gateway.start({ config: CONFIG, env: { TIDEGATE_API_KEY: KEY } });
	api = await Api.of(gateway);
});

after(() => gateway.stop());

// The document's text with another host, port and token.
async function printed(file, jwt) {
	const text = await readFile(join(clients, file), "utf8");
	return text.replaceAll("localhost:8000", `127.0.0.1:${gateway.port(0)}`)
		.replaceAll("localhost:5000", `127.0.0.1:${gateway.port(1)}`)
		.replaceAll("your_jwt_token_here", jwt).replaceAll("your_jwt_token", jwt)
		.replaceAll("your-jwt-token", jwt).replaceAll("eyJhbGc...", jwt);
}

// Runs a printed script like a page; what it logs is kept.
async function page(file, jwt, extra = {}) {
	const lines = [], sockets = [], waiting = [];
	const log = (...words) => {
		lines.push(words.map(w => typeof w === "string" ? w : JSON.stringify(w)).join(" "));
		waiting.splice(0).forEach(look => look());
	};
	class Known extends WebSocket {
		constructor(...args) {
			super(...args);
			sockets.push(this);
		}
	}
	const context = vm.createContext({ WebSocket: Known, console: { log, error: log, warn: log },
		setTimeout, setInterval: () => 0, localStorage: { getItem: () => jwt }, JSON, Math, ...extra });
	context.window = context;
	vm.runInContext(await printed(file, jwt), context);
	return {
		lines, sockets, context,
		logged: pattern => within(`${pattern} in ${JSON.stringify(lines)}`,
			new Promise(done => {
				const look = () => {
					const line = lines.find(l => pattern.test(l));
					line === undefined ? waiting.push(look) : done(line);
				};
				look();
			})),
		close: () => sockets.forEach(s => s.terminate()),
	};
}

// A plain connection whose messages are kept.
async function plain(url) {
	const socket = new WebSocket(url), heard = [], waiting = [];
	let code; // of the close frame
	socket.on("close", number => { code = number; });
	socket.on("message", data => {
		heard.push(JSON.parse(data));
		waiting.splice(0).forEach(look => look());
	});
	await within("open", new Promise((done, fail) => {
		socket.on("open", done).on("error", fail);
	}));
	return {
		socket, heard,
		get code() {
			return code;
		},
		say: message => socket.send(JSON.stringify(message)),
		hears: type => within(`${type} in ${JSON.stringify(heard)}`, new Promise(done => {
			const look = () => {
				const one = heard.find(m => m.type === type);
				one ? done(one) : waiting.push(look);
			};
			look();
		})),
	};
}

describe("the printed clients", () => {
	test("schedule in JavaScript subscribes and is shown what happens", async () => {
		const jwt = await token("45", { events: ["schedule", "notification"] });
		const p = await page("schedule.js", jwt);
		await p.logged(/WebSocket connected/);
		let delivered = 0;
		while (!delivered)
			({ delivered } = await api.post("/api/v1/publish", { event: "schedule.created",
				events: ["schedule"], data: { schedule_id: 123, employee_id: 45 } }));
		await p.logged(/New schedule created: \{"schedule_id":123,"employee_id":45\}/);
		await api.post("/api/v1/publish", { event: "schedule.updated", events: ["schedule"], data: { a: 1 } });
		await p.logged(/Schedule updated: \{"a":1\}/);
		p.close();
	});

	test("schedule in JavaScript is sent to the login with a bad token", async () => {
		const p = await page("schedule.js", "bad");
		await p.logged(/WebSocket error: Authentication token is invalid or expired/);
		await p.logged(/WebSocket disconnected: 4401/);
		p.close();
	});

	test("rooms in JavaScript joins, speaks and hears", async () => {
		const jwt = await token("12345", { username: "alice", rooms: ["channel:1"] });
		const p = await page("rooms.js", jwt);
		await p.logged(/Connected as alice/);
		const other = await plain(`${gateway.wsUrl}/api/v1/ws/connect?token=${jwt}`);
		other.say({ type: "join_room", room: "channel:1" });
		await other.hears("joined_room");
		vm.runInContext("client.sendMessage('channel:1', 'Hello')", p.context);
		await p.logged(/alice: Hello/);
		assert.equal((await other.hears("message")).data.content, "Hello");
		await api.post("/api/v1/publish", { event: "task.created", rooms: ["channel:1"], data: { title: "T" } });
		await p.logged(/New task: T/);
		p.close();
		other.socket.terminate();
	});

	test("rooms tells a bad token by its close code", async () => {
		const p = await page("rooms_connect.js", "bad");
		await p.logged(/Closed: 4401/);
		p.close();
	});

	test("topics in JavaScript subscribes with its user id and is served", async () => {
		const p = await page("topics.js", "");
		await p.logged(/Connected to WebSocket server/);
		let delivered = 0;
		while (!delivered)
			({ delivered } = await api.post("/api/v1/publish", { event: "job_update",
				topics: ["job_matches"], data: { id: 123, status: "new" } }));
		await p.logged(/Job update: \{"id":123,"status":"new"\}/);
		await api.post("/api/v1/notifications", { user: "123", title: "T", message: "M" });
		await p.logged(/New notification: .*"title":"T"/);
		p.close();
	});

	test("channels in JavaScript joins its channel and is shown messages", async () => {
		const jwt = await token("user-uuid", { username: "john_doe", channels: ["channel-uuid"] });
		const shown = [];
		const p = await page("channels.js", jwt, {
			displayNewMessage: m => shown.push(m.content),
			showTypingIndicator: (user, typing) => shown.push([user, typing]),
			updateUserStatus: (user, status) => shown.push([user, status]),
		});
		const members = n => until(`${n} in the channel`, async () =>
			(await api.get("/api/v1/rooms/channel:channel-uuid/members")).items.length === n);
		await p.logged(/Connected to WebSocket/);
		await members(1);
		const other = await plain(`${gateway.wsUrl}/ws?token=${await token("b", { channels: ["channel-uuid"] })}`);
		other.say({ type: "typing_indicator", channel_id: "channel-uuid", is_typing: true });
		await members(2);
		await api.post("/api/v1/messages/", { content: "Hi", channelId: "channel-uuid", userId: "b" });
		await other.hears("new_message");
		await until("the message", () => shown.includes("Hi"));
		await until("who types", () => shown.some(s => s[0] === "b" && s[1] === true));
		other.socket.terminate();
		p.close();
	});

	for (const [file, claims, publish, pattern] of [
		["schedule.py", { events: ["schedule", "notification"] },
			{ event: "schedule.created", events: ["schedule"], data: { schedule_id: 1 } },
			/Schedule created: \{'schedule_id': 1\}/],
		["channels.py", { channels: ["channel-uuid"] },
			{ event: "new_message", rooms: ["channel:channel-uuid"], data: { content: "Hi" } },
			/Received: .*'type': 'new_message'.*'content': 'Hi'/],
	])
		test(`${file} is served`, async t => {
			const has = await new Promise(done => execFile("/usr/bin/python3", ["-c", "import websockets"],
				error => done(!error)));
			if (!has) {
				t.skip("python3-websockets is not there");
				return;
			}
			const child = spawn("/usr/bin/python3", ["-u", "-c", await printed(file, await token("45", claims))]);
			let text = "";
			child.stdout.setEncoding("utf8").on("data", piece => { text += piece; });
			child.stderr.setEncoding("utf8").on("data", piece => { text += piece; });
			try {
				await until(`${pattern}`, async () => {
					await api.post("/api/v1/publish", publish);
					return pattern.test(text);
				});
			} finally {
				child.kill();
			}
		});
});

test("wscat speaks to a room", async () => {
	const jwt = await token("1", { rooms: ["channel:1"] });
	const program = join(dirname(require.resolve("wscat/package.json")), "bin/wscat");
	const child = spawn(process.execPath, [program, "--no-color", "-c",
		`${gateway.wsUrl}/api/v1/ws/connect?token=${jwt}`, "-w", "600",
		"-x", '{"type": "join_room", "room": "channel:1"}']);
	let text = "";
	child.stdout.setEncoding("utf8").on("data", piece => { text += piece; });
	await until("its answer", () => /"type":"joined_room","room":"channel:1"/.test(text));
	child.kill();
	await once(child, "close");
});

test("one message reaches six clients, once each, in their own shapes", async () => {
	const heard = [];
	let marks = 0;
	const socket = io(gateway.url, { path: "/realtime", transports: ["websocket"],
		auth: { token: await token("s", { channels: ["7"], sid: "s" }) }, query: { sessionId: "s" } });
	socket.on("task.created", data => heard.push(data));
	socket.on("mark", () => marks++);
	await joined(socket);
	const jwt = await token("p", { channels: ["7"], rooms: ["channel:7"], topics: ["*"],
		events: ["schedule"] });
	const rooms = await plain(`${gateway.wsUrl}/api/v1/ws/connect?token=${jwt}`);
	const channels = await plain(`${gateway.wsUrl}/ws?dialect=channels&token=${jwt}`);
	const undecided = await plain(`${gateway.wsUrl}/ws?token=${jwt}`);
	const topics = await plain(`ws://127.0.0.1:${gateway.port(1)}/ws?token=${jwt}`);
	const schedule = await plain(`${gateway.wsUrl}/ws?dialect=schedule&token=${jwt}`);
	const all = [rooms, channels, undecided, topics, schedule];
	rooms.say({ type: "join_room", room: "channel:7" });
	await rooms.hears("joined_room");
	topics.say({ type: "subscribe", data: { userId: "p" } });
	for (const c of all) {
		c.say({ type: "ping" });
		await c.hears("pong");
	}
	const { delivered } = await api.post("/api/v1/publish", { event: "task.created",
		rooms: ["channel:7"], users: ["p", "s"], sender: "alice", data: { task_id: 7 } });
	assert.equal(delivered, 6);
	const said = await Promise.all([...[rooms, channels, undecided, topics].map(c => c.hears("task.created")),
		schedule.hears("task")]);
	assert.deepEqual(said.map(({ timestamp, ...rest }) => rest), [
		{ type: "task.created", room: "channel:7", data: { task_id: 7 }, sender: "alice" },
		{ type: "task.created", channel_id: "7", data: { task_id: 7 } },
		{ type: "task.created", channel_id: "7", data: { task_id: 7 } },
		{ type: "task.created", data: { task_id: 7 } },
		{ type: "task", action: "created", data: { task_id: 7 }, user_id: null },
	]);
	for (const c of all) {
		c.heard.length = 0;
		c.say({ type: "ping" });
		await c.hears("pong");
		assert.ok(!c.heard.some(m => m.type.startsWith("task")));
	}
	await api.post("/api/v1/publish", { event: "mark", users: ["s"], data: {} });
	await until("the mark", () => marks);
	assert.deepEqual(heard, [{ task_id: 7 }]);
	socket.disconnect();
	all.forEach(c => c.socket.terminate());
});

test("of twenty connections that a user opens at once on two loops, five are let in", async () => {
	const jwt = await token("racer");
	for (let round = 0; round < 3; round++) {
		const all = await Promise.all(Array.from({ length: 20 }, () =>
			plain(`${gateway.wsUrl}/api/v1/ws/connect?token=${jwt}`)));
		const letIn = () => all.filter(c => c.heard.some(m => m.type === "connected"));
		const refused = () => all.filter(c => c.code === 4429);
		await until("an answer for each", () => letIn().length + refused().length >= 20);
		assert.deepEqual([letIn().length, refused().length], [5, 15]);
		all.forEach(c => c.socket.close());
		await until("nobody is left", async () =>
			(await api.get("/api/v1/presence/racer")).connections === 0);
	}
});

test("a mebibyte of nesting is an error in the dialect's words, and nothing else", async () => {
	const jwt = await token("nest", { events: ["schedule"] });
	const nested = "[".repeat(1 << 20);
	for (const [path, port, code] of [["/api/v1/ws/connect", 0, m => m.data.error === "Invalid JSON"],
		["/ws?dialect=schedule", 0, m => m.data.code === "INVALID_JSON"],
		["/ws?dialect=channels", 0, m => m.error_code === "invalid_json"],
		["/ws", 0, m => m.error_code === "invalid_json" && m.data.code === "INVALID_JSON"],
		["/ws", 1, m => m.data.code === "invalid_message"]]) {
		const c = await plain(`ws://127.0.0.1:${gateway.port(port)}${path}${path.includes("?") ? "&" : "?"}token=${jwt}`);
		for (const text of [nested, `{"type":"ping","data":${nested}`, `{"type":"ping","data":${nested}${"]".repeat(1 << 20)}`.slice(0, 2 << 20)]) {
			const before = c.heard.length;
			c.socket.send(text);
			const answer = await until("an answer", () => c.heard.slice(before).find(m => m.type === "error"));
			assert.ok(code(answer), `${path}: ${JSON.stringify(answer)}`);
		}
		assert.equal(c.socket.readyState, WebSocket.OPEN);
		c.socket.terminate();
	}
});

test("a plugin may decide later, and what the client says meanwhile keeps its order", async () => {
	const folder = await mkdtemp(join(tmpdir(), "tidegate-doorman-"));
	await promisify(execFile)("cc", ["-shared", "-fPIC", "-I", join(SOURCE, "include"),
		"-o", join(folder, "doorman.so"), join(dirname(clients), "doorman.c")]);
	const guarded = await Gateway.start({ config: "demo: true\nlisteners: [{address: \"127.0.0.1:0\"}]\n",
		set: { plugin_dir: folder, "mounts.1.forbidden_join": "error" } });
	await rm(folder, { recursive: true }); // loaded
	try {
		const c = await plain(`${guarded.wsUrl}/api/v1/ws/connect?token=${await token("1")}`);
		await c.hears("connected");
		for (const room of ["channel:open1", "channel:closed", "channel:open2"])
			c.say({ type: "join_room", room });
		c.say({ type: "send_message", room: "channel:open1", data: { content: "in" } });
		c.say({ type: "ping" });
		await c.hears("pong");
		assert.deepEqual(c.heard.map(m => [m.type, m.room ?? m.data.error ?? ""]).slice(1, -1), [
			["joined_room", "channel:open1"], ["error", "No access to requested room"],
			["joined_room", "channel:open2"], ["message", "channel:open1"]]);
		// one that leaves while it is being asked about
		c.say({ type: "join_room", room: "channel:open3" });
		c.socket.terminate();
		const t = await plain(`${guarded.wsUrl}/ws?dialect=topics&token=${await token("2")}`);
		t.say({ type: "subscribe", data: { userId: 2, topics: ["open1", "open2"] } });
		t.say({ type: "subscribe", data: { userId: 2, topics: ["open1", "shut"] } });
		assert.equal((await t.hears("error")).data.code, "subscription_failed");
		t.say({ type: "subscribe", data: { userId: 2, topics: ["open4"] } });
		t.socket.terminate();
	} finally {
		await guarded.stop();
	}
});
