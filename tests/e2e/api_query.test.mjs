// SPDX-License-Identifier: GPL-3.0-or-later
// What a backend asks the server API about people and rooms, page by page, and what it does on
// their behalf.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { Api, WITH_API } from "./api.mjs";
import { Gateway, joined, once, token, until } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client"); // heeds NODE_PATH

let gateway, api;
const people = {};
const USERS = ["ann", "bob", "cid", "dan", "eve"];

before(async () => {
	gateway = await Gateway.start(WITH_API);
	api = await Api.of(gateway);
	for (const user of [...USERS, "eve"])
		(people[user] ??= []).push(await client(user));
});

after(async () => {
	for (const socket of Object.values(people).flat())
		socket.disconnect();
	await gateway.stop();
});

async function client(user, nsp = "/") {
	const socket = io(gateway.url + nsp, { path: "/realtime", forceNew: true, reconnection: false,
		auth: { token: await token(user, { username: user.toUpperCase(), companyId: "c" }) } });
	await joined(socket);
	return socket;
}

// All items of a list, limit at a time.
async function pages(path, limit) {
	const items = [];
	let cursor = "", pages_n = 0;
	do {
		const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
		const page = await api.get(`${path}?limit=${limit}${more}`);
		assert.ok(page.items.length <= limit && (page.items.length === limit || !page.cursor));
		items.push(...page.items);
		cursor = page.cursor;
		pages_n++;
	} while (cursor);
	return { items, pages_n };
}

describe("lists", () => {
	test("give rooms by name with their members, in pages of any size", async () => {
		const rooms = ["company:c", ...USERS.map(user => `user:${user}`)];
		for (let limit = 1; limit <= 7; limit++) {
			const { items, pages_n } = await pages("/api/v1/rooms", limit);
			assert.deepEqual(items.map(item => item.room), rooms);
			assert.deepEqual(items.map(item => item.members), [6, 1, 1, 1, 1, 2]);
			assert.equal(pages_n, Math.ceil(rooms.length / limit));
		}
	});

	test("give members and connections by id", async () => {
		const ids = Object.values(people).flat().map(socket => socket.id).sort();
		for (const path of ["/api/v1/rooms/company%3Ac/members", "/api/v1/connections"])
			for (const limit of [1, 2, 6, 1000]) {
				const { items } = await pages(path, limit);
				assert.deepEqual(items.map(item => item.connection), ids);
			}
		const { items: [eve] } = await api.get("/api/v1/rooms/user:eve/members?limit=1");
		assert.deepEqual(eve, { connection: people.eve.map(socket => socket.id).sort()[0], user: "eve",
			username: "EVE", namespace: "/", dialect: "actions" });
		const { items: all } = await api.get("/api/v1/connections");
		const ann = all.find(item => item.user === "ann");
		assert.deepEqual([ann.company, ann.address, ann.rooms.sort()],
			["c", "127.0.0.1", ["company:c", "user:ann"]]);
		assert.ok(Math.abs(Date.now() - Date.parse(ann.connectedAt)) < 60000);
	});

	test("of what is not there are empty", async () => {
		assert.deepEqual(await api.get("/api/v1/rooms/nobody/members"), { items: [] });
		assert.deepEqual(await api.get("/api/v1/rooms?cursor=zzz"), { items: [] });
	});

	test("refuse a limit that is none", async () => {
		for (const limit of ["0", "1001", "-1", "x", "1.5"])
			assert.equal((await api.problem("GET", `/api/v1/rooms?limit=${limit}`)).code, "RANGE");
	});
});

describe("presence", () => {
	test("counts connections in all namespaces", async () => {
		const more = await client("eve", "/company/c");
		const eve = await api.get("/api/v1/presence/eve");
		assert.deepEqual([eve.user, eve.status, eve.connections], ["eve", "online", 3]);
		assert.ok(Math.abs(Date.now() - Date.parse(eve.lastActivity)) < 60000);
		more.disconnect();
		await until("he is gone", async () => (await api.get("/api/v1/presence/eve")).connections === 2);
	});

	test("is offline for whom nobody knows", async () => {
		assert.deepEqual(await api.get("/api/v1/presence/a%20b%2F%C3%A4"),
			{ user: "a b/ä", status: "offline", connections: 0, lastActivity: null });
	});
});

describe("on behalf", () => {
	test("all connections of a user join and leave", async () => {
		const members = async () => (await api.get("/api/v1/rooms/my%2Froom/members")).items.length;
		assert.deepEqual(await api.post("/api/v1/rooms/my%2Froom/join", { user: "eve" }), { connections: 2 });
		assert.deepEqual(await api.post("/api/v1/rooms/my%2Froom/join", { user: "ann" }), { connections: 1 });
		assert.equal(await members(), 3);
		assert.deepEqual(await api.post("/api/v1/rooms/my%2Froom/leave", { user: "eve" }), { connections: 2 });
		assert.deepEqual(await api.post("/api/v1/rooms/my%2Froom/leave", { user: "nobody" }), { connections: 0 });
		assert.equal(await members(), 1);
		for (const deed of ["join", "leave"]) {
			assert.equal((await api.problem("POST", `/api/v1/rooms/r/${deed}`, {})).pointer, "");
			assert.equal((await api.problem("POST", `/api/v1/rooms/r/${deed}`, { user: [] })).pointer, "/user");
			const long = await api.problem("POST", `/api/v1/rooms/${"r".repeat(257)}/${deed}`, { user: "ann" });
			assert.equal(long.status, 413);
		}
	});

	test("a connection, or all of a user, are closed", async () => {
		const one = await client("fay"), two = await client("fay"), three = await client("fay");
		const gone = once(one, "disconnect");
		assert.deepEqual(await api.post("/api/v1/disconnect", { connection: one.id }), { connections: 1 });
		assert.equal((await gone)[0], "io server disconnect");
		const both = [once(two, "disconnect"), once(three, "disconnect")];
		assert.deepEqual(await api.post("/api/v1/disconnect", { user: "fay", code: 4000, reason: "bye" }),
			{ connections: 2 });
		await Promise.all(both);
		assert.equal((await api.get("/api/v1/presence/fay")).status, "offline");
		assert.deepEqual(await api.post("/api/v1/disconnect", { user: "fay" }), { connections: 0 });
	});

	test("a disconnect says whom", async () => {
		for (const [body, pointer] of [[{}, ""], [{ user: "a", connection: "b" }, ""],
			[{ user: "a", code: 1000 }, "/code"], [{ user: "a", reason: "r".repeat(124) }, "/reason"],
			[{ connection: 5 }, "/connection"]])
			assert.equal((await api.problem("POST", "/api/v1/disconnect", body)).pointer, pointer);
	});
});
