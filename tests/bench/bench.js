/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `make bench`: the same load on tidegate and on Node's Socket.IO, one after the other, with
 * what each costs the server. Judge by processor time and memory of the server: the rate is
 * bounded by the load generator, which runs on the same machine.
 */
'use strict';

const { startTidegate, startPeer } = require('./servers');
const { openClients } = require('./client');

const CLIENTS = Number(process.env.CLIENTS || 50);
const REQUESTS = Number(process.env.REQUESTS || 1000);
const IDLE = Number(process.env.IDLE || 1000);
const WINDOW = 16;

function percentile(sorted, share) {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function measureRequests(server, transport, requests) {
	const clients = await openClients(server, CLIENTS, () => [transport]);
	const cpu = server.cpuSeconds();
	const began = performance.now();

	await Promise.all(clients.map((client) => client.run(1, requests, WINDOW)));
	const seconds = (performance.now() - began) / 1000;
	const total = CLIENTS * requests;
	const latencies = clients.flatMap((client) => client.latenciesMs).sort((a, b) => a - b);
	const faults = clients.flatMap((client) => client.faults);

	clients.forEach((client) => client.close());
	if (faults.length > 0)
		throw new Error(`${server.name}: ${faults[0]}`);
	return {
		[`${transport} requests/s`]: total / seconds,
		[`${transport} server µs/request`]: (server.cpuSeconds() - cpu) / total * 1e6,
		[`${transport} p50 ms`]: percentile(latencies, 0.5),
		[`${transport} p99 ms`]: percentile(latencies, 0.99),
	};
}

async function measureIdle(server) {
	const before = server.rssBytes();
	const clients = await openClients(server, IDLE, () => ['websocket']);
	const after = server.rssBytes();

	clients.forEach((client) => client.close());
	return { 'idle websocket bytes/client': (after - before) / IDLE };
}

async function measure(start) {
	const server = await start();
	const result = {
		...await measureIdle(server),
		...await measureRequests(server, 'websocket', REQUESTS),
		...await measureRequests(server, 'polling', Math.ceil(REQUESTS / 5)),
	};

	await server.stop();
	return result;
}

function show(value) {
	return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

async function main() {
	const ours = await measure(startTidegate);
	const theirs = await measure(startPeer);

	console.log(`${CLIENTS} clients, ${WINDOW} requests in flight each; ratio = tidegate / node`);
	console.log(`${''.padEnd(34)}${'tidegate'.padStart(12)}${'node'.padStart(12)}${'ratio'.padStart(9)}`);
	for (const [what, value] of Object.entries(ours)) {
		const ratio = (value / theirs[what]).toFixed(2);

		console.log(what.padEnd(34) + show(value).padStart(12) +
			show(theirs[what]).padStart(12) + ratio.padStart(9));
	}
	process.exit(0);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
