// SPDX-License-Identifier: GPL-3.0-or-later
// What a client of Engine.IO 3 may rely on, line by line, against /engine.io of
// tests/conformance.yaml: every message comes back as it came.
// Source: the Engine.IO protocol document, revision 3; engine.io 3 for JSONP.

import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { after, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, HASTY, sleep, within } from "./gateway.mjs";

const INTERVAL_MS = 300; // at a HASTY pace
const TIMEOUT_MS = 2000;

let gateway, hastyGateway;
let engine, hasty; // a client without binary XHR
let binary; // one that takes bytes

before(async () => {
	gateway = await Gateway.conformance();
	hastyGateway = await Gateway.conformance({ pace: HASTY });
	engine = new Engine(gateway.url, "/engine.io/", 3, "&b64=1");
	binary = new Engine(gateway.url, "/engine.io/", 3);
	hasty = new Engine(hastyGateway.url, "/engine.io/", 3, "&b64=1");
});

after(async () => {
	await gateway.stop();
	await hastyGateway.stop();
});

// A payload of string packets: "<characters>:<packet>".
function framed(...packets) {
	return packets.map(packet => `${packet.length}:${packet}`).join("");
}

async function bytesOf(url) {
	const answer = await fetch(url);
	assert.equal(answer.status, 200);
	return { type: answer.headers.get("content-type"), bytes: [...new Uint8Array(await answer.arrayBuffer())] };
}

function chars(text) {
	return [...Buffer.from(text)];
}

// One packet of a binary payload: 0 text, 1 bytes; the length digit by digit; 255.
function packet(kind, bytes) {
	return [kind, ...[...String(bytes.length)].map(Number), 255, ...bytes];
}

async function socketOf(engine, sid) {
	const socket = await engine.socket(sid).open();
	if (!sid)
		socket.hello = JSON.parse((await socket.next()).slice(1));
	return socket;
}

async function upgraded() {
	const { sid } = await engine.open();
	const socket = await socketOf(engine, sid);
	socket.send("2probe");
	await socket.expect("3probe");
	assert.equal(await within("the released poll", engine.get(sid)), "1:6");
	socket.send("5");
	return { sid, socket };
}

describe("handshake", () => {
	for (const query of ["&b64=1", ""]) {
		test(`by polling${query} opens a session`, async () => {
			const body = await new Engine(hastyGateway.url, "/engine.io", 3, query).get();
			const [, length, hello] = body.match(/^(\d+):0(.*)$/);
			assert.equal(Number(length), hello.length + 1);
			const { sid, upgrades, pingInterval, pingTimeout } = JSON.parse(hello);
			assert.equal(typeof sid, "string");
			assert.deepEqual([upgrades, pingInterval, pingTimeout],
				[["websocket"], INTERVAL_MS, TIMEOUT_MS]);
		});
	}

	test("by WebSocket opens a session without upgrades", async () => {
		const socket = await socketOf(engine);
		assert.deepEqual(socket.hello.upgrades, []);
		await socket.close();
	});

	for (const [what, query, options] of [
		["transport=abc", "?EIO=3&transport=abc", {}],
		["no transport", "?EIO=3", {}],
		["POST without sid", "?EIO=3&transport=polling", { method: "POST" }],
	]) {
		test(`refuses ${what}`, async () => {
			const answer = await fetch(`${gateway.url}/engine.io/${query}`, options);
			assert.equal(answer.status, 400);
		});
	}

	test("is refused on a mount without eio3", async () => {
		const other = await Gateway.conformance({ set: { "mounts.0.eio3": "false" } });
		const answer = await fetch(`${other.url}/engine.io/?EIO=3&transport=polling`);
		assert.equal(answer.status, 400);
		assert.equal((await answer.json()).code, 5);
		await other.stop();
	});
});

