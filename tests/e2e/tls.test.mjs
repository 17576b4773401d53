// SPDX-License-Identifier: GPL-3.0-or-later
// How connections come in: TLS, the PROXY protocol, clients behind trusted proxies, and
// addresses that try too many tokens.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import https from "node:https";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";
import { promisify } from "node:util";
import { Gateway, PROGRAM, SECRET, WAIT_MS, joined, once, sleep, token, until, within } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { io } = require("socket.io-client");
const { WebSocket } = require("ws");
const run = promisify(execFile);

const SECURE = 0, PLAIN = 1, PROXIED = 2, PROXIED_TLS = 3;
const FAILURES = 3;

let folder, certificate, key, ca;
let gateway, impatient; // the latter with silent clients

function listeners() {
	const pem = `tls_certificate: ${certificate}, tls_key: ${key}`;
	return `
listeners:
  - {name: secure, address: "127.0.0.1:0", ${pem}}
  - {name: plain, address: "127.0.0.1:0"}
  - {name: proxied, address: "127.0.0.1:0", proxy_protocol: true}
  - {name: proxied-tls, address: "127.0.0.1:0", proxy_protocol: true, ${pem}}
mounts:
  - {path: /realtime, session_required: false, origins: ["*"]}
  - {path: /echo, dialect: ws-echo, auth: none, message_size: 4MiB}
token: {failures_per_minute: ${FAILURES}}
`;
}

function start(set = {}) {
	return Gateway.start({ config: listeners(), set });
}

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "tidegate-tls-"));
	certificate = join(folder, "certificate.pem");
	key = join(folder, "key.pem");
	await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
		"-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
	ca = await readFile(certificate);
	gateway = await start({ trusted_proxies: "127.0.0.0/8" });
	impatient = await start({ trusted_proxies: "127.0.0.0/8", "http.head_timeout": "1s" });
});

after(async () => {
	await gateway?.stop();
	await impatient?.stop();
	await rm(folder, { recursive: true });
});

function get(path, { port = gateway.port(SECURE), ...options } = {}) {
	return within(path, new Promise((done, fail) => {
		https.get({ host: "127.0.0.1", port, path, ca, agent: false, ...options }, response => {
			const { socket } = response;
			const how = { version: socket.getProtocol(), alpn: socket.alpnProtocol,
				reused: socket.isSessionReused() };
			let body = "";
			response.setEncoding("utf8").on("data", text => { body += text; });
			response.on("end", () => done({ status: response.statusCode, body, ...how }));
		}).on("error", fail);
	}));
}

// What a peer gets until the connection ends, when it says this.
function raw(port, ...parts) {
	return within("the end", new Promise(done => {
		const socket = net.connect(port, "127.0.0.1");
		let text = "";
		socket.setEncoding("latin1").on("data", more => { text += more; });
		socket.on("error", () => {});
		socket.on("close", () => done(text));
		for (const part of parts)
			socket.write(part);
	}));
}

const REQUEST = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const OK = /^HTTP\/1.1 200 OK\r\n/;

function v1(address) {
	return `PROXY TCP4 ${address} 127.0.0.1 40000 80\r\n`;
}

function v2(address) {
	return Buffer.concat([Buffer.from("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", "latin1"),
		Buffer.from([...address.split(".").map(Number), 127, 0, 0, 1, 156, 64, 0, 80])]);
}

