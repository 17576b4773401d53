// SPDX-License-Identifier: GPL-3.0-or-later
// What a client of Engine.IO 4 may rely on, line by line, against /engine.io of
// tests/conformance.yaml: every message comes back as it came.
// Source: the Engine.IO protocol document, revision 4.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Engine, Socket } from "./engine.mjs";
import { Gateway, HASTY, QUICK, sleep, within } from "./gateway.mjs";

const INTERVAL_MS = 300; // at a QUICK and a HASTY pace
const TIMEOUT_MS = 2000; // at a HASTY one

let gateway, quickGateway, hastyGateway;
let engine, quick, hasty;

before(async () => {
	gateway = await Gateway.conformance();
	quickGateway = await Gateway.conformance({ pace: QUICK });
	hastyGateway = await Gateway.conformance({ pace: HASTY });
	engine = new Engine(gateway.url, "/engine.io/");
	quick = new Engine(quickGateway.url, "/engine.io/");
	hasty = new Engine(hastyGateway.url, "/engine.io/");
});

after(async () => {
	for (const each of [gateway, quickGateway, hastyGateway])
		await each.stop();
});

function checkHello(hello, upgrades, pingInterval = 60000, pingTimeout = 60000) {
	assert.equal(typeof hello.sid, "string");
	assert.deepEqual(hello, { sid: hello.sid, upgrades, pingInterval, pingTimeout,
		maxPayload: 1000000 });
}

async function answer(query, options) {
	const got = await fetch(`${gateway.url}/engine.io/${query}`, options);
	return { status: got.status, type: got.headers.get("content-type"), text: await got.text() };
}

async function refusesSocket(query) {
	const socket = new Socket(`${gateway.wsUrl}/engine.io/${query}`);
	await socket.ended();
	await assert.rejects(socket.opened);
}

// A session that is on WebSocket after having polled.
async function upgraded() {
	const { sid } = await engine.open();
	const socket = await engine.socket(sid).open();
	socket.send("2probe");
	await socket.expect("3probe");
	const poll = engine.get(sid);
	assert.equal(await within("the released poll", poll), "6");
	socket.send("5");
	return { sid, socket };
}

describe("handshake by polling", () => {
	test("opens a session and tells exactly its five members", async () => {
		const got = await answer("?EIO=4&transport=polling");
		assert.equal(got.status, 200);
		assert.match(got.type, /^text\/plain; charset=utf-8$/i);
		assert.equal(got.text[0], "0");
		checkHello(JSON.parse(got.text.slice(1)), ["websocket"]);
	});

	test("tells the heartbeats of the mount", async () => {
		checkHello(await hasty.open(), ["websocket"], INTERVAL_MS, TIMEOUT_MS);
	});

	test("answers with and without the slash at the end of the path", async () => {
		for (const path of ["/engine.io", "/engine.io/"]) {
			const got = await fetch(`${gateway.url}${path}?EIO=4&transport=polling`);
			assert.equal(got.status, 200);
			await got.text();
		}
	});

	for (const [what, query, options, code, message] of [
		["no EIO", "?transport=polling", {}, 5, "Unsupported protocol version"],
		["EIO=abc", "?transport=polling&EIO=abc", {}, 5, "Unsupported protocol version"],
		["EIO=5", "?transport=polling&EIO=5", {}, 5, "Unsupported protocol version"],
		["no transport", "?EIO=4", {}, 0, "Transport unknown"],
		["transport=abc", "?EIO=4&transport=abc", {}, 0, "Transport unknown"],
		["POST without sid", "?EIO=4&transport=polling", { method: "POST" }, 2, "Bad handshake method"],
		["PUT without sid", "?EIO=4&transport=polling", { method: "PUT" }, 2, "Bad handshake method"],
		["an unknown sid", "?EIO=4&transport=polling&sid=abc", {}, 1, "Session ID unknown"],
		["websocket without upgrade", "?EIO=4&transport=websocket", {}, 3, "Bad request"],
	]) {
		test(`refuses ${what} with 400 and code ${code}`, async () => {
			const got = await answer(query, options);
			assert.equal(got.status, 400);
			assert.equal(got.type, "application/json");
			assert.deepEqual(JSON.parse(got.text), { code, message });
		});
	}
});

