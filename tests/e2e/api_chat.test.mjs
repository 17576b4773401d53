// SPDX-License-Identifier: GPL-3.0-or-later
// What the REST calls of a chat backend trigger, and what operators see: messages, mentions,
// reactions, channels, metrics, and the login of demo mode.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { Api, KEY, WITH_API } from "./api.mjs";
import { Gateway, joined, once, token } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client"); // heeds NODE_PATH

let gateway, api, ann, bob, bobToo, cid;

before(async () => {
	gateway = await Gateway.start(WITH_API);
	api = await Api.of(gateway);
	[ann, bob, bobToo, cid] = await Promise.all([client("1", "ann"), client("2", "bob"), client("2", "bob"),
		client("3", "cid")]);
	for (const user of [1, 2])
		await api.post("/api/v1/channels/general/join", { user_id: user });
});

after(async () => {
	for (const socket of [ann, bob, bobToo, cid])
		socket.disconnect();
	await gateway.stop();
});

async function client(user, username) {
	const socket = io(gateway.url, { path: "/realtime", forceNew: true, transports: ["websocket"],
		auth: { token: await token(user, { username }) } });
	socket.heard = [];
	socket.onAny((...args) => socket.heard.push(args));
	await joined(socket);
	return socket;
}

// What each heard since the last call.
async function heard() {
	const all = [ann, bob, bobToo, cid];
	for (const socket of all) {
		const end = once(socket, "end");
		await api.post("/api/v1/publish", { event: "end", data: 0, rooms: [socket.id] });
		await end;
	}
	return all.map(socket => socket.heard.splice(0).filter(([name]) => name !== "end"));
}

describe("messages", () => {
	test("reach the channel, and whom they mention hears of it once more", async () => {
		await heard();
		const message = { id: "m1", content: "Hey @bob, and @ann! mail me: x@cid.org", channelId: "general",
			userId: 1, user: { id: 1, username: "ann", email: "ann@example.org" }, more: [1] };
		const answer = await api.post("/api/v1/messages/", message);
		assert.equal(answer.delivered, 3);
		const [one, two, three, four] = await heard();
		assert.deepEqual(one.map(([name]) => name), ["new_message"]);
		for (const got of [two, three]) {
			assert.deepEqual(got.map(([name]) => name), ["new_message", "mention_notification"]);
			const { createdAt, updatedAt, ...rest } = got[0][1];
			assert.deepEqual(rest, message);
			assert.equal(createdAt, updatedAt);
			assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
			assert.deepEqual(got[1][1], { message_id: "m1", channel_id: "general", content: message.content,
				from_user_id: 1, from_username: "ann" });
		}
		assert.deepEqual(four, []);
	});

	test("get an id and times when they have none, and keep those that they have", async () => {
		const message = { content: "x", channelId: "general", userId: "1" };
		const { messageId } = await api.post("/api/v1/messages", message);
		await api.post("/api/v1/messages/", { ...message, createdAt: "then" });
		const [[[, first], [, second]]] = await heard();
		assert.equal(first.id, messageId);
		assert.deepEqual([second.createdAt, second.updatedAt], ["then", "then"]);
	});

	test("name the member that is wrong", async () => {
		const good = { content: "x", channelId: "general", userId: "1" };
		for (const [body, pointer] of [[{}, ""], [{ ...good, content: "" }, "/content"],
			[{ ...good, channelId: null }, "/channelId"], [{ ...good, userId: true }, "/userId"],
			[{ ...good, user: { username: 1 } }, "/user/username"], [{ ...good, id: "" }, "/id"]])
			assert.equal((await api.problem("POST", "/api/v1/messages/", body)).pointer, pointer);
	});
});

