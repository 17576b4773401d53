// SPDX-License-Identifier: GPL-3.0-or-later
// A system that gives too little: nobody reads the log, the disk is full, descriptors are few
// or missing. The gateway says so where it can, serves on, and recovers by itself.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, readFileSync, readlinkSync, writeFileSync,
	writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Api, WITH_API } from "./api.mjs";
import { Engine } from "./engine.mjs";
import { BUILD, CONFORMANCE, Gateway, PROGRAM, SOURCE, once, token, until, within } from "./gateway.mjs";

let folder;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "tidegate-hardship-"));
});

after(() => rm(folder, { recursive: true }));

// A gateway on a Unix socket: one whose log nobody can read for its port.
class Silent {
	constructor(name, stdio, shell = "") {
		this.path = join(folder, name);
		const args = ["serve", "--config", CONFORMANCE, "--set", `listeners.0.address=unix:${this.path}`,
			"--set", `plugin_dir=${join(BUILD, "suites/sio-echo")}`, "--set", "log.level=debug",
			"--set", "drain=100ms", "--set", "workers=1"];
		this.child = spawn("/bin/sh", ["-c", `exec "$0" "$@" ${shell}`, PROGRAM, ...args], { stdio });
		this.ended = new Promise(done => this.child.on("close", (code, signal) => done({ code, signal })));
	}

	status(path = "/healthz") {
		return new Promise(done => get({ socketPath: this.path, path, agent: false }, response => {
			response.resume().on("end", () => done(response.statusCode));
		}).on("error", () => done(0)));
	}

	async stop() {
		this.child.kill("SIGTERM");
		assert.deepEqual(await within("the end", this.ended), { code: 0, signal: null });
	}
}

describe("the log", () => {
	test("that nobody reads stops nothing", async () => {
		const path = join(folder, "log");
		execFileSync("mkfifo", [path]);
		const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
		const blocking = openSync(path, constants.O_WRONLY);
		assert.throws(() => {
			for (;;)
				writeSync(pipe, Buffer.alloc(4096));
		}, { code: "EAGAIN" });
		const gateway = new Silent("stuck", ["ignore", "ignore", blocking]);
		await until("an answer", async () => await gateway.status() === 200);
		for (let i = 0; i < 100; i++) // a line of the log for each
			assert.equal(await gateway.status("/engine.io/?EIO=4&transport=polling"), 200);
		await gateway.stop();
		closeSync(pipe);
		closeSync(blocking);
	});

	test("is not written to a client when there is no standard error", async () => {
		const gateway = new Silent("closed", "ignore", "0<&- 1>&- 2>&-");
		await until("an answer", async () => await gateway.status() === 200);
		for (const n of [0, 1, 2])
			assert.equal(readlinkSync(`/proc/${gateway.child.pid}/fd/${n}`), "/dev/null");
		await gateway.stop();
	});
});

