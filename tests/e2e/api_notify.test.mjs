// SPDX-License-Identifier: GPL-3.0-or-later
// The store of notifications through the server API: what is told, what is kept, what is
// forgotten, and that kill -9 takes nothing that was acknowledged.

import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, WITH_API } from "./api.mjs";
import { Gateway, joined, once, token, until } from "./gateway.mjs";

const require = createRequire(import.meta.url); // heeds NODE_PATH
const { io } = require("socket.io-client");
const WebSocket = require("ws");

let gateway, api, folder;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "tidegate-notify-"));
	gateway = await Gateway.start({ ...WITH_API, set: { "notifications.per_user": "5" } });
	api = await Api.of(gateway);
});

after(async () => {
	await gateway.stop();
	await rm(folder, { recursive: true });
});

async function client(user) {
	const socket = io(gateway.url, { path: "/realtime", forceNew: true, transports: ["websocket"],
		auth: { token: await token(user) } });
	await joined(socket);
	return socket;
}

const add = (user, more = {}) => api.post("/api/v1/notifications", { user, title: "t", message: "m", ...more });
const list = (user, more = "") => api.get(`/api/v1/notifications?user=${encodeURIComponent(user)}${more}`);
const read = (user, id) => api.send("POST", `/api/v1/notifications/${id}/read`, { user });

describe("a notification", () => {
	test("is stored, told and listed", async () => {
		const ann = await client("ann");
		const told = once(ann, "notification.new");
		const what = { user: "ann", title: "Hé \"you\"", message: "line\nline", category: "job_match",
			priority: "high", link: "/jobs/1", metadata: { a: [1, { b: null }] } };
		const answer = await api.send("POST", "/api/v1/notifications", what);
		assert.equal(answer.status, 201);
		const { id, createdAt, ...rest } = answer.body;
		assert.deepEqual(rest, { ...what, read: false, readAt: null });
		assert.ok(Math.abs(Date.now() - Date.parse(createdAt)) < 60000);
		assert.deepEqual(await told, [answer.body]);
		assert.deepEqual(await list("ann"), { items: [answer.body] });
		ann.disconnect();
	});

	test("is read once, by its user only, and his connections hear of it", async () => {
		const bob = await client("7");
		const { id } = await add(7);
		const told = once(bob, "notification.read");
		assert.equal((await read("8", id)).status, 404);
		const { body } = await read(7, id);
		assert.equal(body.read, true);
		const [data] = await told;
		assert.deepEqual(data, { notification_id: id, read_by: 7, read_at: body.readAt });
		assert.deepEqual((await read(7, id)).body, body);
		for (const wrong of ["0", "x", "-1", "99999999", "1e3"])
			assert.equal((await read(7, wrong)).status, 404);
		assert.equal((await list("7")).items[0].read, true);
		assert.deepEqual(await list("7", "&unread=true"), { items: [] });
		bob.disconnect();
	});

	test("is made by a publish of notification.new too, one for each user", async () => {
		const [cid, dan] = [await client("cid"), await client("dan")];
		await api.post("/api/v1/rooms/r/join", { user: "cid" });
		await api.post("/api/v1/rooms/r/join", { user: "dan" });
		const data = { title: "T", message: "M", category: "c", extra: 1, id: "mine" };
		const heard = [once(cid, "notification.new"), once(dan, "notification.new")];
		const { delivered } = await api.post("/api/v1/publish",
			{ event: "notification.new", data, users: ["cid", "nobody", "cid"], rooms: ["r"] });
		assert.equal(delivered, 2);
		const [[one], [two]] = await Promise.all(heard);
		const { items: [stored] } = await list("cid");
		assert.deepEqual(one, { id: stored.id, read: false, createdAt: stored.createdAt, title: "T",
			message: "M", category: "c", extra: 1 });
		assert.deepEqual(two, data);
		assert.equal((await list("cid")).items.length, 1); // named twice, told once
		assert.deepEqual((await list("dan")).items, []);
		assert.equal((await list("nobody")).items.length, 1);
		cid.disconnect();
		dan.disconnect();
	});

	test("names the member that is wrong", async () => {
		const good = { user: "u", title: "t", message: "m" };
		for (const [body, pointer] of [[{}, ""], [{ ...good, title: "" }, "/title"], [{ ...good, user: null }, "/user"],
			[{ ...good, message: 1 }, "/message"], [{ ...good, metadata: [] }, "/metadata"],
			[{ ...good, link: "l".repeat(2001) }, "/link"], [{ ...good, read: true }, "/read"]])
			assert.equal((await api.problem("POST", "/api/v1/notifications", body)).pointer, pointer);
		assert.equal((await api.problem("GET", "/api/v1/notifications")).code, "ARGUMENT");
		assert.equal((await api.problem("GET", "/api/v1/notifications?user=u&cursor=x")).code, "ARGUMENT");
		assert.equal((await api.problem("POST", "/api/v1/notifications/1/read", {})).pointer, "");
	});
});