describe("reactions and channels", () => {
	test("a reaction reaches the channel", async () => {
		const reaction = { message_id: "m1", channel_id: "general", emoji: "👍", user_id: "1", username: "ann",
			action: "add" };
		assert.equal((await api.post("/api/v1/messages/reactions", reaction)).delivered, 3);
		assert.deepEqual((await heard())[1], [["message_reaction", reaction]]);
		for (const [more, pointer] of [[{ action: "like" }, "/action"], [{ emoji: "" }, "/emoji"],
			[{ channel_id: {} }, "/channel_id"], [{ username: 1 }, "/username"]])
			assert.equal((await api.problem("POST", "/api/v1/messages/reactions", { ...reaction, ...more })).pointer, pointer);
	});

	test("who joins and leaves is told to the others, not to himself", async () => {
		assert.equal((await api.post("/api/v1/channels/general/join", { user_id: 3, username: "cid" })).delivered, 3);
		let [one, , , four] = await heard();
		assert.deepEqual(one, [["user_joined", { user_id: 3, channel_id: "general", username: "cid" }]]);
		assert.deepEqual(four, []);
		assert.equal((await api.get("/api/v1/rooms/channel:general/members")).items.length, 4);
		assert.equal((await api.post("/api/v1/channels/general/leave", { user_id: 3 })).delivered, 3);
		[one, , , four] = await heard();
		assert.deepEqual(one, [["user_left", { user_id: 3, channel_id: "general" }]]);
		assert.deepEqual(four, []);
		for (const deed of ["join", "leave"])
			assert.equal((await api.problem("POST", `/api/v1/channels/general/${deed}`, {})).pointer, "");
	});
});

describe("metrics", () => {
	test("are text for Prometheus, of all loops together, with the key only", async () => {
		const { status, text, headers } = await api.send("GET", "/metrics");
		assert.equal(status, 200);
		assert.match(headers["content-type"], /^text\/plain; version=0\.0\.4/);
		const values = Object.fromEntries(text.split("\n").filter(line => line && line[0] !== "#")
			.map(line => line.split(" ")));
		assert.equal(values.tidegate_sockets, "4");
		assert.ok(Number(values.tidegate_connections) >= 4);
		assert.ok(Number(values.process_resident_memory_bytes) > 1e6);
		for (const name of Object.keys(values))
			assert.match(text, new RegExp(`# HELP ${name} .+\n# TYPE ${name} (counter|gauge)\n${name} `));
		assert.equal((await api.send("GET", "/metrics", undefined, { key: null })).status, 401);
	});

	test("may be open", async () => {
		const other = await Gateway.start({ ...WITH_API, set: { "api.metrics_open": "true" } });
		const there = await Api.of(other);
		assert.equal((await there.send("GET", "/metrics", undefined, { key: null })).status, 200);
		assert.equal((await there.send("GET", "/api/v1/rooms", undefined, { key: null })).status, 401);
		await other.stop();
	});
});

describe("the login", () => {
	test("of demo mode gives a token that works, on both listeners", async () => {
		const demo = await Gateway.start({ ...WITH_API, set: { demo: "true" } });
		const there = await Api.of(demo);
		const login = await there.call("POST", "/api/v1/auth/login", { email: "joe@example.org", password: "x" },
			{ key: null });
		assert.equal(login.user.username, "joe");
		const response = await fetch(`${demo.url}/api/v1/auth/login`, { method: "POST",
			body: JSON.stringify({ username: "joe" }) });
		const { access_token } = await response.json();
		for (const accepted of [login.access_token, access_token]) {
			const socket = io(demo.url, { path: "/realtime", forceNew: true, auth: { token: accepted } });
			await joined(socket);
			socket.disconnect();
		}
		for (const body of [{}, { username: "" }, { username: "a b" }, { username: "\"" }])
			assert.equal((await there.problem("POST", "/api/v1/auth/login", body, { key: KEY })).status, 400);
		assert.equal((await fetch(`${demo.url}/api/v1/auth/login`)).status, 405);
		await demo.stop();
	});

	test("is not there otherwise", async () => {
		assert.equal((await api.problem("POST", "/api/v1/auth/login", { username: "joe" })).status, 404);
		const response = await fetch(`${gateway.url}/api/v1/auth/login`, { method: "POST", body: "{}" });
		assert.ok(response.status >= 400);
	});
});
