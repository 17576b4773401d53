/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `make bench`: every figure on every server, interleaved: round by round, figure by figure,
 * one server after the other, each started afresh and pinned to one core while the generator
 * has another; a run that others disturbed is made again, up to three times. Prints medians and
 * ratios, writes results.json, a table and a chart of each figure into BENCH_OUT. README has
 * the variables that say what, how long and where.
 * `node bench.js results.json …` measures nothing and draws and prints what is in the files;
 * a figure that is in several counts as the last one has it.
 */
'use strict';

const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { figures } = require('./figures');
const { peers, LOAD_CORE, BOTH_CORES } = require('./peers');
const { textReport, markdownTable } = require('./report');
const { drawFigure, drawOverview } = require('./chart');

const build = process.env.TG_BUILD || process.cwd();
const out = process.env.BENCH_OUT || path.join(build, 'bench/out');
const rounds = Number(process.env.BENCH_ROUNDS || 3);
const seconds = Number(process.env.BENCH_SECONDS || 3);
const RUN_MS_MAX = 180000;
const OTHERS_MAX = Number(process.env.BENCH_OTHERS || 0.15);
const TRIES_N = 3;

function chosen(variable, names) {
	const wanted = (process.env[variable] || '').split(',').filter(Boolean);
	const unknown = wanted.filter((name) => !names.includes(name));

	if (unknown.length > 0)
		throw new Error(`${variable}: no ${unknown.join(', ')} among ${names.join(', ')}`);
	return wanted.length > 0 ? wanted : names;
}

/* One run of the generator: its line of JSON, or why there is none. */
function load(server, peer, figure, extra) {
	const args = ['-c', figure.spread ? BOTH_CORES : LOAD_CORE, path.join(build, 'bench/load'), figure.scenario,
		'--to', server.address, '--server', server.pid, '--seconds', seconds,
		'--warm', Math.min(1, seconds), ...peer.args(figure), ...figure.args, ...extra];
	const child = spawn('taskset', args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
	const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX);
	let text = '';
	let complaint = '';

	child.stdout.on('data', (chunk) => { text += chunk; });
	child.stderr.on('data', (chunk) => { complaint += chunk; });
	return new Promise((resolve) => {
		child.once('close', () => {
			clearTimeout(timer);
			try {
				resolve({ ...JSON.parse(text), complaint: complaint.slice(0, 1000) });
			} catch {
				resolve({ verified: false, complaint: complaint.slice(0, 1000) || 'no result' });
			}
		});
	});
}

/* What the server says of its own memory while all sessions rest: the last word before the
 * first of them left. */
function listen(server, clients) {
	const told = { bytes: null };
	const read = async () => {
		const text = await (await fetch(server.metrics())).text();
		const value = (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);

		if (value('tidegate_connections') >= clients)
			told.bytes = value('tidegate_connection_memory_bytes');
	};
	const timer = setInterval(() => server.metrics() && read().catch(() => {}), 200);

	told.stop = () => clearInterval(timer);
	return told;
}

/* One run; again when others used the machine meanwhile, and then the calmest of them. */
async function runCalmly(name, figure, extra) {
	const runs = [];

	do {
		runs.push(await runOnce(name, figure, extra));
	} while (runs.at(-1).others > OTHERS_MAX && runs.length < TRIES_N);
	return runs.sort((a, b) => a.others - b.others)[0];
}

async function runOnce(name, figure, extra) {
	const peer = peers[name];
	let server;

	try {
		server = await peer.start(figure);
	} catch (error) {
		return { verified: false, complaint: error.message.slice(0, 1000) };
	}
	const told = figure.scenario === 'idle' ? listen(server, figure.clients) : null;
	const run = await load(server, peer, figure, extra);

	told?.stop();
	await server.stop();
	return told?.bytes ? { ...run, told_per_client: told.bytes } : run;
}

function describe(run, figure) {
	const value = run.verified ? `${Math.round(figure.value(run))} ${figure.unit}` : 'FAILED';
	const told = run.told_per_client && `/metrics says ${run.told_per_client}`;
	const faults = ['lost', 'doubled', 'wrong', 'gone'].filter((fault) => run[fault] > 0)
		.map((fault) => `${fault} ${run[fault]}`);

	const others = run.others > OTHERS_MAX && `others used ${Math.round(run.others * 100)} % of a core`;

	return [value, told, others, ...faults, (run.complaint || '').split('\n')[0]].filter(Boolean).join('; ');
}

/* results[figure][peer][case] = runs; a figure without a sweep has the one case "". Calls
 * save after each round, so that a run which is broken off leaves what it has. */
async function measure(names, present, results, save) {
	for (let round = 1; round <= rounds; round++) {
		for (const figure of figures.filter(({ name }) => names.includes(name))) {
			const cases = figure.sweep ? figure.sweep.values : [''];

			for (const step of cases) {
				for (const name of figure.peers.filter((peer) => present.includes(peer))) {
					const extra = figure.sweep ? [figure.sweep.option, step] : [];
					const run = await runCalmly(name, figure, extra);
					const ofPeer = (results[figure.name] ??= {})[name] ??= {};

					(ofPeer[step] ??= []).push(run);
					console.log(`${round}/${rounds} ${figure.name} ${step} ${name}: ` +
						describe(run, figure));
				}
			}
		}
		save(round);
	}
}

function commit() {
	try {
		return execFileSync('git', ['-C', __dirname, 'describe', '--always', '--dirty'],
			{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
	} catch {
		return 'unknown';
	}
}

function writeResults(report) {
	fs.mkdirSync(out, { recursive: true });
	fs.writeFileSync(path.join(out, 'results.json'), JSON.stringify(report, null, '\t') + '\n');
}

function writeAll(report) {
	writeResults(report);
	for (const figure of figures.filter(({ name }) => report.results[name]))
		fs.writeFileSync(path.join(out, `${figure.name}.svg`),
			drawFigure(figure, report.results[figure.name]));
	fs.writeFileSync(path.join(out, 'overview.svg'), drawOverview(report));
	fs.writeFileSync(path.join(out, 'table.md'), markdownTable(report));
	console.log(textReport(report));
	console.log(`written to ${out}`);
}

/* Several reports as one: figures that were measured piece by piece. */
function merge(files) {
	const reports = files.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
	const words = (member) => [...new Set(reports.map((report) => report[member]))].join(' or ');

	return { ...reports.at(-1), commit: words('commit'), rounds: words('rounds'),
		seconds: words('seconds'),
		results: Object.assign({}, ...reports.map(({ results }) => results)) };
}

async function main() {
	if (process.argv[2]) {
		writeAll(merge(process.argv.slice(2)));
		process.exit(0);
	}
	const present = chosen('BENCH_PEERS', Object.keys(peers)).filter((name) => {
		const missing = peers[name].missing?.();

		if (missing)
			console.log(`left out: ${peers[name].title} (${missing})`);
		return !missing;
	});
	const names = chosen('BENCH_FIGURES', figures.map(({ name }) => name));
	const report = {
		commit: commit(), date: new Date().toISOString(), rounds: 0, seconds,
		machine: `${os.cpus()[0].model}, ${os.cpus().length} cores, Linux ${os.release()}, ` +
			`node ${process.versions.node}`,
		results: {},
	};

	await measure(names, present, report.results, (round) => {
		report.rounds = round;
		writeResults(report);
	});
	writeAll(report);
	process.exit(0);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
