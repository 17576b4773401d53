/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one list of what is measured: each figure is a scenario of the load generator, who runs
 * it, which number counts, and what tidegate must reach (ratios against other servers in the
 * same run). Tables, charts and JSON follow from it.
 */
'use strict';

const all = ['floor', 'nchan', 'ws', 'socketio', 'eiows', 'tidegate'];
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

function memory(clients, name, title, peers, protocol) {
	return {
		name,
		title: `${title}, ${clients.toLocaleString('en')} sessions`,
		work: 'memory',
		unit: 'bytes per session',
		value: (run) => run.rss_per_client,
		better: 'lower',
		scenario: 'idle',
		protocol,
		args: ['--clients', clients, '--room', 'bench:1'],
		peers,
		targets: {},
		limit: 1024,
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
	memory(10000, 'idle-10000', 'Memory at rest, WebSocket', [...all, 'tidegate-raw']),
	memory(19000, 'idle-19000', 'Memory at rest, WebSocket', ['floor', 'socketio', 'tidegate']),
	memory(10000, 'idle-polling', 'Memory at rest between polls', ['socketio', 'tidegate'], 'polling'),
	memory(10000, 'idle-rooms', 'Memory at rest, dialect rooms', ['tidegate-rooms']),
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
	memory(10000, 'idle-deflate', 'Memory at rest, permessage-deflate agreed on',
		['tidegate', 'tidegate-deflate']),
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