describe("handshake by WebSocket", () => {
	test("opens a session and offers no upgrade", async () => {
		const socket = await engine.socket().open();
		const hello = await socket.next();
		assert.equal(hello[0], "0");
		checkHello(JSON.parse(hello.slice(1)), []);
		await socket.close();
	});

	for (const query of ["?transport=websocket", "?EIO=abc&transport=websocket", "?EIO=4",
		"?EIO=4&transport=abc", "?EIO=4&transport=websocket&sid=abc"])
		test(`refuses ${query}`, () => refusesSocket(query));
});

describe("messages by polling", () => {
	test("come back, and a POST is answered ok", async () => {
		const { sid } = await engine.open();
		await engine.send(sid, "4hello");
		assert.equal(await engine.get(sid), "4hello");
	});

	test("release a poll that waits", async () => {
		const { sid } = await engine.open();
		const poll = engine.get(sid);
		await engine.send(sid, "4hello");
		assert.equal(await poll, "4hello");
	});

	for (const [what, payload] of [
		["several in one payload", "4test1\x1e4test2\x1e4test3"],
		["text and binary", "4hello\x1ebAQIDBA=="],
		["characters of every length", "4aé€🦄\x1e4"],
		["a long one", `4${"x".repeat(500000)}`],
	]) {
		test(`${what} come back in one poll, in order`, async () => {
			const { sid } = await engine.open();
			await engine.send(sid, payload);
			assert.equal(await engine.get(sid), payload);
		});
	}

	for (const body of ["abc", "", "7", "4a\x1e", "b!!!"]) {
		test(`${JSON.stringify(body)} closes the session`, async () => {
			const { sid } = await engine.open();
			assert.equal((await engine.post(sid, body)).status, 400);
			assert.equal(await engine.status(sid), 400);
		});
	}

	test("above maxPayload are refused with 413", async () => {
		const { sid } = await engine.open();
		const { status } = await engine.post(sid, `4${"x".repeat(1000000)}`);
		assert.equal(status, 413);
	});

	test("above maxPayload are refused so that a page may see it", async () => {
		const { sid } = await engine.open();
		const refused = await fetch(engine.polling(sid), { method: "POST",
			body: `4${"x".repeat(1000000)}`, headers: { origin: gateway.url } });
		assert.equal(refused.status, 413);
		assert.equal(refused.headers.get("access-control-allow-origin"), gateway.url);
		assert.equal(refused.headers.get("content-type"), null);
		assert.equal(await refused.text(), "");
	});

	for (const packet of ["0{}", "3", "5", "6"]) {
		test(`${packet} means nothing and harms nothing`, async () => {
			const { sid } = await engine.open();
			await engine.send(sid, packet);
			await engine.send(sid, "4hello");
			assert.equal(await engine.get(sid), "4hello");
		});
	}
});

describe("polls", () => {
	test("two at a time close the session", async () => {
		const { sid } = await engine.open();
		const first = await engine.waiting(sid);
		const second = await engine.status(sid);
		assert.ok([400, 500].includes(second), `status ${second}`);
		assert.deepEqual(await first.answer, { status: 200, body: "1" });
		assert.equal(await engine.status(sid), 400);
	});

	test("a cancelled one closes the session", async () => {
		const { sid } = await engine.open();
		(await engine.waiting(sid)).abandon();
		assert.equal(await engine.status(sid), 400);
	});

	test("may not go on with another method", async () => {
		const { sid } = await engine.open();
		assert.equal(await engine.status(sid, { method: "DELETE" }), 400);
	});
});

describe("messages by WebSocket", () => {
	test("text and bytes come back as they came", async () => {
		const socket = await engine.socket().open();
		await socket.next();
		socket.send("4hello", Buffer.from([1, 2, 3, 4]), "4", Buffer.alloc(70000, 7));
		await socket.expect("4hello", Buffer.from([1, 2, 3, 4]), "4", Buffer.alloc(70000, 7));
		await socket.close();
	});

	for (const text of ["abc", "", "7"]) {
		test(`${JSON.stringify(text)} closes the session`, async () => {
			const socket = await engine.socket().open();
			await socket.next();
			socket.send(text);
			await socket.ended();
		});
	}

	test("above maxPayload close with 1009", async () => {
		const socket = await engine.socket().open();
		await socket.next();
		socket.send(`4${"x".repeat(1000000)}`);
		assert.equal((await socket.ended()).code, 1009);
	});
});

