// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the real gateway for a test and sees that it ends well.
//
// Environment: TIDEGATE  the program (default: tidegate in the current directory)
//              TG_SOURCE the source tree (default: two folders up)
//              TG_BUILD  where plugins/ was built (default: the current directory)
// The gateway takes a free port; what it writes to standard error is kept, and a test fails
// when a sanitizer wrote there or when the exit status is not 0.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));

export const PROGRAM = resolve(process.env.TIDEGATE ?? "tidegate");
export const SOURCE = resolve(process.env.TG_SOURCE ?? join(here, "../.."));
export const BUILD = resolve(process.env.TG_BUILD ?? ".");
export const CONFORMANCE = join(SOURCE, "tests/conformance.yaml");
export const SECRET = "an end-to-end secret of more than 32 bytes";

const run = promisify(execFile);
// How long anything may take that has to happen: only a failing test waits for so long, so
// a machine that is slow or busy fails none.
export const WAIT_MS = 60000;
const SANITIZER = /AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:/;

// What every test wants to be different from the defaults.
const DEFAULTS = { "plugin_dir": join(BUILD, "plugins"), "html_dir": join(SOURCE, "html"),
	"drain": "500ms", "workers": "2" };

// The pace of the gateway of tests/conformance.yaml. CALM: no heartbeat comes between what a
// test says and hears; QUICK: they come soon, but nobody is put out for being slow; HASTY: for
// those who do not answer at all.
export const CALM = paced("1m", "1m", "1m");
export const QUICK = paced("300ms", "1m", "1m");
export const HASTY = paced("300ms", "2s", "1s");

function paced(interval, timeout, connect) {
	return { "mounts.0.ping_interval": interval, "mounts.0.ping_timeout": timeout,
		"mounts.1.ping_interval": interval, "mounts.1.ping_timeout": timeout,
		"mounts.1.connect_timeout": connect };
}

export class Gateway {
	#child;
	#stderr = "";
	#ended;
	#folder;

