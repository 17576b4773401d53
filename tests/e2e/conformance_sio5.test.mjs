// SPDX-License-Identifier: GPL-3.0-or-later
// What a client of Socket.IO 5 may rely on, line by line, against /socket.io of
// tests/conformance.yaml, where the plugin sio-echo plays the application.
// Source: the Socket.IO protocol document, revision 5.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, HASTY, QUICK, sleep, within } from "./gateway.mjs";

const ONE = Buffer.from([1, 2, 3]);
const TWO = Buffer.from([4, 5, 6]);

let gateway, quickGateway, hastyGateway;
let engine, quick, hasty;

before(async () => {
	gateway = await Gateway.conformance();
	quickGateway = await Gateway.conformance({ pace: QUICK });
	engine = new Engine(gateway.url, "/socket.io/");
	hastyGateway = await Gateway.conformance({ pace: HASTY });
	quick = new Engine(quickGateway.url, "/socket.io/");
	hasty = new Engine(hastyGateway.url, "/socket.io/");
});

after(async () => {
	for (const each of [gateway, quickGateway, hastyGateway])
		await each.stop();
});

// A WebSocket that said hello and nothing else.
async function greeted(target = engine) {
	const socket = await target.socket().open();
	assert.equal((await socket.next())[0], "0");
	return socket;
}

// The answer to a CONNECT: sid, and nothing else.
async function expectConnected(socket, prefix = "40") {
	const answer = await socket.message();
	assert.ok(answer.startsWith(`${prefix}{`), answer);
	const data = JSON.parse(answer.slice(prefix.length));
	assert.deepEqual(Object.keys(data), ["sid"]);
	assert.equal(typeof data.sid, "string");
}

// A WebSocket that joined namespaces (with their commas).
function joined(...namespaces) {
	return joinedAt(engine, ...namespaces);
}

async function joinedAt(target, ...namespaces) {
	const socket = await greeted(target);
	for (const nsp of namespaces.length ? namespaces : [""]) {
		socket.send(`40${nsp}`);
		await expectConnected(socket, `40${nsp}`);
		await socket.expect(`42${nsp}["auth",{}]`);
	}
	return socket;
}

// Two pings: the second one was sent after what the socket had said before the first.
async function expectNothing(socket) {
	assert.equal(await socket.next(), "2");
	socket.send("3");
	assert.equal(await socket.next(), "2");
}

