// SPDX-License-Identifier: GPL-3.0-or-later
// The delivery explainer: why a user got a message, or did not.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { Api, WITH_API } from "./api.mjs";
import { Gateway, joined, token } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client"); // heeds NODE_PATH

let gateway, api;
const sockets = [];

before(async () => {
	gateway = await Gateway.start({ ...WITH_API, set: { "api.explain": "3", "api.explain_people": "1", workers: "1" } });
	api = await Api.of(gateway);
});

after(async () => {
	for (const socket of sockets)
		socket.disconnect();
	await gateway.stop();
});

async function client(user, claims = {}) {
	const socket = io(gateway.url, { path: "/realtime", forceNew: true, transports: ["websocket"],
		auth: { token: await token(user, claims) } });
	sockets.push(socket);
	await joined(socket);
	return socket;
}

const publish = body => api.post("/api/v1/publish", { event: "x", data: 1, ...body });
const why = (id, user) => api.get(`/api/v1/messages/${id}/why?user=${user}`);

test("delivered, not a member, excepted and offline are told apart", async () => {
	await client("ann");
	await client("bob");
	const { messageId } = await publish({ users: ["ann"] });
	const ann = await why(messageId, "ann");
	assert.deepEqual([ann.reason, ann.event, ann.rooms, ann.delivered, ann.user, ann.messageId],
		["delivered", "x", ["user:ann"], 1, "ann", messageId]);
	assert.ok(Math.abs(Date.now() - Date.parse(ann.at)) < 60000);
	assert.equal((await why(messageId, "bob")).reason, "not_a_member");
	assert.equal((await why(messageId, "cid")).reason, "offline");
	const cid = await client("cid"); // too late for it
	assert.equal((await why(messageId, "cid")).reason, "offline");
	cid.disconnect();
	const except = await publish({ users: ["ann", "bob"], except: ["user:bob"] });
	const bob = await why(except.messageId, "bob");
	assert.deepEqual([bob.reason, bob.detail], ["not_a_member", "excepted by the publisher"]);
});

test("who got it and has left since is told so", async () => {
	const dan = await client("dan");
	const { messageId } = await publish({ users: ["dan"] });
	const gone = new Promise(done => dan.once("disconnect", done));
	await api.post("/api/v1/disconnect", { user: "dan" });
	await gone;
	assert.equal((await api.get("/api/v1/presence/dan")).status, "offline");
	assert.equal((await why(messageId, "dan")).reason, "delivered");
});

test("who may not be in any of the rooms is told from who is not in them", async () => {
	await client("may", { rooms: ["task:1"] });
	const { messageId } = await publish({ rooms: ["task:1"] });
	assert.equal((await why(messageId, "may")).reason, "not_a_member");
	assert.equal((await why(messageId, "ann")).reason, "forbidden");
});

test("updates and messages are explained too", async () => {
	const update = await api.post("/api/v1/updates", { companyId: "c", artifactId: "a", action: "x", data: 1 });
	assert.deepEqual((await why(update.messageId, "ann")).rooms, ["company:c:artifact:a"]);
	const message = await api.post("/api/v1/messages/", { channelId: "g", userId: "1", content: "x" });
	assert.equal((await why(message.messageId, "ann")).event, "new_message");
});

test("it says when more people were reached than remembered", async () => {
	const { messageId, delivered } = await publish({ users: ["ann", "bob"] });
	assert.equal(delivered, 2);
	const answers = [await why(messageId, "ann"), await why(messageId, "bob")];
	assert.deepEqual(answers.map(answer => answer.reason).sort(), ["delivered", "not_a_member"]);
	assert.match(answers.find(answer => answer.reason !== "delivered").detail, /too many/);
});

test("the oldest messages are forgotten", async () => {
	const ids = [];
	for (let i = 0; i < 4; i++)
		ids.push((await publish({ users: ["ann"] })).messageId);
	assert.equal((await api.problem("GET", `/api/v1/messages/${ids[0]}/why?user=ann`)).status, 404);
	for (const id of ids.slice(1))
		assert.equal((await why(id, "ann")).reason, "delivered");
	assert.equal((await api.problem("GET", `/api/v1/messages/${ids[3]}/why`)).code, "ARGUMENT");
	assert.equal((await api.problem("GET", "/api/v1/messages/unknown/why?user=ann")).status, 404);
});

test("a slow client's dropped volatile message is told as queue_full", async () => {
	const slow = await client("slow");
	slow.io.engine.transport.ws._socket.pause();
	const data = "x".repeat(60000);
	let id;
	for (let i = 0; i < 4000; i++) {
		const answer = await publish({ users: ["slow"], data, volatile: true });
		id = answer.messageId;
		if (answer.delivered === 0)
			break;
	}
	assert.equal((await why(id, "slow")).reason, "queue_full");
	slow.io.engine.transport.ws._socket.resume();
});
