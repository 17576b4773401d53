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

const isOurs = (peer) => peer.startsWith('tidegate');
const nicknames = { floor: 'floor', merge: 'floor', socketio: 'Node', tidegate: 'one worker' };

/* Of a sweep: how much of its first step the last one is. */
function changeOf(figure, result) {
	const runs = result[figure.ours ?? 'tidegate'];
	const [first, ...others] = casesOf(figure).map((step) => median(runs?.[step], figure.value));

	return others.at(-1) / first;
}

/* What the figure wants of one of ours: what it is, what it is to be, and whether it is so. */
function goalsOf(figure, result, peer) {
	const value = figure.sweep ? null : median(result[peer]?.[''], figure.value);
	const goals = Object.entries(figure.targets).filter(([other]) => result[other])
		.map(([other, target]) => {
			const ratio = value / median(result[other][''], figure.value);

			return { is: `${ratio.toFixed(2)} x ${nicknames[other]}`,
				toBe: `${target} x ${nicknames[other]}`, reached: ratio >= target };
		});

	if (figure.limit)
		goals.push({ is: short(value), toBe: `at most ${figure.limit.toLocaleString('en')}`,
			reached: value !== null && value <= figure.limit });
	if (figure.change || figure.atLeast) {
		const change = changeOf(figure, result);
		const bound = figure.change ?? figure.atLeast;

		goals.push({ is: `${change.toFixed(2)} x as much at the end`,
			toBe: `at ${figure.change ? 'most' : 'least'} ${bound.toFixed(2)} x`,
			reached: figure.change ? change <= bound : change >= bound });
	}
	return goals;
}

/* Who of the figure is held to its goals. */
function heldOf(figure, result) {
	const held = figure.limit ? Object.keys(result).filter(isOurs) : [figure.ours ?? 'tidegate'];

	return held.filter((peer) => result[peer]);
}

/* Of a sweep: what stands beside each step of the others. */
function besideLines(figure, result) {
	const at = (peer, step) => median(result[peer]?.[step], figure.value);

	return (figure.beside ?? []).filter((peer) => result[peer]).map((peer) =>
		'    ' + casesOf(figure).map((step) => (at('tidegate', step) / at(peer, step)).toFixed(2))
			.join(', ') + ` x ${peers[peer].title}`);
}

/* What the servers' own /metrics say of their memory. */
function toldLines(figure, result) {
	return heldOf(figure, result).flatMap((peer) => {
		const told = median(result[peer][''], (run) => run.told_per_client);
		const ours = median(result[peer][''], figure.value);

		return told ? [`    ${peers[peer].title}: /metrics says ${short(told)}, ` +
			`${(told / ours).toFixed(2)} x what was measured`] : [];
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
	for (const peer of heldOf(figure, result)) {
		const who = peer === 'tidegate' ? '' : `${peers[peer].title}: `;

		lines.push(...goalsOf(figure, result, peer).map(({ is, toBe, reached }) =>
			`    ${who}${is}, to reach: ${toBe} ${reached ? 'yes' : 'NO'}`));
	}
	if (result.tidegate)
		lines.push(...besideLines(figure, result));
	if (figure.scenario === 'idle')
		lines.push(...toldLines(figure, result));
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

/* One cell: a number, or of a sweep those of its first and last step. */
function cell(figure, result, peer) {
	const runs = result[peer] ?? (peer === 'floor' ? result.merge : undefined);
	const steps = casesOf(figure);
	const ends = steps.length > 1 ? [steps[0], steps.at(-1)] : steps;

	return runs ? ends.map((step) => short(median(runs[step], figure.value))).join(' … ') : '';
}

/* The short table of README: one row for each figure that has something to reach. */
function markdownTable(report) {
	const rows = figures.filter(({ name }) => report.results[name]).flatMap((figure) => {
		const result = report.results[figure.name];

		return heldOf(figure, result).map((peer) => ({ figure, result, peer,
			goals: goalsOf(figure, result, peer) }));
	}).filter(({ goals }) => goals.length > 0);
	const title = ({ title: text, unit }, peer) => text +
		(isOurs(peer) && peer !== 'tidegate' ? `, ${peers[peer].title.replace(/^tidegate,? /, '')}` : '') +
		(unit === perCpuUnit ? '' : ` [${unit}]`);

	return ['| work | floor | Node socket.io | tidegate | | to reach | |', '|---|---|---|---|---|---|---|',
		...rows.map(({ figure, result, peer, goals }) => '| ' + [title(figure, peer),
			cell(figure, result, 'floor'), cell(figure, result, 'socketio'),
			cell(figure, result, peer),
			figure.limit ? '' : goals.map(({ is }) => is).join(', '),
			goals.map(({ toBe }) => toBe).join(', '),
			goals.map(({ reached }) => (reached ? 'yes' : 'no')).join(', ')].join(' | ') + ' |'),
		'', `Medians of ${report.rounds} rounds of ${report.seconds} s; commit ${report.commit}, ` +
		`${report.date.slice(0, 10)}: ${report.machine}.`, ''].join('\n');
}

module.exports = { textReport, markdownTable, median, short, casesOf, timesNode };
