// SPDX-License-Identifier: GPL-3.0-or-later
// What signals ask for: SIGHUP takes the configuration over without losing anybody, a second
// SIGTERM does not wait.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { Gateway, joined, once, SECRET, signed, until, within } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client");
const run = promisify(execFile);
const NEXT_SECRET = "another end-to-end secret of more than 32 bytes";
const API_KEY = "the first key of the server API";
const NEXT_API_KEY = "the second key of the server API";

let folder;
const started = new Set();

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "tidegate-reload-"));
	for (const name of ["one", "two"])
		await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
			"ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", `/CN=${name}`,
			"-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)]);
});

// What a test that failed has left behind must not keep the others waiting.
afterEach(() => {
	for (const gateway of started)
		gateway.kill();
	started.clear();
});

after(() => rm(folder, { recursive: true }));

async function said(gateway, pattern, from = 0) {
	await until(`${pattern} in the log`, () => pattern.test(gateway.stderr.slice(from)));
	return gateway.stderr.slice(from);
}

// A gateway whose configuration is a file that a test writes anew.
class Reloaded {
	constructor(text) {
		this.text = text;
		this.file = join(folder, `${Math.random()}.yaml`);
	}

	static async start(text) {
		const reloaded = new Reloaded(text);
		await writeFile(reloaded.file, text);
		// the environment goes before the file, so the secret must not stand there
		reloaded.gateway = await Gateway.start({ config: reloaded.file,
			env: { TIDEGATE_JWT_SECRET: undefined } });
		started.add(reloaded.gateway);
		return reloaded;
	}

	// SIGHUP, and what the log says of it.
	async reload(text) {
		const from = this.gateway.stderr.length;

		await writeFile(this.file, text);
		process.kill(this.gateway.pid, "SIGHUP");
		return said(this.gateway, / (info reloaded|error reload refused): .*\n|"reloaded".*\n/, from);
	}

	stop() {
		started.delete(this.gateway);
		return this.gateway.stop();
	}
}

const plain = secret => `token: {secret: "${secret}"}
listeners: [{name: a, address: "127.0.0.1:0"}]
mounts: [{path: /socket.io, session_required: false}]
api: {listen: ""}
`;

function client(gateway, secret) {
	return io(gateway.url, { auth: { token: signed({ sub: "u1", exp: 4e9 }, secret) },
		forceNew: true, reconnection: false, transports: ["websocket"] });
}