describe("connect", () => {
	for (const [nsp, auth, shown] of [
		["", "", "{}"],
		["", '{"token":"123"}', '{"token":"123"}'],
		["/custom,", "", "{}"],
		["/custom,", '{"token":"abc"}', '{"token":"abc"}'],
		["/custom,", '{"a":{"b":[1,"€",null]}}', '{"a":{"b":[1,"€",null]}}'],
	]) {
		test(`to ${nsp || "/"} with auth ${auth || "of nothing"}`, async () => {
			const socket = await greeted();
			socket.send(`40${nsp}${auth}`);
			await expectConnected(socket, `40${nsp}`);
			await socket.expect(`42${nsp}["auth",${shown}]`);
			await socket.close();
		});
	}

	test("to a namespace without a comma", async () => {
		const socket = await greeted();
		socket.send("40/custom");
		await expectConnected(socket, "40/custom,");
		await socket.expect('42/custom,["auth",{}]');
		await socket.close();
	});

	test("to an unknown namespace is refused, and the client may go on", async () => {
		const socket = await greeted();
		socket.send("40/random");
		await socket.expect('44/random,{"message":"Invalid namespace"}');
		socket.send("40");
		await expectConnected(socket);
		await socket.close();
	});

	test("by polling", async () => {
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		const [answer, auth] = `${await engine.get(sid)}`.split("\x1e");
		assert.match(answer, /^40\{"sid":"[^"]+"\}$/);
		assert.equal(auth, '42["auth",{}]');
	});

	test("may be left out until connectTimeout, then the transport closes", async () => {
		const began = performance.now();
		const socket = await greeted(hasty);
		await socket.ended();
		const took = performance.now() - began;
		assert.ok(took > 900, `closed after ${took} ms`);
	});

	for (const packet of ["4abc", "42[\"message\"]", "41", "430[]", "40{", "40[1]x", "47"]) {
		test(`${packet} instead of it closes the transport`, async () => {
			const socket = await greeted();
			socket.send(packet);
			await socket.ended();
		});
	}
});

describe("disconnect", () => {
	test("from / leaves the transport open", async () => {
		const socket = await joinedAt(quick, "");
		socket.send("41");
		await expectNothing(socket);
		await socket.close();
	});

	for (const packet of ["41/custom", "41/custom,"]) {
		test(`${packet} leaves / connected`, async () => {
			const socket = await joined("", "/custom,");
			socket.send(packet, '42["message","message to main namespace"]');
			await socket.expect('42["message-back","message to main namespace"]');
			await socket.close();
		});
	}

	test("and connect again", async () => {
		const socket = await joined();
		socket.send("41", "40");
		await expectConnected(socket);
		await socket.close();
	});
});

describe("message", () => {
	for (const args of ['1,"2",{"3":[true]}', "", '"\\u00e9\\n€🦄"', '{"b":1,"a":2,"10":3,"1":4}',
		"12345678901234567890,1.0,1e3,-0", '{"__proto__":{"x":1}}', "[[[]]],null,false"]) {
		test(`with (${args}) comes back byte by byte`, async () => {
			const socket = await joined();
			const more = args && `,${args}`;
			socket.send(`42["message"${more}]`);
			await socket.expect(`42["message-back"${more}]`);
			await socket.close();
		});
	}

	test("with bytes comes back with its attachments", async () => {
		const socket = await joined();
		const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
		socket.send(`452-["message",${args}]`, ONE, TWO);
		await socket.expect(`452-["message-back",${args}]`, ONE, TWO);
		await socket.close();
	});

	test("with bytes comes back by polling", async () => {
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		await engine.get(sid);
		await engine.send(sid, '451-["message",{"_placeholder":true,"num":0}]\x1ebAQID');
		assert.equal(await engine.get(sid),
			'451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQID');
	});

	test("answers by acknowledgement", async () => {
		const socket = await joined();
		socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
		await socket.expect('43456[1,"2",{"3":[false]}]');
		socket.send('420["message-with-ack"]');
		await socket.expect("430[]");
		await socket.close();
	});

	test("answers by acknowledgement with bytes", async () => {
		const socket = await joined();
		const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
		socket.send(`452-789["message-with-ack",${args}]`, ONE, TWO);
		await socket.expect(`462-789[${args}]`, ONE, TWO);
		await socket.close();
	});

	test("to another namespace stays there", async () => {
		const socket = await joinedAt(quick, "/custom,");
		socket.send('42/custom,["message","a"]');
		await expectNothing(socket); // nobody listens to it in /custom
		await socket.close();
	});

	for (const packets of [
		["4abc"],
		["42{}"],
		["42abc[\"message-with-ack\",1]"],
		['42["message"'],
		["42[]"],
		["42[{}]"],
		['42["message",1]x'],
		['42["message",01]'],
		['42/custom,["message"]'],
		['42["connect"]'],
		['42["disconnect"]'],
		[ONE],
		['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
		['451-["message",{"_placeholder":true,"num":1}]', ONE],
		['45-["message"]'],
		['459999999999-["message"]'],
		['44{"message":"no"}'],
		['48["message"]'],
	]) {
		test(`${packets.map(String)} closes the transport`, async () => {
			const socket = await joined();
			socket.send(...packets);
			await socket.ended();
		});
	}
});

describe("below it", () => {
	test("heartbeats go on by polling", async () => {
		const { sid } = await quick.open();
		await quick.send(sid, "40");
		for (let round = 0; round < 3; round++) {
			while (!(await quick.get(sid)).split("\x1e").includes("2"))
				;
			await quick.send(sid, "3");
		}
	});

	test("an upgrade keeps the namespaces", async () => {
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		await engine.get(sid);
		const socket = await engine.socket(sid).open();
		socket.send("2probe");
		await socket.expect("3probe");
		assert.equal(await within("the released poll", engine.get(sid)), "6");
		socket.send("5", '42["message",1]');
		await socket.expect('42["message-back",1]');
		await socket.close();
	});

	test("a heartbeat never comes between a packet and its attachments", async () => {
		const socket = await joinedAt(quick, "");
		const header = '451-["message",{"_placeholder":true,"num":0}]';
		const seen = [];
		let pings = 0;
		socket.ws.on("message", (data, isBinary) => {
			seen.push(isBinary ? "bytes" : String(data));
			if (seen.at(-1) === "2") {
				pings++;
				socket.send("3");
			}
		});
		while (pings < 3) {
			socket.send(header, ONE);
			await sleep(1);
		}
		const backs = seen.map((what, i) => what.startsWith("45") ? seen[i + 1] : "bytes").slice(0, -1);
		assert.ok(seen.includes("2"));
		assert.ok(backs.every(what => what === "bytes"));
		await socket.close();
	});
});

describe("clients of Socket.IO 2", () => {
	let old;

	before(() => {
		old = new Engine(gateway.url, "/socket.io/", 3);
	});

	test("are in / without asking", async () => {
		const socket = await greeted(old);
		await socket.expect("40", '42["auth",{}]');
		socket.send('42["message",1]', '427["message-with-ack","a"]');
		await socket.expect('42["message-back",1]', '437["a"]');
		await socket.close();
	});

	test("are connected without a sid, and refused by a text", async () => {
		const socket = await greeted(old);
		await socket.expect("40", '42["auth",{}]');
		socket.send("40/custom,", "40/random");
		await socket.expect("40/custom,", '42/custom,["auth",{}]', '44/random,"Invalid namespace"');
		await socket.close();
	});

	test("put a query behind a namespace", async () => {
		const socket = await greeted(old);
		await socket.expect("40", '42["auth",{}]');
		socket.send("40/custom?token=abc,");
		await socket.expect("40/custom,");
		await socket.close();
	});

	test("get bytes with their type", async () => {
		const socket = await greeted(old);
		await socket.expect("40", '42["auth",{}]');
		const typed = Buffer.from([4, 1, 2, 3]);
		socket.send('451-["message",{"_placeholder":true,"num":0}]', typed);
		await socket.expect('451-["message-back",{"_placeholder":true,"num":0}]', typed);
		await socket.close();
	});
});