describe("TLS", () => {
	for (const version of ["TLSv1.2", "TLSv1.3"])
		test(`serves HTTP over ${version}`, async () => {
			const answer = await get("/healthz", { minVersion: version, maxVersion: version,
				ALPNProtocols: ["http/1.1"] });
			assert.equal(answer.status, 200);
			assert.equal(answer.version, version);
			assert.equal(answer.alpn, "http/1.1");
		});

	test("refuses a client that speaks only HTTP/2", async () => {
		await assert.rejects(get("/healthz", { ALPNProtocols: ["h2"] }), /alert/);
	});

	test("resumes sessions on whichever loop the client meets", async () => {
		for (const version of ["TLSv1.2", "TLSv1.3"]) {
			let session;
			const options = { host: "127.0.0.1", port: gateway.port(SECURE), ca,
				minVersion: version, maxVersion: version };
			const first = tls.connect(options);
			first.on("session", ticket => { session = ticket; });
			first.write(REQUEST);
			first.resume();
			await once(first, "close");
			for (let i = 0; i < 8; i++) {
				const socket = tls.connect({ ...options, session });
				await once(socket, "secureConnect");
				assert.ok(socket.isSessionReused(), `${version}, connection ${i}`);
				socket.destroy();
			}
		}
	});

	test("ends a connection with close_notify", async () => {
		const socket = tls.connect({ host: "127.0.0.1", port: gateway.port(SECURE), ca });
		let text = "";
		socket.setEncoding("latin1").on("data", more => { text += more; });
		socket.write(REQUEST);
		await once(socket, "end"); // an end without it is an error in node
		assert.match(text, OK);
	});

	test("closes a client that does not speak TLS without a word", async () => {
		assert.equal(await raw(gateway.port(SECURE), REQUEST), "");
	});

	test("closes a client that says nothing after the time for a head", async () => {
		const began = performance.now();
		assert.equal(await raw(impatient.port(SECURE)), "");
		assert.ok(performance.now() - began >= 900);
	});

	test("echoes large messages whole", async () => {
		const socket = new WebSocket(`wss://127.0.0.1:${gateway.port(SECURE)}/echo`, { ca });
		await once(socket, "open");
		for (const size of [1, 16383, 16384, 16385, 100000, 3000000]) {
			const sent = Buffer.alloc(size, "tide ");
			socket.send(sent);
			const [got] = await once(socket, "message");
			assert.ok(sent.equals(got), `${size} bytes`);
		}
		socket.close();
		await once(socket, "close");
	});

	test("keeps the order for a client that reads late", async () => {
		const socket = new WebSocket(`wss://127.0.0.1:${gateway.port(SECURE)}/echo`, { ca });
		await once(socket, "open");
		socket._socket.pause();
		for (let i = 0; i < 200; i++)
			socket.send(`${i} ${"x".repeat(20000)}`);
		await sleep(300);
		let next = 0;
		const all = within("all echoes", new Promise(done => socket.on("message", data => {
			assert.ok(data.toString().startsWith(`${next} x`));
			if (++next === 200)
				done();
		})));
		socket._socket.resume();
		await all;
		socket.close();
	});

	test("carries Socket.IO from polling to WebSocket, across loops", async () => {
		const auth = { token: await token("u1") };
		const sockets = Array.from({ length: 10 }, () =>
			io(`https://127.0.0.1:${gateway.port(SECURE)}`, { path: "/realtime", auth, ca,
				forceNew: true, reconnection: false }));
		await Promise.all(sockets.map(async socket => {
			await joined(socket);
			if (socket.io.engine.transport.name !== "websocket")
				await once(socket.io.engine, "upgrade");
		}));
		for (const socket of sockets)
			socket.close();
	});

	test("tells at start what is wrong with a certificate", async () => {
		const set = ["--set", "listeners.0.tls_certificate=/nowhere/x.pem",
			"--set", `listeners.0.tls_key=${key}`, "--set", "listeners.0.address=127.0.0.1:0"];
		await assert.rejects(run(PROGRAM, ["serve", ...set], { timeout: WAIT_MS,
			env: { ...process.env, TIDEGATE_JWT_SECRET: SECRET } }), error => {
			assert.equal(error.code, 1);
			assert.match(error.stderr,
				/tls_certificate: \/nowhere\/x\.pem: No such file or directory\n/);
			return true;
		});
	});
});