describe("SIGHUP", () => {
	test("exchanges the keys of tokens; who is in stays in", async () => {
		const reloaded = await Reloaded.start(plain(SECRET));
		const early = client(reloaded.gateway, SECRET);
		await joined(early);
		assert.match(await reloaded.reload(plain(NEXT_SECRET)), /info reloaded: changes=1\n/);
		const late = client(reloaded.gateway, SECRET);
		const [refusal] = await once(late, "connect_error");
		assert.equal(refusal.data.code, "INVALID_TOKEN");
		const fresh = client(reloaded.gateway, NEXT_SECRET);
		await joined(fresh);
		const { type } = JSON.parse((await Promise.all([once(early, "message"),
			early.emit("message", "{\"type\":\"REQUEST\",\"requestId\":\"1\",\"action\":\"echo\"}")]))[0][0]);
		assert.equal(type, "RESPONSE");
		for (const socket of [early, late, fresh])
			socket.disconnect();
		await reloaded.stop();
	});

	test("exchanges the certificate; connections keep theirs", async () => {
		const certificate = join(folder, "now.pem"), key = join(folder, "now.key");
		const use = name => Promise.all([copyFile(join(folder, `${name}.pem`), certificate),
			copyFile(join(folder, `${name}.key`), key)]);
		const text = plain(SECRET).replace("\"127.0.0.1:0\"",
			`"127.0.0.1:0", tls_certificate: ${certificate}, tls_key: ${key}`);
		const open = async gateway => {
			const socket = connectTls({ port: gateway.port(), rejectUnauthorized: false });
			await once(socket, "secureConnect");
			return socket;
		};
		const answer = async socket => {
			socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
			return (await once(socket, "data"))[0].toString();
		};

		await use("one");
		const reloaded = await Reloaded.start(text);
		const early = await open(reloaded.gateway);
		assert.equal(early.getPeerCertificate().subject.CN, "one");
		await use("two");
		assert.match(await reloaded.reload(text), /info reloaded: changes=0\n/);
		const late = await open(reloaded.gateway);
		assert.equal(late.getPeerCertificate().subject.CN, "two");
		assert.match(await answer(early), /^HTTP\/1\.1 200 /);
		await writeFile(key, "no key");
		assert.match(await reloaded.reload(text),
			/error reload refused: why="listener a: tls_key: .*no PEM private key in it"\n/);
		const later = await open(reloaded.gateway);
		assert.equal(later.getPeerCertificate().subject.CN, "two");
		// numbers move when a listener comes: another's certificate must not come with them
		await use("one");
		assert.match(await reloaded.reload(text.replace("[{name: a,", "[{name: b, address: \"127.0.0.1:0\"}, {name: a,")),
			/warn change needs a restart: key=listeners\n/);
		const last = await open(reloaded.gateway);
		assert.equal(last.getPeerCertificate().subject.CN, "two");
		for (const socket of [early, late, later, last])
			socket.destroy();
		await reloaded.stop();
	});

	test("exchanges the key of the server API", async () => {
		const text = key => `${plain(SECRET).replace(/api: .*\n/, "")}api: {listen: "127.0.0.1:0", key: "${key}"}\n`;
		const reloaded = await Reloaded.start(text(API_KEY));
		const status = async key => (await fetch(`http://127.0.0.1:${reloaded.gateway.apiPort}/api/v1/rooms`,
			{ headers: { authorization: `Bearer ${key}` } })).status;

		assert.deepEqual([await status(API_KEY), await status(NEXT_API_KEY)], [200, 401]);
		assert.match(await reloaded.reload(text(NEXT_API_KEY)), /info reloaded: changes=1\n/);
		assert.deepEqual([await status(API_KEY), await status(NEXT_API_KEY)], [401, 200]);
		assert.match(await reloaded.reload(text("")), /info reloaded: changes=1\n/);
		assert.deepEqual([await status(NEXT_API_KEY), await status("")], [401, 401]);
		await reloaded.stop();
	});

	test("names what waits for a restart, and takes the log's level over", async () => {
		const reloaded = await Reloaded.start(plain(SECRET));
		const told = await reloaded.reload(`${plain(SECRET)
			.replace("session_required: false", "session_required: true")}log: {level: debug, json: true}\n`);
		assert.match(told, /warn change needs a restart: key=mounts\.0\.session_required\n/);
		assert.match(told, /"level":"info","event":"reloaded","changes":"2"/);
		const socket = client(reloaded.gateway, SECRET);
		await joined(socket); // a session is not required, as before
		socket.disconnect();
		await said(reloaded.gateway, /"level":"debug"/);
		await reloaded.stop();
	});

	test("keeps everything when the file is wrong, and says what is", async () => {
		const reloaded = await Reloaded.start(plain(SECRET));
		const told = await reloaded.reload(plain("short").replace("mounts", "mount"));
		assert.match(told, /error reload refused: why=".*yaml:3:1: mount: .*"\n/);
		const socket = client(reloaded.gateway, SECRET);
		await joined(socket);
		socket.disconnect();
		await reloaded.stop();
	});
});

describe("SIGTERM", () => {
	test("a second one does not wait for the drain", async () => {
		const gateway = await Gateway.app({ set: { drain: "1h" } });
		started.add(gateway);
		const socket = io(gateway.url, { path: "/realtime", query: { sessionId: "s1" }, forceNew: true,
			auth: { token: signed({ sub: "u1", exp: 4e9 }) },
			transports: ["websocket"], reconnection: false });
		await joined(socket);
		socket.emit("message", JSON.stringify({ type: "REQUEST", requestId: "1", action: "endless" }));
		const end = gateway.ended;
		process.kill(gateway.pid, "SIGTERM");
		await said(gateway, / stopping: signal=TERM\n/);
		process.kill(gateway.pid, "SIGTERM");
		assert.deepEqual(await within("the end", end), { code: 128 + 15, signal: null });
		socket.disconnect();
	});
});
