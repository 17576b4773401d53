/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians, ratios and tables from what bench.js measured. */
'use strict';

const { figures, perCpuUnit } = require('./figures');
const { peers } = require('./peers');

/* The median of the runs whose counts were right, or null. */
function median(runs, value) {
	const sorted = (runs || []).filter((run) => run.verified).map(value).sort((a, b) => a - b);
	const middle = sorted.length >> 1;

	if (sorted.length === 0)
		return null;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function short(value) {
	if (value === null)
		return 'failed';
	if (value >= 999500)
		return `${(value / 1e6).toFixed(2)} M`;
	if (value >= 9950)
		return `${(value / 1e3).toFixed(0)} k`;
	if (value >= 100)
		return Math.round(value).toLocaleString('en');
	return String(Number(value.toFixed(1)));
}

function casesOf(figure) {
	return figure.sweep ? figure.sweep.values.map(String) : [''];
}

/* What was lost, doubled or wrong in all runs of a peer, as words; empty when nothing was. */
function faultsOf(runs) {
	const words = ['lost', 'doubled', 'wrong', 'gone'].map((fault) =>
		[fault, runs.reduce((sum, run) => sum + (run[fault] || 0), 0)]);
	const failed = runs.filter((run) => !run.verified).length;

	return [...words.filter(([, n]) => n > 0).map(([fault, n]) => `${n} ${fault}`),
		...(failed > 0 ? [`${failed} of ${runs.length} runs failed`] : [])].join(', ');
}

function ratioLines(figure, result) {
	const ours = median(result.tidegate?.[''], figure.value);

	return Object.entries(figure.targets).filter(([peer]) => result[peer]).map(([peer, target]) => {
		const ratio = ours / median(result[peer][''], figure.value);

		return `    ${ratio.toFixed(2)} x ${peers[peer].title}, to reach: ${target} ` +
			(ratio >= target ? 'yes' : 'NO');
	});
}

/* Of a sweep: what stands beside each step of the others, and what the last step changes. */
function sweepLines(figure, result) {
	const at = (peer, step) => median(result[peer]?.[step], figure.value);
	const steps = casesOf(figure);
	const change = at('tidegate', steps.at(-1)) / at('tidegate', steps[0]);
	const lines = (figure.beside ?? []).filter((peer) => result[peer]).map((peer) =>
		'    ' + steps.map((step) => (at('tidegate', step) / at(peer, step)).toFixed(2))
			.join(', ') + ` x ${peers[peer].title}`);

	if (figure.change)
		lines.push(`    ${change.toFixed(2)} x as much at the end, at most ${figure.change}: ` +
			(change <= figure.change ? 'yes' : 'NO'));
	return lines;
}

/* What every tidegate in the figure keeps to, and what its own /metrics says of it. */
function limitLines(figure, result) {
	return Object.keys(result).filter((peer) => peer.startsWith('tidegate')).flatMap((peer) => {
		const ours = median(result[peer][''], figure.value);
		const told = median(result[peer][''], (run) => run.told_per_client);
		const lines = [`    at most ${figure.limit}, ${peers[peer].title}: ` +
			(ours !== null && ours <= figure.limit ? 'yes' : 'NO')];

		return told ? [...lines, `    /metrics says ${short(told)}, ` +
			`${(told / ours).toFixed(2)} x what was measured`] : lines;
	});
}

function figureText(figure, result) {
	const lines = [`${figure.title} (${figure.work}, ${figure.unit})`];

	for (const [peer, byCase] of Object.entries(result)) {
		const values = casesOf(figure).map((step) => {
			const name = figure.sweep ? `${figure.sweep.label} ${step}: ` : '';

			return name + short(median(byCase[step], figure.value));
		});
		const faults = faultsOf(Object.values(byCase).flat());

		lines.push(`  ${peers[peer].title.padEnd(24)} ${values.join('   ')}` +
			(faults ? `   [${faults}]` : ''));
	}
	if (result.tidegate && !figure.sweep)
		lines.push(...ratioLines(figure, result));
	if (result.tidegate && figure.sweep)
		lines.push(...sweepLines(figure, result));
	if (figure.limit)
		lines.push(...limitLines(figure, result));
	return lines.join('\n');
}

/* All figures for a terminal. */
function textReport(report) {
	return ['', `${report.machine}`, `commit ${report.commit}, median of ${report.rounds} x ` +
		`${report.seconds} s, one core for the server`, '',
	...figures.filter(({ name }) => report.results[name])
		.map((figure) => figureText(figure, report.results[figure.name]))].join('\n') + '\n';
}

/* A peer's median in a figure without a sweep; the merging floor stands for the floor. */
function valueOf(figure, result, peer) {
	const runs = result[peer] ?? (peer === 'floor' ? result.merge : undefined);

	return runs ? median(runs[''], figure.value) : undefined;
}

/* How many times better than Node's Socket.IO a peer is; null when one of them has no figure. */
function timesNode(figure, result, peer) {
	const theirs = valueOf(figure, result, 'socketio');
	const value = valueOf(figure, result, peer);

	if (!theirs || !value)
		return null;
	return figure.better === 'lower' ? theirs / value : value / theirs;
}

/* The short table of README: one row for each figure that has one number a server. */
function markdownTable(report) {
	const columns = ['floor', 'nchan', 'socketio', 'eiows', 'tidegate'];
	const rows = figures.filter(({ name, sweep, peers: who }) =>
		report.results[name] && !sweep && who.includes('socketio'));
	const cell = (figure, peer) => {
		const value = valueOf(figure, report.results[figure.name], peer);

		return value === undefined ? '–' : short(value);
	};
	const times = (figure) => {
		const value = timesNode(figure, report.results[figure.name], 'tidegate');

		return value === null ? '–' : `${value.toFixed(1)} ×`;
	};
	const unit = ({ work, unit: text }) => (text === perCpuUnit ? work : text);

	return ['| | unit | floor | nginx + nchan | Node socket.io (ws) | … (eiows) | tidegate | than Node |',
		'|---|---|---|---|---|---|---|---|',
		...rows.map((figure) => `| ${figure.title} | ${unit(figure)} | ` +
			`${columns.map((peer) => cell(figure, peer)).join(' | ')} | ${times(figure)} |`),
		'', `Deliveries, answers, cycles and sessions ${perCpuUnit}. Medians of ${report.rounds} ` +
		`rounds; commit ${report.commit}, ${report.date.slice(0, 10)}: ${report.machine}.`, '']
		.join('\n');
}

module.exports = { textReport, markdownTable, median, short, casesOf, timesNode };