describe("the PROXY protocol", () => {
	for (const [name, header] of [["1", v1("192.0.2.1")], ["2", v2("192.0.2.1")]]) {
		test(`version ${name} precedes HTTP`, async () => {
			assert.match(await raw(gateway.port(PROXIED), header, REQUEST), OK);
		});

		test(`version ${name} precedes TLS`, async () => {
			const socket = net.connect(gateway.port(PROXIED_TLS), "127.0.0.1");
			socket.write(header);
			const answer = await get("/healthz", { createConnection: () => tls.connect({ socket, ca }) });
			assert.equal(answer.status, 200);
		});
	}

	test("may come in pieces", async () => {
		const socket = net.connect(gateway.port(PROXIED), "127.0.0.1");
		const all = Buffer.concat([v2("192.0.2.1"), Buffer.from(REQUEST)]);
		let text = "";
		socket.setNoDelay(true).setEncoding("latin1").on("data", more => { text += more; });
		for (const byte of all) {
			socket.write(Buffer.from([byte]));
			await new Promise(setImmediate);
		}
		await once(socket, "close");
		assert.match(text, OK);
	});

	test("is required", async () => {
		assert.equal(await raw(gateway.port(PROXIED), REQUEST), "");
		assert.equal(await raw(gateway.port(PROXIED), "PROXY TCP4 x\r\n", REQUEST), "");
		assert.equal(await raw(impatient.port(PROXIED)), "");
		assert.match(await raw(gateway.port(PLAIN), v1("192.0.2.1"), REQUEST), /^HTTP\/1.1 400 /);
	});

	test("counts connections for the client it names", async () => {
		const limited = await start({ address_connections: 2 });
		const from = address => {
			const socket = net.connect(limited.port(PROXIED), "127.0.0.1");
			socket.on("error", () => {});
			socket.write(v1(address) + REQUEST.replace("Connection: close\r\n", ""));
			return within("an answer or the end", new Promise(done => {
				socket.once("data", () => done(socket));
				socket.once("close", () => done(null));
			}));
		};
		const open = [await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.2")];
		assert.ok(open.every(Boolean));
		assert.equal(await from("192.0.2.1"), null);
		open[0].destroy();
		open[0] = await until("a place is free again", () => from("192.0.2.1"));
		open.forEach(socket => socket.destroy());
		await limited.stop();
	});

	test("is not taken from strangers", async () => {
		const strict = await start({ trusted_proxies: "10.0.0.0/8" });
		assert.equal(await raw(strict.port(PROXIED), v1("192.0.2.1"), REQUEST), "");
		await strict.stop();
	});
});

// --- bad tokens ---------------------------------------------------------------------------

function polling(headers, sid = "", options = {}) {
	return fetch(`http://127.0.0.1:${gateway.port(PLAIN)}/realtime/?EIO=4&transport=polling${sid}`,
		{ headers, ...options });
}

// A session that presents this token; the answer to its first request.
async function present(bad, headers) {
	const first = await polling(headers);
	if (first.status !== 200)
		return first;
	const { sid } = JSON.parse((await first.text()).slice(1));
	await polling(headers, `&sid=${sid}`, { method: "POST", body: `40${JSON.stringify({ token: bad })}` });
	const answer = await (await polling(headers, `&sid=${sid}`)).text();
	assert.match(answer, /^44\{/);
	await polling(headers, `&sid=${sid}`, { method: "POST", body: "1" });
	return first;
}

async function exhaust(headers) {
	for (let i = 0; i < FAILURES; i++)
		assert.equal((await present(`bad ${i}`, headers)).status, 200);
}

describe("an address with too many bad tokens", () => {
	test("is answered 429 before the handshake, others are not", async () => {
		const headers = { "X-Forwarded-For": "198.51.100.1" };
		await exhaust(headers);
		const refused = await polling(headers);
		assert.equal(refused.status, 429);
		assert.ok(Number(refused.headers.get("retry-after")) > 0);
		assert.equal((await refused.json()).error, "TOO_MANY_FAILURES");
		assert.equal((await polling({ "X-Forwarded-For": "198.51.100.2" })).status, 200);
		assert.equal((await polling({})).status, 200);
	});

	test("gets no WebSocket either", async () => {
		const headers = { "X-Forwarded-For": "198.51.100.3" };
		await exhaust(headers);
		const socket = new WebSocket(
			`ws://127.0.0.1:${gateway.port(PLAIN)}/realtime/?EIO=4&transport=websocket`, { headers });
		socket.on("error", () => {});
		const [, response] = await once(socket, "unexpected-response");
		assert.equal(response.statusCode, 429);
		socket.terminate();
	});

	test("cannot hide behind addresses that it invents", async () => {
		for (let i = 0; i < FAILURES; i++)
			await present("bad", { "X-Forwarded-For": `203.0.113.${i}, 198.51.100.4, 127.0.0.9` });
		assert.equal((await polling({ "X-Forwarded-For": "198.51.100.4" })).status, 429);
		assert.equal((await polling({ "X-Forwarded-For": "203.0.113.0" })).status, 200);
	});

	test("is known by Forwarded, too", async () => {
		await exhaust({ Forwarded: 'for="[2001:db8::1]:4711";proto=https' });
		assert.equal((await polling({ Forwarded: 'for="[2001:db8::2]"' })).status, 429);
		assert.equal((await polling({ Forwarded: 'for="[2001:db8:0:1::2]"' })).status, 200);
	});

	test("is told in an open session as well", async () => {
		const headers = { "X-Forwarded-For": "198.51.100.5" };
		const { sid } = JSON.parse((await (await polling(headers)).text()).slice(1));
		await exhaust(headers);
		await polling(headers, `&sid=${sid}`, { method: "POST",
			body: `40${JSON.stringify({ token: await token("u1") })}` });
		const answer = await (await polling(headers, `&sid=${sid}`)).text();
		assert.match(answer, /^44\{.*"TOO_MANY_FAILURES"/);
	});
});
