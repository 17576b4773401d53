// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that do everything that can be done, in any order, and leave in the middle of it:
// whatever they do to themselves, the others are served and nothing is used after its end.
//
// Environment: TG_CHAOS_MS   how long (3000)
//              TG_CHAOS_SEED which chances (1)

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Engine, Socket } from "./engine.mjs";
import { Gateway, sleep, within } from "./gateway.mjs";

const FOR_MS = Number(process.env.TG_CHAOS_MS ?? 3000);
const SEED = Number(process.env.TG_CHAOS_SEED ?? 1);
const ACTORS = 40;
const LIFE_MS = 400;

let gateway;

before(async () => {
	gateway = await Gateway.app({ set: { workers: "4", "mounts.2.queue_hard": "64KiB",
		"mounts.2.queue_soft": "16KiB" } });
});

after(() => gateway.stop());

// A generator of its own for each actor, so that a seed repeats their plans.
class Dice {
	#state;

	constructor(seed) {
		this.#state = seed >>> 0;
	}

	// A whole number below n (xorshift, Marsaglia 2003).
	below(n) {
		let x = this.#state || 1;
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		this.#state = x >>> 0;
		return this.#state % n;
	}

	of(list) {
		return list[this.below(list.length)];
	}
}

const BYTES = Buffer.alloc(300, 7);
const GOOD = ["40", "40/members,{\"password\":\"tide\"}", "40/members", "41", '42["echo",1]',
	'427["echo","x"]', '420["join","deck"]', '42["say","deck","hi"]', '42["shout","hi"]', '42["ask me soon"]',
	'430["yes"]', '42["flood",200,"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]', "3",
	`42["shout","${"x".repeat(5000)}"]`];
const BAD = ["4", "4x", "2", "5", "6", "1", "", "9", "42[", "42{}", "42[\"echo\"", "43", "44", "45", "46-", "450-[]",
	"452-[\"echo\",{\"_placeholder\":true,\"num\":0}]", "4\u0000", "40/nowhere", '42["put me out"]',
	'42["hang up"]', "bAAAA", "b!"];

// One life of one client: returns when it has no wish to go on.
class Actor {
	#left = [];

	constructor(dice) {
		this.dice = dice;
		this.old = dice.below(4) === 0;
		this.engine = new Engine(gateway.url, "/app", this.old ? 3 : 4, dice.of(["", "&b64=1", this.old ? "&j=0" : ""]));
		this.until = performance.now() + dice.below(LIFE_MS);
	}

	packet() {
		return this.dice.below(12) ? this.dice.of(GOOD) : this.dice.of(BAD);
	}

	payload() {
		const packets = Array.from({ length: 1 + this.dice.below(4) }, () => this.packet());
		if (this.old)
			return packets.map(packet => `${packet.length}:${packet}`).join("");
		return packets.join("\x1e");
	}

	// A request that may be given up at any time; its answer is nobody's business.
	request(sid, options = {}) {
		const abort = new AbortController();
		const done = fetch(this.engine.polling(sid), { ...options, signal: abort.signal })
			.then(answer => answer.arrayBuffer()).catch(() => {});
		this.#left.push(abort);
		return done;
	}

	talk(socket) {
		if (this.dice.below(8) === 0)
			socket.send('451-["echo",{"_placeholder":true,"num":0}]', this.old ? Buffer.from([4, ...BYTES]) : BYTES);
		else
			socket.send(this.packet());
	}

	async leave(socket) {
		socket.ws.resume();
		if (this.dice.below(2))
			socket.ws.terminate();
		else
			socket.ws.close();
		await socket.closed;
	}

	async bySocket(sid) {
		const socket = this.engine.socket(sid);
		await socket.opened;
		if (this.dice.below(3) === 0)
			socket.ws.pause(); // reads nothing
		if (sid) {
			socket.send(this.dice.below(5) ? "2probe" : this.packet());
			await sleep(this.dice.below(20));
			if (this.dice.below(3))
				socket.send("5");
		} else if (!this.old && this.dice.below(5)) {
			socket.send("40");
		}
		while (socket.ws.readyState === 1 && performance.now() < this.until) {
			this.talk(socket);
			await sleep(this.dice.below(6));
		}
		await this.leave(socket);
	}

	async byPolling() {
		const answer = await fetch(this.engine.polling());
		const text = await answer.text();
		const sid = text.match(/sid\\?":\\?"([^"\\]+)/)?.[1];
		if (!this.old)
			await this.request(sid, { method: "POST", body: "40" });
		while (performance.now() < this.until) {
			const doing = [this.request(sid), () => this.request(sid, { method: "POST", body: this.payload() })];
			await sleep(this.dice.below(5));
			await doing[1]();
			if (this.dice.below(4) === 0)
				this.bySocket(sid).catch(() => {});
			if (this.dice.below(10) === 0)
				this.#left.pop().abort();
			await Promise.race([doing[0], sleep(20)]);
		}
		for (const abort of this.#left)
			abort.abort();
	}

	async live() {
		await (this.dice.below(2) ? this.bySocket() : this.byPolling()).catch(() => {});
	}
}

test(`nothing breaks in ${FOR_MS} ms of chaos (TG_CHAOS_SEED=${SEED})`, async () => {
	const until = performance.now() + FOR_MS;
	await Promise.all(Array.from({ length: ACTORS }, async (_, i) => {
		const dice = new Dice(SEED * ACTORS + i + 1);
		for (let lives = 0; lives < 2 || performance.now() < until; lives++)
			await within("the end of a life", new Actor(dice).live());
	}));
	const socket = await new Socket(`${gateway.wsUrl}/app/?EIO=4&transport=websocket`).open();
	await socket.next();
	socket.send("40");
	assert.match(await socket.message(), /^40\{/);
	socket.send('420["echo","still here"]');
	await socket.expect('430["still here"]');
	await socket.close();
});