describe("heartbeat", () => {
	test("by polling: a ping alone in its payload, three times", async () => {
		let began = performance.now();
		const { sid } = await quick.open();
		for (let round = 0; round < 3; round++) {
			assert.equal(await quick.get(sid), "2");
			const took = performance.now() - began;
			assert.ok(took > INTERVAL_MS - 60, `a ping after ${took} ms`);
			began = performance.now();
			await quick.send(sid, "3");
		}
	});

	test("by polling: without a pong the session ends", async () => {
		const { sid } = await hasty.open();
		await sleep(INTERVAL_MS + TIMEOUT_MS);
		while (await hasty.status(sid) === 200)
			; // a busy gateway is late
		assert.equal(await hasty.status(sid), 400);
	});

	test("by polling: who fetches the ping and is silent hears close", async () => {
		const { sid } = await hasty.open();
		assert.equal(await hasty.get(sid), "2");
		assert.equal(await hasty.get(sid), "1");
		assert.equal(await hasty.status(sid), 400);
	});

	test("by WebSocket: three rounds", async () => {
		const socket = await quick.socket().open();
		await socket.next();
		for (let round = 0; round < 3; round++) {
			assert.equal(await socket.next(), "2");
			socket.send("3");
		}
		await socket.close();
	});

	test("by WebSocket: without a pong the server closes", async () => {
		const socket = await hasty.socket().open();
		await socket.next();
		assert.equal(await socket.next(), "2");
		await socket.ended();
	});
});

describe("close", () => {
	test("by polling releases the poll with noop", async () => {
		const { sid } = await engine.open();
		const poll = await engine.waiting(sid);
		assert.equal((await engine.post(sid, "1")).status, 200);
		assert.deepEqual(await poll.answer, { status: 200, body: "6" });
		assert.equal(await engine.status(sid), 400);
	});

	test("by WebSocket closes the connection", async () => {
		const socket = await engine.socket().open();
		await socket.next();
		socket.send("1");
		await socket.ended();
	});
});

describe("upgrade", () => {
	test("answers the probe, releases the poll, goes on by WebSocket", async () => {
		const { socket } = await upgraded();
		socket.send("4hello");
		await socket.expect("4hello");
		await socket.close();
	});

	test("releases a poll that waits already", async () => {
		const { sid } = await engine.open();
		const socket = await engine.socket(sid).open();
		const poll = await engine.waiting(sid);
		socket.send("2probe");
		await socket.expect("3probe");
		assert.deepEqual(await poll.answer, { status: 200, body: "6" });
		socket.send("5");
		await socket.close();
	});

	test("loses and reorders nothing that was sent while it went on", async () => {
		const { sid } = await engine.open();
		const socket = await engine.socket(sid).open();
		await engine.send(sid, "4one\x1ebAQI=");
		socket.send("2probe");
		await socket.expect("3probe");
		await engine.send(sid, "4two");
		socket.send("5", "4three");
		await socket.expect("4one", Buffer.from([1, 2]), "4two", "4three");
		await socket.close();
	});

	test("polls of a session on WebSocket are refused and harm nothing", async () => {
		const { sid, socket } = await upgraded();
		await socket.ws.ping();
		assert.equal(await engine.status(sid), 400);
		socket.send("4hello");
		await socket.expect("4hello");
		await socket.close();
	});

	test("a second WebSocket is closed and the first goes on", async () => {
		const { sid, socket } = await upgraded();
		const second = engine.socket(sid);
		await second.ended();
		socket.send("4hello");
		await socket.expect("4hello");
		await socket.close();
	});

	test("a probe that is broken off leaves the polling session alone", async () => {
		const { sid } = await engine.open();
		const probe = await engine.socket(sid).open();
		probe.ws.terminate();
		await probe.ended();
		await engine.send(sid, "4hello");
		assert.equal(await engine.get(sid), "4hello");
		await engine.send(sid, "4again");
		assert.equal(await engine.get(sid), "4again");
	});
});

// As socket.io-client 3 does it where a browser has no CORS.
describe("JSONP", () => {
	test("scripts and forms carry packets", async () => {
		const jsonp = new Engine(gateway.url, "/engine.io/", 4, "&j=0");
		const called = body => JSON.parse(/^___eio\[0\]\((.*)\);$/s.exec(body)[1]);
		const { sid } = JSON.parse(called(await jsonp.get()).slice(1));
		const form = new URLSearchParams({ d: "4a\x1ebAQIDBA==" });
		assert.deepEqual(await jsonp.post(sid, form), { status: 200, text: "ok" });
		assert.equal(called(await jsonp.get(sid)), "4a\x1ebAQIDBA==");
	});
});
