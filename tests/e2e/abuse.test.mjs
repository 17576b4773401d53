// SPDX-License-Identifier: GPL-3.0-or-later
// Peers that are slow, rude, broken or gone. Each test leaves the gateway serving others; the
// end of the file sees that it stops well and that no sanitizer spoke.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, once, sleep, until, within } from "./gateway.mjs";

const UPGRADE = "GET /ws-echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

let gateway;
const peers = new Set();

before(async () => {
	gateway = await Gateway.conformance();
});

afterEach(async () => {
	for (const peer of peers)
		peer.socket.destroy();
	peers.clear();
	// on a connection of its own: a kept one may end just when it is wanted
	const peer = await Peer.say("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	await peer.closed();
	assert.deepEqual(peer.statuses, [200]);
});

after(() => gateway.stop());

// A TCP connection of which every byte is ours.
class Peer {
	got = Buffer.alloc(0);

	constructor(options = {}) {
		this.socket = connect({ port: gateway.port(), host: "127.0.0.1", ...options });
		this.opened = new Promise(done => this.socket.on("connect", done));
		this.ended = new Promise(done => {
			this.socket.on("end", done);
			this.socket.on("close", done);
		});
		this.socket.on("error", () => {});
		this.socket.on("data", bytes => {
			this.got = Buffer.concat([this.got, bytes]);
		});
		peers.add(this);
	}

	static async say(bytes, options) {
		const peer = new Peer(options);
		await peer.opened;
		if (bytes.length)
			peer.socket.write(bytes);
		return peer;
	}

	get text() {
		return this.got.toString("latin1");
	}

	get statuses() {
		return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
	}

	async until(pattern) {
		await until(`${pattern}`, () => pattern.test(this.text) || this.socket.destroyed);
		assert.match(this.text, pattern);
	}

	async closed() {
		await within("the end of the connection", this.ended);
	}
}

async function refused(request, ...statuses) {
	const peer = await Peer.say(request);
	await peer.closed();
	assert.equal(peer.statuses.length, 1, peer.text);
	assert.ok(statuses.includes(peer.statuses[0]), peer.text);
}

describe("slow peers", () => {
	let strict;

	before(async () => {
		strict = await Gateway.conformance({ set: {
			"http.head_timeout": "300ms", "http.body_timeout": "300ms",
			"http.keepalive_timeout": "1s", "http.write_timeout": "1s",
		} });
	});

	after(() => strict.stop());

	const say = bytes => Peer.say(bytes, { port: strict.port() });

	// Says a little now and then until the connection is cut.
	async function trickle(peer) {
		const drip = setInterval(() => peer.socket.write("a"), 50);
		await peer.closed().finally(() => clearInterval(drip));
	}

	test("a head that trickles in is cut off", async () => {
		const peer = await say("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ");
		await trickle(peer);
		assert.deepEqual(peer.statuses.filter(status => status !== 408), []);
	});

	test("a body that trickles in is cut off", async () => {
		const engine = new Engine("", "/engine.io");
		const { sid } = await new Engine(strict.url, "/engine.io").open();
		const peer = await say(`POST ${engine.polling(sid)} HTTP/1.1\r\nHost: a\r\n` +
			"Content-Length: 1000\r\n\r\n4");
		await trickle(peer);
		assert.deepEqual(peer.statuses.filter(status => status !== 408), []);
	});

	test("a connection that says nothing is closed", async () => {
		const peer = await say("");
		await peer.closed();
	});

	test("one that does not read what it asks for is cut off", async () => {
		const peer = new Peer({ port: strict.port() });
		peer.socket.pause();
		await peer.opened;
		peer.socket.write("GET /test-client.html HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20000));
		await trickle(peer);
	});

	test("a WebSocket that does not read its echo is not let to ask for more", async () => {
		const peer = await say(UPGRADE);
		await peer.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
		peer.socket.pause();
		const frame = Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]),
			Buffer.alloc(1 << 20)]);
		let written = 0;
		while (written < 400 && peer.socket.write(frame))
			written++;
		for (; written < 400; written++) {
			const more = new Promise(done => peer.socket.once("drain", done));
			if (await Promise.race([more.then(() => true), peer.ended, sleep(300)]) !== true)
				break;
			peer.socket.write(frame);
		}
		assert.ok(written < 400, "400 MB went in and nothing was taken out");
	});
});

