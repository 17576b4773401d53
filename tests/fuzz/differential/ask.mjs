// SPDX-License-Identifier: GPL-3.0-or-later
// What the comparisons with JavaScript share: a generator that a seed repeats, a driver to
// ask, and packages from TIDEGATE_NODE_MODULES or NODE_PATH.
// Usage of each: node NAME.mjs DRIVER [SECONDS [SEED]]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const [driver, seconds = '60', seedText = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const BATCH = 5000;

let state = Number(seedText) | 0;
export function random(n) {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) % n;
}
export const pick = (list) => list[random(list.length)];
export const many = (n, make) => Array.from({ length: random(n) }, make);

// Lone surrogates become U+FFFD. Node 18 has no String.prototype.toWellFormed.
export const wellFormed = (text) => Buffer.from(text).toString();

// require() as the innermost of these packages sees it, each looked up from the one before.
export function requireFrom(...path) {
	const folder = process.env.TIDEGATE_NODE_MODULES ?? process.env.NODE_PATH?.split(':')[0] ?? '';
	if (!folder || !existsSync(folder)) {
		console.log(`skipped: no npm packages in "${folder}"`);
		process.exit(0);
	}
	return path.reduce((from, name) => createRequire(from.resolve(name)), createRequire(`${folder}/`));
}

// One character inserted, removed, replaced, or the rest cut off.
export function mutate(text, tokens) {
	const at = random(text.length + 1), n = random(3), token = pick(tokens);
	switch (random(4)) {
	case 0: return text.slice(0, at) + token + text.slice(at);
	case 1: return text.slice(0, at) + text.slice(at + n);
	case 2: return text.slice(0, at) + token + text.slice(at + n);
	default: return text.slice(0, at);
	}
}

// A JSON value that JSON.stringify and JSON.parse keep, and notepack too (it loses whole
// numbers beyond 64 bits).
const strings = ['', 'a', 'message', 'ä€😀', '"\\\n\u0000', '_placeholder', 'num', 'connect', 'x'.repeat(300), '0', '__proto_'];
const numbers = [0, 1, -1, 15, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -32, -33, -128, -129,
	-32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53) + 1, 0.1, -1.5, 1.7e-300, 5e-324, 1e-7];
export function json(depth) {
	switch (random(depth > 0 ? 8 : 5)) {
	case 0: return pick(numbers);
	case 1: return pick([null, true, false]);
	case 2: return random(100000) / 1000;
	case 3: case 4: return pick(strings);
	case 5: case 6: return many(random(10) ? 5 : 20, () => json(depth - 1));
	default: return Object.fromEntries(many(random(10) ? 5 : 20, () => [pick(strings) + random(20), json(depth - 1)]));
	}
}

function ask(requests) {
	const input = Buffer.concat(requests.flatMap(({ operation, bytes }) => {
		const head = Buffer.alloc(5);
		head.write(operation, 'latin1');
		head.writeUInt32LE(bytes.length, 1);
		return [head, bytes];
	}));
	const { stdout, status, signal, stderr } = spawnSync(driver, { input, maxBuffer: 1 << 30 });
	if (status !== 0) throw new Error(`${driver}: ${signal ?? status}\n${stderr}`);
	let at = 0;
	return requests.map(() => {
		const n = stdout.readUInt32LE(at + 1);
		const reply = { result: stdout[at], bytes: stdout.subarray(at + 5, at + 5 + n) };
		at += 5 + n;
		return reply;
	});
}

// Until the time is up: make() gives requests {operation, bytes, judge}; judge(reply) returns
// what is wrong, or nothing.
export function compare(name, make) {
	const end = Date.now() + 1000 * Number(seconds);
	let asked = 0, taken = 0;
	do {
		const requests = Array.from({ length: BATCH }, make).flat();
		ask(requests).forEach((reply, i) => {
			const { operation, bytes, judge } = requests[i];
			const wrong = judge(reply);
			if (wrong === undefined) return;
			console.error(`${name}, seed ${seedText}: operation ${operation} of ${JSON.stringify(bytes.toString())}` +
				` (${bytes.toString('hex')})\n  got ${reply.result} ${JSON.stringify(reply.bytes.toString())}\n  but ${wrong}`);
			process.exit(1);
		});
		asked += requests.length;
		taken += requests.filter((r) => r.taken).length;
	} while (Date.now() < end);
	console.log(`${name}: ${asked} inputs, ${taken} of them taken by both, no difference (seed ${seedText})`);
}
