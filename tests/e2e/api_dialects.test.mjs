// SPDX-License-Identifier: GPL-3.0-or-later
// One publish reaches Socket.IO and the four plain dialects, each in its own shape and once; a
// notification that one of them reads is read for all.

import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Api, KEY } from "./api.mjs";
import { Gateway, joined, once, token, until } from "./gateway.mjs";

const require = createRequire(import.meta.url); // heeds NODE_PATH
const { io } = require("socket.io-client");
const WebSocket = require("ws");

const config = `
listeners: [{name: public, address: "127.0.0.1:0"}]
api: {listen: "127.0.0.1:0"}
mounts:
  - {path: /realtime, dialect: actions, session_required: false}
  - {path: /schedule, dialect: schedule}
  - {path: /rooms, dialect: rooms}
  - {path: /topics, dialect: topics}
  - {path: /channels, dialect: channels}
`;
const DIALECTS = ["schedule", "rooms", "topics", "channels"];

let gateway, api;
const all = {};

before(async () => {
	gateway = await Gateway.start({ config, env: { TIDEGATE_API_KEY: KEY } });
	api = await Api.of(gateway);
	const claims = { username: "ann", companyId: "c", channels: ["general"], rooms: ["project:1"],
		events: ["schedule", "notification", "employee", "presence"], topics: ["jobs"] };
	const auth = { token: await token("7", claims) };
	all.actions = io(gateway.url, { path: "/realtime", forceNew: true, transports: ["websocket"], auth });
	all.actions.frames = [];
	all.actions.onAny((...args) => all.actions.frames.push(args));
	await joined(all.actions);
	for (const dialect of DIALECTS) {
		const socket = all[dialect] = new WebSocket(`${gateway.wsUrl}/${dialect}?token=${auth.token}`);
		socket.frames = [];
		socket.on("message", text => socket.frames.push(JSON.parse(text)));
		await once(socket, "open");
	}
	all.schedule.send(JSON.stringify({ type: "subscription", action: "subscribe",
		data: { events: ["schedule", "notification"] } }));
	all.topics.send(JSON.stringify({ type: "subscribe", data: { userId: "7", topics: ["jobs"] } }));
	for (const [room, n] of [["user:7", 5], ["event:notification", 1], ["topic:jobs", 1]])
		await until(`${n} in ${room}`, async () =>
			(await api.get(`/api/v1/rooms/${room}/members`)).items.length === n);
});

after(async () => {
	all.actions.disconnect();
	for (const dialect of DIALECTS)
		all[dialect].terminate();
	await gateway.stop();
});

// What each got from doing it, by dialect. A publish to the person marks the end.
async function heard(doing) {
	const answer = await doing();
	const { delivered } = await api.post("/api/v1/publish", { event: "end.mark", data: {}, users: [7] });
	assert.equal(delivered, 5);
	const frames = {};
	for (const [name, socket] of Object.entries(all)) {
		await until("the mark", () => socket.frames.some(frame => JSON.stringify(frame).includes("mark")));
		frames[name] = socket.frames.splice(0).slice(0, -1);
	}
	return { answer, frames };
}

test("a publish reaches all five once, each in its shape", async () => {
	await heard(async () => {}); // what connecting brought
	const { answer, frames } = await heard(() => api.post("/api/v1/publish",
		{ event: "task.created", data: { task_id: 1 }, users: [7], companies: ["c"], sender: "bob" }));
	assert.equal(answer.delivered, 5);
	assert.deepEqual(frames.actions, [["task.created", { task_id: 1 }]]);
	for (const dialect of DIALECTS)
		assert.equal(frames[dialect].length, 1, `${dialect}: ${JSON.stringify(frames[dialect])}`);
	assert.deepEqual([frames.rooms[0].type, frames.rooms[0].data, frames.rooms[0].sender],
		["task.created", { task_id: 1 }, "bob"]);
	assert.deepEqual([frames.schedule[0].type, frames.schedule[0].action], ["task", "created"]);
});

test("a notification has five shapes and one record", async () => {
	const { answer, frames } = await heard(() => api.post("/api/v1/notifications",
		{ user: 7, title: "T", message: "M", category: "job_match", link: "/x", priority: "high" }));
	assert.deepEqual(frames.actions.map(([name]) => name), ["notification.new"]);
	const [[schedule], [rooms], [topics]] = [frames.schedule, frames.rooms, frames.topics];
	assert.deepEqual([schedule.type, schedule.action, schedule.data.notification_id, schedule.user_id],
		["notification", "created", answer.id, 7]);
	assert.equal(rooms.type, "notification.new");
	assert.deepEqual([topics.type, topics.data.id, topics.data.read, topics.data.category],
		["notification", String(answer.id), false, "job_match"]);

	const read = await heard(async () => {
		all.topics.send(JSON.stringify({ type: "mark_read", data: { notificationId: String(answer.id) } }));
		await until("the news", () => all.schedule.frames.length);
		assert.ok((await api.get("/api/v1/notifications?user=7")).items[0].read);
	});
	assert.deepEqual(read.frames.topics, []);
	assert.deepEqual(read.frames.schedule.map(({ type, action, data }) => [type, action, data.notification_id, data.read_by]),
		[["notification", "read", answer.id, 7]]);
	// it is read already: nobody hears of it again
	const again = await heard(async () => {
		all.schedule.send(JSON.stringify({ type: "notification", action: "read", data: { notification_id: answer.id } }));
		all.schedule.send(JSON.stringify({ type: "notification", action: "read", data: { notification_id: 9999 } }));
		await until("the error", () => all.schedule.frames.length);
	});
	assert.deepEqual(again.frames.actions, []);
	assert.equal(again.frames.schedule[0].type, "error");
});

test("a message to a channel, and who mentions whom", async () => {
	const { frames } = await heard(() => api.post("/api/v1/messages/",
		{ channelId: "general", userId: "9", content: "hey @ann", user: { id: "9", username: "bob" } }));
	assert.deepEqual(frames.channels.map(frame => frame.type), ["new_message", "mention_notification"]);
	assert.equal(frames.channels[0].data.content, "hey @ann");
	assert.deepEqual(frames.channels[1].data.from_username, "bob");
	assert.deepEqual(frames.actions.map(([name]) => name), ["new_message", "mention_notification"]);
});

test("the explainer knows what a subscription keeps back", async () => {
	const socket = new WebSocket(`${gateway.wsUrl}/schedule?token=${await token("8", { events: ["schedule"] })}`);
	await once(socket, "open");
	await until("he is there", async () => (await api.get("/api/v1/presence/8")).status !== "offline");
	const { messageId, delivered } = await api.post("/api/v1/publish",
		{ event: "schedule.created", data: { employee_id: 8 }, users: [8] });
	assert.equal(delivered, 0);
	assert.equal((await api.get(`/api/v1/messages/${messageId}/why?user=8`)).reason, "filtered");
	socket.terminate();
});

test("a disconnect carries its code and reason", async () => {
	const closed = once(all.channels, "close");
	const { items } = await api.get("/api/v1/connections");
	const { connection } = items.find(item => item.dialect === "channels");
	await api.post("/api/v1/disconnect", { connection, code: 4000, reason: "maintenance" });
	const [code, reason] = await closed;
	assert.deepEqual([code, String(reason)], [4000, "maintenance"]);
});