describe("messages by polling with b64=1", () => {
	for (const [what, body] of [
		["text", "6:4hello"],
		["several in one payload", "6:4test16:4test26:4test3"],
		["text and base64", "6:4hello10:b4AQIDBA=="],
		["lengths counted in UTF-16 units", framed("4aé€🦄", "4x")],
		["nothing but the type", "1:4"],
	]) {
		test(`${what} come back in one poll`, async () => {
			const { sid } = await engine.open();
			await engine.send(sid, body);
			assert.equal(await engine.get(sid), body);
		});
	}

	for (const body of ["abc", "", "6:4hell", "6", ":4hello", "7:4hello", "1:9", "-1:4", "99999999999999999999:4"]) {
		test(`${JSON.stringify(body)} closes the session`, async () => {
			const { sid } = await engine.open();
			assert.equal((await engine.post(sid, body)).status, 400);
			assert.equal(await engine.status(sid), 400);
		});
	}
});

describe("messages by polling with bytes", () => {
	test("text alone is framed as text", async () => {
		const { sid } = await binary.open();
		await binary.send(sid, "6:4hello");
		const { type, bytes } = await bytesOf(binary.polling(sid));
		assert.match(type, /^text\/plain/);
		assert.deepEqual(bytes, chars("6:4hello"));
	});

	test("text and bytes are framed as bytes", async () => {
		const { sid } = await binary.open();
		await binary.send(sid, "6:4hello10:b4AQIDBA==");
		const { type, bytes } = await bytesOf(binary.polling(sid));
		assert.equal(type, "application/octet-stream");
		assert.deepEqual(bytes, [0, 6, 255, ...chars("4hello"), 1, 5, 255, 4, 1, 2, 3, 4]);
	});

	test("a POST of bytes is understood", async () => {
		const { sid } = await binary.open();
		const hi = chars("4é");
		const long = [4, ...new Array(300).fill(9)];
		const body = Uint8Array.from([...packet(0, hi), ...packet(1, long)]);
		const { status } = await binary.post(sid, body, { "content-type": "application/octet-stream" });
		assert.equal(status, 200);
		const { bytes } = await bytesOf(binary.polling(sid));
		assert.deepEqual(bytes, [...body]);
	});
});

describe("polls", () => {
	test("two at a time close the session", async () => {
		const { sid } = await engine.open();
		const first = await engine.waiting(sid);
		assert.ok([400, 500].includes(await engine.status(sid)));
		assert.deepEqual(await first.answer, { status: 200, body: "1:1" });
		assert.equal(await engine.status(sid), 400);
	});

	test("a cancelled one closes the session", async () => {
		const { sid } = await engine.open();
		(await engine.waiting(sid)).abandon();
		assert.equal(await engine.status(sid), 400);
	});
});

describe("messages by WebSocket", () => {
	test("text and bytes with their type come back", async () => {
		const socket = await socketOf(binary);
		socket.send("4hello", Buffer.from([4, 1, 2, 3, 4]));
		await socket.expect("4hello", Buffer.from([4, 1, 2, 3, 4]));
		await socket.close();
	});

	test("a client without bytes gets base64", async () => {
		const socket = await socketOf(engine);
		socket.send("b4AQIDBA==");
		await socket.expect("b4AQIDBA==");
		await socket.close();
	});

	for (const message of ["abc", "", Buffer.from([9, 1]), Buffer.alloc(0)]) {
		test(`${JSON.stringify(message)} closes the session`, async () => {
			const socket = await socketOf(binary);
			socket.send(message);
			await socket.ended();
		});
	}
});

describe("heartbeat, which the client drives", () => {
	// Somewhat longer than a session lives without pings.
	const ROUNDS = Math.ceil((INTERVAL_MS + TIMEOUT_MS) / INTERVAL_MS) + 1;

	test("by polling: pings are answered and keep the session", async () => {
		const { sid } = await hasty.open();
		for (let round = 0; round < ROUNDS; round++) {
			await sleep(INTERVAL_MS);
			await hasty.send(sid, "1:2");
			assert.equal(await hasty.get(sid), "1:3");
		}
	});

	test("by polling: without pings the session ends", async () => {
		const { sid } = await hasty.open();
		await sleep(INTERVAL_MS + TIMEOUT_MS);
		while (await hasty.status(sid) === 200)
			; // a busy gateway is late
		assert.equal((await hasty.post(sid, "1:2")).status, 400);
	});

	test("by WebSocket: pings are answered, with their text, and keep the session", async () => {
		const socket = await socketOf(hasty);
		for (let round = 0; round < ROUNDS; round++) {
			const text = round % 3 ? "" : "abc";

			await sleep(INTERVAL_MS);
			socket.send(`2${text}`);
			assert.equal(await socket.next(), `3${text}`);
		}
		await socket.close();
	});

	test("by WebSocket: without pings the server closes", async () => {
		const began = performance.now();
		const socket = await socketOf(hasty);
		await socket.ended();
		const took = performance.now() - began;
		assert.ok(took > INTERVAL_MS + TIMEOUT_MS - 60, `closed after ${took} ms`);
	});
});