describe("broken requests", () => {
	const host = "Host: a\r\n";
	for (const [what, request, ...statuses] of [
		["a head above its limit", `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(20000)}\r\n\r\n`, 431],
		["too many headers", `GET / HTTP/1.1\r\n${host}${"X: 1\r\n".repeat(101)}\r\n`, 431],
		["a target above its limit", `GET /${"x".repeat(9000)} HTTP/1.1\r\n${host}\r\n`, 414],
		["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
		["two Hosts", `GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
		["a folded header", `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, 400],
		["lines without CR", "GET / HTTP/1.1\nHost: a\n\n", 400],
		["a space before the colon", `GET / HTTP/1.1\r\n${host}X : a\r\n\r\n`, 400],
		["a zero byte", `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, 400],
		["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
		["length and chunks", `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\n` +
			"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
		["a bad chunk", "POST /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n" +
			"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400],
		["an unknown coding", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n\r\n`, 400, 501],
		["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505],
		["HTTP/0.9", "GET /\r\n", 400, 505],
		["CONNECT", `CONNECT a:443 HTTP/1.1\r\n${host}\r\n`, 400, 405, 501],
		["a foreign absolute target", `GET http://b/ HTTP/1.1\r\n${host}\r\n`, 400, 421],
		["climbing out of the files", `GET /../../etc/passwd HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 400, 403, 404],
	])
		test(`${what} gets ${statuses.join(" or ")} and the end`, () => refused(request, ...statuses));

	test("garbage gets 400 or the end, never more", async () => {
		for (let round = 0; round < 100; round++) {
			const peer = await Peer.say(randomBytes(1 + round * 7));
			peer.socket.end();
			await peer.closed();
			assert.deepEqual(peer.statuses.filter(status => status !== 400), []);
		}
	});

	test("nothing behind a broken request is answered", async () => {
		const peer = await Peer.say(`GET / HTTP/1.1\r\nX : a\r\n\r\nGET /healthz HTTP/1.1\r\n${host}\r\n`);
		await peer.closed();
		assert.deepEqual(peer.statuses, [400]);
	});
});

describe("requests that are allowed to be odd", () => {
	test("a hundred in one write are answered in order", async () => {
		const paths = Array.from({ length: 100 }, (_, i) => i % 3 ? "/healthz" : `/none-${i}`);
		const peer = await Peer.say(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
		while (peer.statuses.length < 100)
			await once(peer.socket, "data");
		assert.deepEqual(peer.statuses, paths.map(path => path === "/healthz" ? 200 : 404));
	});

	test("one byte at a time", async () => {
		const peer = new Peer({ noDelay: true });
		await peer.opened;
		for (const byte of "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") {
			peer.socket.write(byte);
			await sleep(1);
		}
		await peer.until(/^HTTP\/1\.1 200 /);
	});

	test("from a peer that has closed its side", async () => {
		const peer = new Peer({ allowHalfOpen: true });
		await peer.opened;
		peer.socket.end("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
		await peer.closed();
		assert.deepEqual(peer.statuses, [200, 200, 200]);
	});

	test("with Expect: 100-continue", async () => {
		const { sid } = await new Engine(gateway.url, "/engine.io").open();
		const peer = await Peer.say(`POST ${new Engine("", "/engine.io").polling(sid)} HTTP/1.1\r\n` +
			"Host: a\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
		await peer.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
		peer.socket.write("4hello");
		await peer.until(/HTTP\/1\.1 200 [^]*ok$/);
	});

	test("HTTP/1.0 gets its answer and the end", async () => {
		const peer = await Peer.say("GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n");
		await peer.closed();
		assert.deepEqual(peer.statuses, [200]);
	});
});

describe("peers that vanish", () => {
	async function reset(bytes, wait = 5) {
		const peer = await Peer.say(bytes);
		await sleep(wait);
		peer.socket.resetAndDestroy();
	}

	test("in a head, a body, a handshake, a frame", async () => {
		const frame = Buffer.from([0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]);
		for (let round = 0; round < 20; round++) {
			await Promise.all([reset("GET / HT"), reset("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"),
				reset(UPGRADE.slice(0, 40 + round)), reset(UPGRADE, round % 3),
				reset(Buffer.concat([Buffer.from(UPGRADE), frame]))]);
		}
	});

	test("while their poll waits: the session is gone", async () => {
		const engine = new Engine(gateway.url, "/engine.io");
		const { sid } = await engine.open();
		(await engine.waiting(sid)).abandon();
		assert.equal(await engine.status(sid), 400);
	});

	test("while much waits for them", async () => {
		for (let round = 0; round < 10; round++) {
			const peer = new Peer();
			peer.socket.pause();
			await peer.opened;
			peer.socket.write("GET /test-client.html HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200));
			await sleep(10);
			peer.socket.resetAndDestroy();
		}
	});

	test("by the hundreds, saying nothing", async () => {
		const all = await Promise.all(Array.from({ length: 500 }, () => Peer.say("")));
		for (const [i, peer] of all.entries())
			i % 2 ? peer.socket.resetAndDestroy() : peer.socket.end();
	});
});

describe("broken WebSocket frames", () => {
	for (const [what, bytes, code] of [
		["without a mask", [0x81, 0x01, 0x61], 1002],
		["of a reserved kind", [0x83, 0x80, 0, 0, 0, 0], 1002],
		["with reserved bits", [0xf1, 0x80, 0, 0, 0, 0], 1002],
		["that go on with nothing", [0x80, 0x80, 0, 0, 0, 0], 1002],
		["of control in parts", [0x09, 0x80, 0, 0, 0, 0], 1002],
		["of control that are long", [0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002],
		["of text that is no UTF-8", [0x01, 0x81, 0, 0, 0, 0, 0xff], 1007],
		["above the limit", [0x82, 0xff, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0], 1009],
		["of an impossible length", [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002],
		["with a close code that must not be", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
	]) {
		test(`${what} end with ${code}`, async () => {
			const peer = await Peer.say(UPGRADE);
			await peer.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
			const head = peer.got.length;
			peer.socket.write(Buffer.from(bytes));
			await peer.closed();
			assert.deepEqual([...peer.got.subarray(head, head + 4)], [0x88, 0x02, code >> 8, code & 255]);
		});
	}
});

describe("floods", () => {
	const masked = (head, text = "") => Buffer.concat([Buffer.from([head, 0x80 | text.length, 0, 0, 0, 0]),
		Buffer.from(text)]);
	const repeat = (bytes, n) => Buffer.concat(Array(n).fill(bytes));

	for (const [what, packet] of [["pings", masked(0x89)], ["pongs", masked(0x8a)],
		["pongs of Engine.IO", masked(0x81, "3")], ["answers to nothing", masked(0x81, "437[]")]]) {
		test(`of ${what} end with 1008, and others hear nothing of them`, async () => {
			const engine = new Engine(gateway.url, "/socket.io/");
			const calm = await engine.open();
			const peer = await Peer.say(UPGRADE.replace("/ws-echo", "/socket.io/?EIO=4&transport=websocket"));
			await peer.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
			peer.socket.write(masked(0x81, "40"));
			peer.socket.write(repeat(packet, 150000));
			await peer.closed();
			assert.deepEqual([...peer.got.subarray(-4)], [0x88, 0x02, 1008 >> 8, 1008 & 255], what);
			await engine.send(calm.sid, "40");
			assert.match(await engine.get(calm.sid), /^40\{"sid"/);
		});
	}

	test("of packets in one body end with 429 and the session", async () => {
		const engine = new Engine(gateway.url, "/socket.io/");
		const { sid } = await engine.open();
		const body = Array(100000).fill("3").join("\x1e");
		const peer = await Peer.say(`POST ${new Engine("", "/socket.io/").polling(sid)} HTTP/1.1\r\nHost: a\r\n` +
			`Content-Length: ${body.length}\r\n\r\n${body}`);
		await peer.until(/HTTP\/1\.1 429 /);
		assert.equal(await engine.status(sid), 400);
	});
});

test("one address may have only so many connections", async () => {
	const strict = await Gateway.conformance({ set: { address_connections: "10" } });
	const all = Array.from({ length: 30 }, () => new Peer({ port: strict.port() }));
	await Promise.all(all.map(peer => peer.opened));
	const open = () => all.filter(({ socket }) => !socket.destroyed && !socket.readableEnded);
	await until("twenty ends", () => open().length <= 10);
	const rest = open();
	for (const peer of rest) {
		peer.socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
		await peer.until(/^HTTP\/1\.1 200 /);
	}
	assert.equal(rest.length, 10);
	all.forEach(({ socket }) => socket.destroy());
	await strict.stop();
});

test("one address may have only so many clients that joined nothing yet", async () => {
	const strict = await Gateway.conformance({ set: { "mounts.1.newcomers": "10" } });
	const engine = new Engine(strict.url, "/socket.io/");
	const first = await engine.open();
	const statuses = await Promise.all(Array.from({ length: 20 }, () => engine.status()));
	assert.equal(statuses.filter(status => status === 429).length, 11);
	await engine.send(first.sid, "40");
	assert.equal(await engine.status(), 200);
	await strict.stop();
});

test("a client that joins and leaves without end is told to slow down", async () => {
	const engine = new Engine(gateway.url, "/socket.io/");
	const { sid } = await engine.open();
	await engine.send(sid, Array.from({ length: 150 }, () => "40\x1e41").join("\x1e"));
	let heard = "";
	await until("a refusal", async () => {
		heard += await engine.get(sid);
		return heard.includes("RATE_LIMITED");
	});
	assert.ok(heard.match(/40\{"sid"/g).length >= 100);
});
