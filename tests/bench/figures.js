/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one list of what is measured: each figure is a scenario of the load generator, who runs
 * it, which number counts, and what tidegate must reach (ratios against other servers in the
 * same run). Tables, charts and JSON follow from it.
 */
'use strict';

const all = ['floor', 'nchan', 'ws', 'socketio', 'eiows', 'tidegate'];
const dialects = ['tidegate-rooms', 'tidegate-channels', 'tidegate-topics', 'tidegate-schedule'];
const perCpuUnit = 'per second of server CPU';
const perCpu = { value: (run) => run.per_cpu_second, unit: perCpuUnit };

function fanout(members, inFlight, floor, targets) {
	return {
		...perCpu,
		name: `fanout-${members}-${inFlight}`,
		title: `Fan-out to ${members.toLocaleString('en')}, ` +
			(inFlight === 1 ? 'one message in flight' : `${inFlight} in flight`),
		work: 'deliveries',
		scenario: 'fanout',
		args: ['--clients', members, '--in-flight', inFlight],
		peers: all.map((peer) => (peer === 'floor' ? floor : peer)),
		targets,
	};
}

function echo(inFlight, targets) {
	return {
		...perCpu,
		name: `echo-100-${inFlight}`,
		title: `Action round trips, 100 connections, ${inFlight} in flight each`,
		work: 'answers',
		scenario: 'echo',
		args: ['--clients', 100, '--in-flight', inFlight],
		peers: [...all, 'tidegate-raw'],
		targets,
	};
}

/* Bytes a session at rest; every tidegate among the peers keeps within the limit. */
function memory(name, what, clients, peers, { protocol, limit = 1024 } = {}) {
	return {
		name,
		title: `Memory at rest, ${what}, ${clients.toLocaleString('en')} sessions`,
		work: 'memory',
		unit: 'bytes per session',
		value: (run) => run.rss_per_client,
		better: 'lower',
		scenario: 'idle',
		protocol,
		clients,
		args: ['--clients', clients, '--room', 'bench:1'],
		peers,
		targets: {},
		limit,
	};
}

const figures = [
	fanout(1000, 1, 'floor', { socketio: 2, floor: 0.85 }),
	fanout(1000, 4, 'merge', { socketio: 4, merge: 0.85 }),
	fanout(10000, 1, 'floor', { socketio: 2.7, floor: 0.85 }),
	fanout(10000, 4, 'merge', { socketio: 5 }),
	echo(1, { socketio: 2 }),
	echo(16, { socketio: 10 }),
	{
		...perCpu,
		name: 'polling-100',
		title: 'Polling cycles (POST + GET), 100 clients',
		work: 'cycles',
		scenario: 'echo',
		protocol: 'polling',
		args: ['--clients', 100],
		peers: ['socketio', 'tidegate'],
		targets: { socketio: 3 },
	},
	{
		...perCpu,
		name: 'sessions',
		title: 'Sessions opened and closed, token verified',
		work: 'sessions',
		scenario: 'churn',
		args: ['--clients', 50],
		peers: all,
		targets: { socketio: 4 },
	},
	memory('idle-10000', 'WebSocket', 10000, [...all, 'tidegate-raw']),
	memory('idle-19000', 'WebSocket', 19000, ['floor', 'socketio', 'tidegate']),
	memory('idle-polling', 'between polls', 10000, ['socketio', 'tidegate'], { protocol: 'polling' }),
	memory('idle-polling-19000', 'between polls', 19000, ['tidegate'], { protocol: 'polling' }),
	memory('idle-dialects', 'plain dialects', 10000, dialects),
	memory('idle-dialects-19000', 'plain dialects', 19000, dialects),
	memory('idle-tls', 'TLS', 10000, ['tidegate-tls'], { limit: 20000 }),
	{
		...perCpu,
		name: 'growth',
		title: 'Fan-out with growing rooms, one message in flight',
		work: 'deliveries',
		scenario: 'fanout',
		args: [],
		sweep: { option: '--clients', label: 'members', values: [100, 1000, 4000, 10000, 19000] },
		peers: ['floor', 'socketio', 'tidegate'],
		beside: ['floor', 'socketio'],
		targets: {},
	},
	{
		...perCpu,
		name: 'deflate',
		title: 'Fan-out of 4 KB to 1,000, plain and compressed (permessage-deflate)',
		work: 'deliveries',
		scenario: 'fanout',
		args: ['--clients', 1000, '--payload', 4096],
		peers: ['tidegate', 'tidegate-deflate'],
		targets: {},
	},
	memory('idle-deflate', 'permessage-deflate agreed on', 10000, ['tidegate', 'tidegate-deflate']),
	{
		name: 'latency',
		title: 'Latency of a delivery, 1,000 members, 20 messages a second',
		work: 'latency',
		unit: 'ms, 99th percentile',
		value: (run) => run.p99_us / 1000,
		better: 'lower',
		scenario: 'fanout',
		args: ['--clients', 1000, '--rate', 20],
		peers: all,
		targets: {},
	},
	{
		name: 'latency-rooms',
		title: 'Latency in the dialect rooms, 10,000 deliveries a second to 100 members',
		work: 'latency',
		unit: 'ms, 99th percentile',
		value: (run) => run.p99_us / 1000,
		better: 'lower',
		scenario: 'fanout',
		args: ['--clients', 100, '--rate', 100, '--room', 'bench:1'],
		peers: ['tidegate-rooms'],
		targets: {},
		limit: 10,
	},
	{
		name: 'slow',
		title: 'Latency of a delivery of 16 KB while 1 % do not read, 1,000 members',
		work: 'latency',
		unit: 'ms, 99th percentile of the others',
		value: (run) => run.p99_us / 1000,
		better: 'lower',
		scenario: 'fanout',
		args: ['--clients', 1000, '--rate', 10, '--payload', 16384, '--fill', 4000000],
		sweep: { option: '--slow', label: 'members that do not read', values: [0, 10] },
		peers: ['socketio', 'tidegate'],
		change: 1.2,
		targets: {},
	},
	{
		...perCpu,
		name: 'workers',
		title: 'Fan-out to 1,000 with one worker and with two',
		work: 'deliveries',
		scenario: 'fanout',
		args: ['--clients', 1000],
		peers: ['tidegate', 'tidegate-2'],
		targets: {},
	},
];

module.exports = { figures, perCpuUnit };
