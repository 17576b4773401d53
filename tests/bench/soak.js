/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `make soak`: clients of every transport come, work, and leave in all ways for
 * SOAK_MINUTES. Every request must be answered exactly once and to the one who asked; the
 * server's memory must level off; SIGTERM under load must end it with status 0.
 */
'use strict';

const { startTidegate } = require('./servers');
const { Client } = require('./client');

const MINUTES = Number(process.env.SOAK_MINUTES || 10);
const CLIENTS = Number(process.env.CLIENTS || 200);
const REQUESTS = Number(process.env.REQUESTS || 100);
const WARM_UP_SHARE = 0.3;
const GROWTH_MAX = 1.25;
const SLACK_BYTES = 8e6;
const TRANSPORTS = [['polling', 'websocket'], ['websocket'], ['polling']];

const seen = { lives: 0, answers: 0, faults: [] };
let ending = false;

/* One life: connect, run some requests, leave politely or by cutting the line. */
async function live(server, name, turn) {
	const client = new Client(server, name, TRANSPORTS[turn % TRANSPORTS.length]);

	try {
		await client.connected();
		await client.run(1, REQUESTS, 1 + turn % 8);
		if (client.answered !== REQUESTS)
			client.faults.push(`${name}: ${client.answered} answers to ${REQUESTS} requests`);
	} catch (error) {
		if (!ending)
			client.faults.push(`${name}: ${error.message}`);
	}
	if (turn % 5 === 4)
		client.socket.io.engine?.transport?.ws?.terminate?.();
	client.close();
	seen.lives++;
	seen.answers += client.answered;
	seen.faults.push(...client.faults.slice(0, 5));
}

async function relive(server, slot, until) {
	for (let turn = slot; performance.now() < until && seen.faults.length === 0; turn++)
		await live(server, `client-${slot}-${turn}`, turn);
}

/* Highest memory before and after the warm-up share of the run. */
function watch(server, began, until) {
	const peak = { warm: 0, late: 0 };
	const timer = setInterval(() => {
		const share = (performance.now() - began) / (until - began);
		const part = share < WARM_UP_SHARE ? 'warm' : 'late';

		peak[part] = Math.max(peak[part], server.rssBytes());
	}, 250);

	return { peak, stop: () => clearInterval(timer) };
}

async function main() {
	const server = await startTidegate();
	const began = performance.now();
	const until = began + MINUTES * 60000;
	const memory = watch(server, began, until);
	const slots = Array.from({ length: CLIENTS }, (_, slot) => relive(server, slot, until));

	await Promise.race([Promise.all(slots), new Promise((resolve) => {
		setTimeout(resolve, MINUTES * 60000 - 100);
	})]);
	ending = true;
	memory.stop();
	const { code, signal } = await server.stop();
	const { warm, late } = memory.peak;

	if (code !== 0)
		seen.faults.push(`SIGTERM under load ended it with ${code ?? signal}`);
	if (late > warm * GROWTH_MAX + SLACK_BYTES)
		seen.faults.push(`memory grew from ${warm} to ${late} bytes after the warm-up`);
	console.log(`${seen.lives} lives, ${seen.answers} answers, ` +
		`memory ${(warm / 1e6).toFixed(1)} MB, later ${(late / 1e6).toFixed(1)} MB`);
	seen.faults.slice(0, 20).forEach((fault) => console.log(`fault: ${fault}`));
	console.log(seen.faults.length === 0 ? 'soak passed' : 'soak failed');
	process.exit(seen.faults.length === 0 ? 0 : 1);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