describe("close", () => {
	test("by polling releases the poll with noop", async () => {
		const { sid } = await engine.open();
		const poll = await engine.waiting(sid);
		assert.equal((await engine.post(sid, "1:1")).status, 200);
		assert.deepEqual(await poll.answer, { status: 200, body: "1:6" });
		assert.equal(await engine.status(sid), 400);
	});

	test("by WebSocket closes the connection", async () => {
		const socket = await socketOf(engine);
		socket.send("1");
		await socket.ended();
	});
});

describe("upgrade", () => {
	test("goes on by WebSocket", async () => {
		const { socket } = await upgraded();
		socket.send("4hello");
		await socket.expect("4hello");
		await socket.close();
	});

	test("what waited is sent on, in the form of the WebSocket", async () => {
		const { sid } = await binary.open();
		const socket = await socketOf(binary, sid);
		await binary.send(sid, "4:4one6:b4AQI=");
		socket.send("2probe");
		await socket.expect("3probe");
		socket.send("5", "4two");
		await socket.expect("4one", Buffer.from([4, 1, 2]), "4two");
		await socket.close();
	});

	test("polls and second WebSockets afterwards are refused", async () => {
		const { sid, socket } = await upgraded();
		assert.equal(await engine.status(sid), 400);
		await engine.socket(sid).ended();
		socket.send("4hello");
		await socket.expect("4hello");
		await socket.close();
	});
});

describe("JSONP", () => {
	let jsonp;

	before(() => {
		jsonp = new Engine(gateway.url, "/engine.io/", 3, "&j=2");
	});

	// What a script tag with this answer would call ___eio[2] with.
	async function called(sid) {
		const answer = await fetch(jsonp.polling(sid));
		const heard = [];
		assert.equal(answer.status, 200);
		assert.match(answer.headers.get("content-type"), /^text\/javascript; charset=utf-8$/i);
		assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
		runInNewContext(await answer.text(), { ___eio: [, , text => heard.push(text)] });
		assert.equal(heard.length, 1);
		return heard[0];
	}

	// As the form of engine.io-client 3 does it: line ends are escaped once, and what was
	// escaped before is escaped twice.
	function post(sid, packets) {
		const d = packets.replace(/\\n/g, "\\\\n").replace(/\n/g, "\\n");
		return jsonp.post(sid, new URLSearchParams({ d }).toString(),
			{ "content-type": "application/x-www-form-urlencoded" });
	}

	async function open() {
		return JSON.parse((await called()).replace(/^\d+:0/, "")).sid;
	}

	test("the handshake is a script", async () => {
		assert.equal(typeof await open(), "string");
	});

	for (const text of ["hello", "a\nb", "a\\nb", "\"'</script>\u2028\u2029", "€🦄 +&=%"]) {
		test(`${JSON.stringify(text)} comes back`, async () => {
			const sid = await open();
			const posted = await post(sid, framed(`4${text}`));
			assert.deepEqual(posted, { status: 200, text: "ok" });
			assert.equal(await called(sid), framed(`4${text}`));
		});
	}

	test("bytes come back as base64", async () => {
		const sid = await open();
		await post(sid, framed("b4AQIDBA=="));
		assert.equal(await called(sid), framed("b4AQIDBA=="));
	});

	test("a form without d closes the session", async () => {
		const sid = await open();
		const form = { "content-type": "application/x-www-form-urlencoded" };
		assert.equal((await jsonp.post(sid, "x=1", form)).status, 400);
		assert.equal(await jsonp.status(sid), 400);
	});

	test("an index that is no number cannot inject a script", async () => {
		const answer = await fetch(`${gateway.url}/engine.io/?EIO=3&transport=polling&j=1];alert(1);x[2`);
		assert.match(await answer.text(), /^___eio\[112\]\(/);
	});
});
