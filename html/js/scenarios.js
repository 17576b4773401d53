// SPDX-License-Identifier: GPL-3.0-or-later
// What the gateway must refuse, one row each: how to provoke it and which code is
// right. Every run opens a connection of its own and closes it again.

import { demoToken } from "./credentials.js";
import { makeSocket } from "./link.js";
import { newRequestId } from "./requests.js";

const WAIT_MS = 20000;
const FLOOD_N = 200;
const NO_DEMO = { code: "SKIPPED", message: "needs the gateway's demo mode to sign the token" };

// run(settings) resolves to {code, message}.
export const SCENARIOS = [
	{
		id: "bad-token", title: "Bad token", expect: ["INVALID_TOKEN"],
		how: "connect with a token that is none",
		run: settings => refusal({ ...settings, token: "not.a.token" }),
	},
	{
		id: "expired-token", title: "Expired token", expect: ["TOKEN_EXPIRED"],
		how: "connect with a token that ended a minute ago",
		run: settings => withDemo(settings, { ttl: -60 }, refusal),
	},
	{
		id: "no-session", title: "No session", expect: ["SESSION_REQUIRED"],
		how: "connect without sessionId",
		run: settings => refusal({ ...settings, sessionId: "" }),
	},
	{
		id: "wrong-session", title: "Wrong session", expect: ["INVALID_SESSION"],
		how: "connect with the sessionId of somebody else",
		run: settings => refusal({ ...settings, sessionId: "not-my-session" }),
	},
	{
		id: "foreign-company", title: "Foreign company", expect: ["FORBIDDEN"],
		how: "connect to the namespace of another company",
		run: settings => refusal({ ...settings, namespace: "/company/somebody-else" }),
	},
	{
		id: "invalid-message", title: "Invalid message", expect: ["INVALID_MESSAGE"],
		how: "event message with text that is not JSON",
		run: settings => online(settings, socket => firstError(socket, "{not json")),
	},
	{
		id: "unknown-action", title: "Unknown action", expect: ["UNKNOWN_ACTION"],
		how: "request an action that no plugin registered",
		run: settings => online(settings, socket => answerCode(socket, "no.such.action", {})),
	},
	{
		id: "bad-data", title: "Bad data", expect: ["INVALID_DATA"],
		how: "progress with {\"steps\": \"many\"}, against its schema",
		run: settings => online(settings, socket => answerCode(socket, "progress", { steps: "many" })),
	},
	{
		id: "forbidden", title: "Forbidden", expect: ["FORBIDDEN"],
		how: "stats as mallory, who has no permissions",
		run: settings => withDemo(settings, { user: "mallory", permissions: "" }, mallory =>
			online(mallory, socket => answerCode(socket, "stats", {}))),
	},
	{
		id: "duplicate", title: "Duplicate request id", expect: ["REPLAYED", "DUPLICATE_REQUEST"],
		how: "the same progress request again after its answer: replayed, not run again",
		run: settings => online(settings, duplicate),
	},
	{
		id: "flood", title: "Flood", expect: ["RATE_LIMITED"],
		how: `${FLOOD_N} echo requests at once`,
		run: settings => online(settings, flood),
	},
];

// Swap the identity in settings for one the gateway signs, then go on.
async function withDemo(settings, { user = "alice", ...extra }, next) {
	const demo = await demoToken(user, extra);
	if (!demo)
		return NO_DEMO;
	return next({ ...settings, token: demo.token, sessionId: demo.sessionId, artifactId: "", namespace: "/" });
}

// Connect and hand over how the gateway says no.
function refusal(settings) {
	return settled(settings, (socket, done) => {
		socket.on("connect", () => done({ code: "CONNECTED", message: "the gateway let it in" }));
		socket.on("connect_error", error => done(codeOf(error)));
	});
}

// Connect, then run work(socket) and resolve to what it resolves to.
function online(settings, work) {
	return settled({ ...settings, namespace: "/" }, (socket, done) => {
		socket.on("connect", () => work(socket).then(done, error => done({ code: "FAILED", message: error.message })));
		socket.on("connect_error", error => done(codeOf(error)));
	});
}

function settled(settings, watch) {
	return new Promise(resolve => {
		const socket = makeSocket(settings, { reconnection: false });
		const done = result => {
			clearTimeout(timer);
			socket.disconnect();
			resolve(result);
		};
		const timer = setTimeout(done, WAIT_MS, { code: "TIMEOUT", message: `nothing for ${WAIT_MS / 1000} s` });
		watch(socket, done);
		socket.connect();
	});
}

function codeOf(error) {
	return { code: error.data?.code ?? "CONNECT_ERROR", message: error.message };
}

// Send a REQUEST as JSON text; resolves to its RESPONSE or ERROR.
function ask(socket, action, data, requestId = newRequestId()) {
	return new Promise(resolve => {
		const listen = text => {
			const message = parse(text);
			if (message?.requestId !== requestId || message.type === "UPDATE")
				return;
			socket.off("message", listen);
			resolve(message);
		};
		socket.on("message", listen);
		socket.emit("message", JSON.stringify({ type: "REQUEST", requestId, action, data }));
	});
}

async function answerCode(socket, action, data) {
	return summary(await ask(socket, action, data));
}

function firstError(socket, text) {
	return new Promise(resolve => {
		for (const event of ["message", "ERROR"])
			socket.on(event, message => resolve(summary(parse(message))));
		socket.emit("message", text);
	});
}

function summary(message) {
	if (message?.type === "ERROR")
		return { code: message.error?.code ?? "ERROR", message: message.error?.message ?? "" };
	return { code: message?.type ?? "UNREADABLE", message: JSON.stringify(message?.data) ?? "" };
}

// A replay is equal and comes alone; a second run has updates before its answer.
async function duplicate(socket) {
	const requestId = newRequestId();
	const data = { steps: 3, delayMs: 150 };
	let updates = 0;
	socket.on("message", text => {
		updates += parse(text)?.type === "UPDATE";
	});
	const run = async () => {
		const start = performance.now();
		updates = 0;
		const message = await ask(socket, "progress", data, requestId);
		return { message, updates, ms: Math.round(performance.now() - start) };
	};
	const first = await run();
	if (first.message.type === "ERROR")
		return summary(first.message);
	const second = await run();
	if (second.message.type === "ERROR")
		return summary(second.message);
	const same = JSON.stringify(first.message) === JSON.stringify(second.message);
	const replayed = same && first.updates > second.updates;
	return {
		code: replayed ? "REPLAYED" : "RAN_TWICE",
		message: `first answer after ${first.ms} ms, second after ${second.ms} ms, ${same ? "equal" : "different"}`,
	};
}

async function flood(socket) {
	const asked = Array.from({ length: FLOOD_N }, (_, n) => ask(socket, "echo", { n }));
	const results = (await Promise.all(asked)).map(summary);
	const limited = results.filter(result => result.code === "RATE_LIMITED").length;
	const answered = results.filter(result => result.code === "RESPONSE").length;
	return {
		code: limited ? "RATE_LIMITED" : "UNLIMITED",
		message: `${limited} of ${FLOOD_N} limited, ${answered} answered, ${FLOOD_N - limited - answered} other`,
	};
}

function parse(message) {
	if (typeof message !== "string")
		return message;
	try {
		return JSON.parse(message);
	} catch {
		return null;
	}
}