describe("a disk without room", () => {
	test("is told to who stores a notification, and the store goes on when there is room", async () => {
		const gateway = await Gateway.start({ ...WITH_API, set: { "notifications.file": join(folder, "full.db") } });
		const api = await Api.of(gateway);
		const room = bytes => promisify(execFile)("prlimit",
			["--pid", String(gateway.pid), `--fsize=${bytes}:`]);
		const add = title => api.send("POST", "/api/v1/notifications", { user: "ann", title, message: "m" });
		assert.equal((await add("first")).status, 201);
		await room(1);
		const { status, body } = await add("second");
		assert.equal(status, 507);
		assert.equal(body.code, "STORE");
		assert.match(gateway.stderr, /error notifications not stored: why="/);
		await room("unlimited");
		assert.equal((await add("third")).status, 201);
		const { items } = await api.get("/api/v1/notifications?user=ann");
		assert.deepEqual(items.map(({ title }) => title), ["third", "first"]);
		assert.match((await api.send("GET", "/metrics")).text, /\ntidegate_notifications_failed 1\n/);
		await gateway.stop();
	});
});

describe("a plugin that does not return", () => {
	test("is told in the log, keeps its own loop alone, and all is well afterwards", async () => {
		const plugins = join(folder, "plugins"), gate = join(folder, "gate");
		mkdirSync(plugins);
		writeFileSync(join(folder, "stuck.c"), `#include <tidegate/plugin.h>
#include <unistd.h>
static void
run(struct tg_call call, const struct tg_request *request, void *state)
{
	while (access("${gate}", F_OK))
		usleep(10000);
	tg_reply_ok(call, TG("1"));
	tg_reply_ok(call, TG("2")); /* once too often */
}
static const struct tg_action action = {.size = sizeof(action), .name = "stuck", .run = run};
static int
init(void)
{
	return tg_add_action(&action);
}
TG_PLUGIN("stuck", "1.0", init, NULL)
`);
		execFileSync("cc", ["-shared", "-fPIC", "-I", join(SOURCE, "include"), "-o", join(plugins, "stuck.so"),
			join(folder, "stuck.c")]);
		writeFileSync(join(plugins, "broken.so"), "no object at all");
		const gateway = await Gateway.start({ ...WITH_API, set: { plugin_dir: plugins, workers: "2" } });
		assert.match(gateway.stderr, /error plugin refused: file="broken.so"/);
		const engine = new Engine(gateway.url, "/realtime/");
		const { sid } = await engine.open();
		await engine.send(sid, `40${JSON.stringify({ token: await token("ann") })}`);
		assert.match(await engine.get(sid), /^40/);
		engine.post(sid, "421[\"stuck\",{}]"); // answered when the loop goes on
		await until("a line of the log", () => /error event loop is stuck: loop=\d connections=/.test(gateway.stderr));
		const others = Array.from({ length: 32 }, () => new Engine(gateway.url, "/realtime/").open());
		await Promise.any(others); // those whom the kernel gave to the other loop
		writeFileSync(gate, "");
		assert.match(await engine.get(sid), /^431\[/);
		await Promise.all(others);
		await gateway.stop();
	});
});

describe("memory", () => {
	const { stdout: version } = spawnSync(PROGRAM, ["--version"], { encoding: "utf8" });
	const skip = !/sanitizers: (none|no)?$/m.test(version) && "sanitizers keep what is freed";

	test("that a crowd of half-open TLS handshakes took goes back to the system", { skip }, async () => {
		const pem = join(folder, "both.pem");
		execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
			"-nodes", "-keyout", pem, "-out", `${pem}.crt`, "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
		const gateway = await Gateway.conformance({ set: { "listeners.0.tls_certificate": `${pem}.crt`,
			"listeners.0.tls_key": pem } });
		const kilobytes = () => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, "latin1"))[1]);
		const before = kilobytes();
		const hello = Buffer.from("1603010200010001fc0303", "hex");
		const crowd = await Promise.all(Array.from({ length: 1000 }, () => new Promise(done => {
			const peer = connect(gateway.port(), "127.0.0.1", () => peer.write(hello, () => done(peer)));
			peer.on("error", () => {});
		})));
		const most = await until("memory of the crowd", () => kilobytes() > before + 12000 && kilobytes());
		for (const peer of crowd)
			peer.destroy();
		await until("most of it is back", () => kilobytes() < before + (most - before) / 2);
		await gateway.stop();
	});
});

describe("descriptors", () => {
	test("that run out keep new clients waiting, not those that are there", async () => {
		const gateway = await Gateway.conformance({ set: { workers: "1" } });
		const taken = readFileSync(`/proc/${gateway.pid}/limits`, "latin1"); // it raises its own limit
		assert.match(taken, /Max open files/);
		await promisify(execFile)("prlimit", ["--pid", String(gateway.pid), "--nofile=60:"]);
		const say = () => {
			const peer = connect(gateway.port(), "127.0.0.1");
			peer.on("error", () => {});
			peer.heard = "";
			peer.on("data", bytes => {
				peer.heard += bytes;
			});
			peer.ask = () => peer.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
			return peer;
		};
		const first = say();
		first.ask();
		await until("the first answer", () => first.heard.includes("alive"));
		const others = Array.from({ length: 100 }, say);
		await Promise.all(others.map(peer => once(peer, "connect"))); // by the kernel
		await until("a line of the log", () => /accepting paused/.test(gateway.stderr));
		first.heard = "";
		first.ask();
		await until("its second answer", () => first.heard.includes("alive"));
		for (const peer of others)
			peer.destroy();
		const last = say();
		last.ask();
		await until("an answer to one more", () => last.heard.includes("alive"));
		first.destroy();
		last.destroy();
		await gateway.stop();
	});
});