describe("the store", () => {
	test("gives pages, newest first, and keeps the newest of each user", async () => {
		for (let i = 0; i < 8; i++)
			await add("many", { title: `n${i}` });
		const titles = [];
		for (let cursor = ""; cursor !== undefined;) {
			const page = await list("many", `&limit=2${cursor && `&cursor=${cursor}`}`);
			titles.push(page.items.map(item => item.title));
			cursor = page.cursor;
		}
		assert.deepEqual(titles, [["n7", "n6"], ["n5", "n4"], ["n3"]]);
	});

	test("is bounded in all and in age", async () => {
		const other = await Gateway.start({ ...WITH_API,
			set: { "notifications.total": "3", "notifications.keep": "1s" } });
		const there = await Api.of(other);
		for (let i = 0; i < 6; i++)
			await there.post("/api/v1/notifications", { user: `u${i % 2}`, title: "t", message: "m" });
		const left = async () => (await Promise.all(["u0", "u1"].map(user =>
			there.get(`/api/v1/notifications?user=${user}`)))).flatMap(page => page.items).length;
		assert.ok(await left() <= 3);
		await until("all are forgotten", async () => await left() === 0);
		await other.stop();
	});

	test("survives kill -9 without losing what was acknowledged", async () => {
		const file = join(folder, "notifications.db");
		const start = () => Gateway.start({ ...WITH_API, set: { "notifications.file": file } });
		const acknowledged = new Set();
		const marked = new Set();
		for (let round = 0; round < 3; round++) {
			const victim = await start();
			const there = await Api.of(victim);
			const busy = Array.from({ length: 8 }, async () => {
				for (;;) {
					const { id } = await there.post("/api/v1/notifications", { user: "u", title: "t", message: "m" });
					acknowledged.add(id);
					if (id % 3)
						continue;
					await there.post(`/api/v1/notifications/${id}/read`, { user: "u" });
					marked.add(id);
				}
			}).map(work => work.catch(() => {}));
			await until("forty more", () => acknowledged.size >= 40 * (round + 1));
			process.kill(victim.pid, "SIGKILL");
			await Promise.all(busy);
			await assert.rejects(victim.stop(), /a bad end/);
		}
		const again = await start();
		const there = await Api.of(again);
		const found = new Map();
		for (let cursor = ""; cursor !== undefined;) {
			const page = await there.get(`/api/v1/notifications?user=u&limit=1000${cursor && `&cursor=${cursor}`}`);
			page.items.forEach(item => found.set(item.id, item));
			cursor = page.cursor;
		}
		for (const suffix of ["", "-wal", "-shm"])
			assert.equal((await stat(file + suffix)).mode & 0o077, 0);
		for (const id of acknowledged)
			assert.ok(found.has(id), `${id} is lost`);
		for (const id of marked)
			assert.ok(found.get(id).read, `${id} is unread again`);
		await again.stop();
	});

	test("sends unread ones to who connects, in their order, when configured", async () => {
		const other = await Gateway.start({ ...WITH_API, set: { "notifications.on_connect": "2" } });
		const there = await Api.of(other);
		for (const title of ["1", "2", "3", "4"]) {
			const { id } = await there.post("/api/v1/notifications", { user: "u", title, message: "m" });
			if (title === "3")
				await there.post(`/api/v1/notifications/${id}/read`, { user: "u" });
		}
		const socket = io(other.url, { path: "/realtime", forceNew: true, auth: { token: await token("u") } });
		const titles = [];
		await new Promise(done => socket.on("notification.new", ({ title }) =>
			titles.push(title) === 2 && done()));
		assert.deepEqual(titles, ["2", "4"]);
		socket.disconnect();
		await other.stop();
	});

	test("sends them to plain clients once, when they can hear them", async () => {
		const other = await Gateway.start({ config: `${WITH_API.config}
  - {path: /api/v1/ws/connect, dialect: rooms}
  - {path: /ws, dialect: undecided}
  - {path: /ws, dialect: schedule}
  - {path: /ws, dialect: channels}
`, env: WITH_API.env, set: { "notifications.on_connect": "10" } });
		const there = await Api.of(other);
		for (const title of ["1", "2"])
			await there.post("/api/v1/notifications", { user: "45", title, message: "m" });
		const good = await token("45", { events: ["notification", "schedule"] });
		// what comes until all titles are there, then until an answer to a ping
		async function titles(path, said) {
			const socket = new WebSocket(`${other.wsUrl}${path}token=${good}`);
			const heard = [];
			let pongs = 0;
			socket.on("message", text => {
				const message = JSON.parse(text);
				pongs += message.type === "pong";
				if (message.type.startsWith("notification"))
					heard.push([message.type, message.data.title]);
			});
			await once(socket, "open");
			const pong = async () => {
				const before = pongs;
				socket.send("{\"type\":\"ping\"}");
				await until("a pong", () => pongs > before);
			};
			await pong();
			const at_first = heard.length;
			for (const message of said) {
				socket.send(JSON.stringify(message));
				await pong();
			}
			await until("both", () => heard.length >= 2);
			await pong();
			socket.close();
			return { at_first, heard };
		}
		const subscribe = events => ({ type: "subscription", action: "subscribe", data: { events } });
		const both = type => [[type, "1"], [type, "2"]];
		for (const path of ["/ws?dialect=schedule&", "/ws?"]) {
			const { at_first, heard } = await titles(path, [subscribe(["schedule"]), subscribe(["notification"]),
				{ type: "subscription", action: "unsubscribe", data: { events: ["notification"] } },
				subscribe(["notification"])]);
			assert.equal(at_first, 0);
			assert.deepEqual(heard, both("notification"), path);
		}
		assert.deepEqual((await titles("/api/v1/ws/connect?", [])).heard, both("notification.new"));
		assert.deepEqual((await titles("/ws?", [{ type: "join_channel", channel_id: "none" }])).heard,
			both("notification.new"));
		await other.stop();
	});

	test("says at start what is wrong with its file", async () => {
		await assert.rejects(Gateway.start({ ...WITH_API, set: { "notifications.file": `${folder}/no/such/folder` } }),
			/notifications\.file: .*unable to open/);
	});
});
