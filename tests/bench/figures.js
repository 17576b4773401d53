/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one list of what is measured: each figure is a scenario of the load generator, who runs
 * it, which number counts, and what is to be reached by tidegate (or the one named ours):
 * targets are ratios against other servers in the same run, limit is the most it may be, change
 * the most that the last step of a sweep may be of the first. Tables, charts and JSON follow.
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
		peers: [floor, ...(floor === 'merge' ? ['merge-alike'] : []),
			...all.filter((peer) => peer !== 'floor')],
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

/* Microseconds that threads of the server (all, or those of one name) worked for one message. */
function microseconds(run, messages, name) {
	return run.threads.filter((thread) => !name || thread.name === name)
		.reduce((sum, thread) => sum + thread.cpu_seconds, 0) / messages * 1e6;
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

function namespaces(name, work, unit, value, limit) {
	return {
		name,
		title: '10,000 namespaces that clients were in and have left',
		work,
		unit,
		value,
		better: 'lower',
		scenario: 'namespaces',
		args: ['--clients', 200, '--namespaces', 10000],
		peers: ['tidegate'],
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
		atLeast: 1 / 1.15,
	},
	{
		...perCpu,
		name: 'tls',
		title: 'Fan-out to 1,000, 4 in flight, plain and inside of TLS',
		work: 'deliveries',
		scenario: 'fanout',
		args: ['--clients', 1000, '--in-flight', 4],
		peers: ['tidegate', 'tidegate-tls'],
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
		name: 'workers',
		title: 'Fan-out to 4,000 on two cores, one worker and two',
		work: 'deliveries',
		unit: 'per second',
		value: (run) => run.per_second,
		scenario: 'fanout',
		args: ['--clients', 4000, '--watched', 16],
		peers: ['tidegate', 'tidegate-2'],
		spread: true, // over both cores, the generator too
		ours: 'tidegate-2',
		targets: { tidegate: 1.8 },
	},
	{
		name: 'publish-far',
		title: 'A publish to members of another loop, 960 a second',
		work: "work of the publisher's loop",
		unit: 'µs a message',
		value: (run) => microseconds(run, run.done / run.clients, 'loop-0'),
		better: 'lower',
		scenario: 'fanout',
		args: ['--in-flight', 16, '--rate', 60, '--watched', 10, '--publish-loop', 0, '--loop', 1],
		sweep: { option: '--clients', label: 'members there', values: [10, 1000, 4000] },
		peers: ['tidegate-2'],
		spread: true,
		ours: 'tidegate-2',
		change: 1.15,
		targets: {},
	},
	{
		name: 'mailbox',
		title: 'A publish to 10 members of the same loop (0) and of another (1)',
		work: 'work of both loops',
		unit: 'µs a message',
		value: (run) => microseconds(run, run.done / run.clients),
		better: 'lower',
		scenario: 'fanout',
		args: ['--clients', 10, '--publish-loop', 0],
		sweep: { option: '--loop', label: 'loop of the members', values: [0, 1] },
		peers: ['tidegate-2'],
		spread: true,
		ours: 'tidegate-2',
		targets: {},
	},
	{
		...perCpu,
		name: 'polling-fresh',
		title: 'Polling cycles, a connection for each request, 100 clients',
		work: 'cycles',
		scenario: 'echo',
		protocol: 'polling',
		args: ['--clients', 100, '--fresh', 1],
		peers: ['socketio', 'tidegate', 'tidegate-2'],
		targets: {},
	},
	{
		...perCpu,
		name: 'upgrades',
		title: 'Sessions opened by polling, upgraded and closed',
		work: 'sessions',
		scenario: 'churn',
		protocol: 'upgrade',
		args: ['--clients', 50],
		peers: ['socketio', 'tidegate', 'tidegate-2'],
		targets: {},
	},
	namespaces('namespaces', 'memory', 'bytes each', (run) => run.rss_per_client, 1024),
	namespaces('namespaces-cpu', 'work of the server', 'ms a second for all',
		(run) => microseconds(run, run.seconds) / 1000, 1),
];

module.exports = { figures, perCpuUnit };