	// config: path of a YAML file, or text with a line break: YAML itself.
	// set: { key: value } for --set. env: more environment.
	static async start({ config = "\n", set = {}, env = {} } = {}) {
		const gateway = new Gateway();
		gateway.#folder = await mkdtemp(join(tmpdir(), "tidegate-e2e-"));
		let file = config;
		if (config.includes("\n")) {
			file = join(gateway.#folder, "tidegate.yaml");
			await writeFile(file, config);
		}
		const all = { ...DEFAULTS, ...set };
		const sets = Object.entries(all).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
		await gateway.#spawn(["serve", "--config", file, ...sets], env);
		return gateway;
	}

	// The gateway of tests/conformance.yaml on a free port.
	static conformance({ set = {}, pace = CALM, ...rest } = {}) {
		return Gateway.start({ ...rest, config: CONFORMANCE,
			set: { "listeners.0.address": "127.0.0.1:0",
				"plugin_dir": join(BUILD, "suites/sio-echo"), ...pace, ...set } });
	}

	// The gateway of app.yaml with the application app.c beside the example plugins. Like a
	// third party it needs the public header and one line to be built.
	static async app({ set = {}, ...rest } = {}) {
		const folder = await mkdtemp(join(tmpdir(), "tidegate-plugins-"));
		const examples = join(BUILD, "plugins");
		for (const name of await readdir(examples))
			if (name.endsWith(".so"))
				await copyFile(join(examples, name), join(folder, name));
		await run("cc", ["-shared", "-fPIC", "-I", join(SOURCE, "include"),
			"-o", join(folder, "app.so"), join(here, "app.c")]);
		const gateway = await Gateway.start({ config: join(here, "app.yaml"), ...rest,
			set: { plugin_dir: folder, ...set } });
		await rm(folder, { recursive: true }); // loaded
		return gateway;
	}

	async #spawn(args, env) {
		this.#child = spawn(PROGRAM, args, { stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, TIDEGATE_JWT_SECRET: SECRET, ...env } });
		this.#ended = new Promise(done => {
			this.#child.on("error", error => done({ code: null, signal: error.message }));
			this.#child.on("close", (code, signal) => done({ code, signal }));
		});
		const heard = new Promise(done => {
			this.#child.stderr.setEncoding("utf8").on("data", text => {
				this.#stderr += text;
				if (/ serving: .*\n/.test(this.#stderr))
					done("serving");
			});
		});
		const late = deadline(WAIT_MS, "late");
		const what = await Promise.race([heard, this.#ended, late.promise]);
		late.clear();
		if (what !== "serving") {
			this.#child.kill("SIGKILL");
			await rm(this.#folder, { recursive: true });
		}
		assert.equal(what, "serving", `the gateway did not start:\n${this.#stderr}`);
	}

	// Port of the n-th listener.
	port(n = 0) {
		return Number([...this.#stderr.matchAll(/ listening: .*port=(\d+)/g)][n][1]);
	}

	// Port of the server API.
	get apiPort() {
		return Number(/ listening: listener=api .*port=(\d+)/.exec(this.#stderr)[1]);
	}

	get url() {
		return `http://127.0.0.1:${this.port()}`;
	}

	get wsUrl() {
		return `ws://127.0.0.1:${this.port()}`;
	}

	get stderr() {
		return this.#stderr;
	}

	get pid() {
		return this.#child.pid;
	}

	kill() {
		this.#child.kill("SIGKILL");
	}

	// Resolves with { code, signal } when it ended, for whatever reason.
	get ended() {
		return this.#ended;
	}

	// SIGTERM, the end, and a look at how it ended.
	async stop() {
		this.#child.kill("SIGTERM");
		const late = deadline(WAIT_MS, "late");
		const end = await Promise.race([this.#ended, late.promise]);
		late.clear();
		if (end === "late")
			this.#child.kill("SIGKILL");
		await rm(this.#folder, { recursive: true });
		assert.deepEqual(end, { code: 0, signal: null }, `a bad end:\n${this.#stderr}`);
		assert.doesNotMatch(this.#stderr, SANITIZER);
	}
}

function deadline(ms, word) {
	let timer;
	const promise = new Promise(done => {
		timer = setTimeout(done, ms, word);
	});
	return { promise, clear: () => clearTimeout(timer) };
}

// A token as `tidegate token` prints it. claims: { name: value }.
export async function token(sub = "u1", claims = {}, { ttl = "1h", secret = SECRET } = {}) {
	const more = Object.entries(claims).flatMap(([name, value]) =>
		["--claim", `${name}=${JSON.stringify(value)}`]);
	const { stdout } = await run(PROGRAM,
		["token", "--sub", sub, "--ttl", ttl, ...more],
		{ env: { ...process.env, TIDEGATE_JWT_SECRET: secret } });
	return stdout.trim();
}

// A token with claims that `tidegate token` would not put in one.
export function signed(claims, secret = SECRET) {
	const text = [{ alg: "HS256", typ: "JWT" }, claims].map(part =>
		Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
	return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

export function sleep(ms) {
	return new Promise(done => setTimeout(done, ms));
}

// Resolves with the arguments of the next `event`.
export function once(emitter, event) {
	let heard;
	const next = new Promise(done => {
		heard = (...args) => done(args);
		emitter.once(event, heard);
	});
	return within(`"${event}"`, next).finally(() => emitter.off(event, heard));
}

// Waits until a socket of socket.io-client is in its namespace.
export function joined(socket) {
	return within("connect", new Promise((done, fail) => {
		socket.once("connect", done);
		socket.once("connect_error", fail);
	}));
}

// The arguments that the other side acknowledges an event with.
export function ask(socket, event, ...args) {
	return within(`the answer to ${event}`, new Promise(done => {
		socket.emit(event, ...args, (...answer) => done(answer));
	}));
}

// Whatever the gateway began to send to these sockets when this is called, on whichever loop,
// is there when it returns. They are of an application that acknowledges "echo". What one of
// them said just before is done with the first answer, and its letters to other loops are on
// their way; a loop answers once more before it reads its letters, but not twice.
export async function settled(...sockets) {
	for (let round = 0; round < 3; round++)
		await Promise.all(sockets.map(socket => ask(socket, "echo", round)));
}

// Looks again and again until what it sees is true, and returns that.
export async function until(what, look) {
	for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(5)) {
		const seen = await look();
		if (seen)
			return seen;
	}
	assert.fail(`${what}: not within ${WAIT_MS} ms`);
}

// The promise's value, or an error that says what was waited for.
export async function within(what, promise, ms = WAIT_MS) {
	assert.equal(typeof what, "string");
	const late = deadline(ms, Gateway); // a value that nobody else has
	try {
		const value = await Promise.race([promise, late.promise]);
		assert.notEqual(value, Gateway, `${what}: not within ${ms} ms`);
		return value;
	} finally {
		late.clear();
	}
}
