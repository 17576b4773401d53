/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SVG charts without any library: of one figure (bars for one number a server, lines for a
 * sweep), and of all of them together. Transparent, readable on a light and on a dark page.
 */
'use strict';

const { peers } = require('./peers');
const { figures, perCpuUnit } = require('./figures');
const { median, short, casesOf, timesNode } = require('./report');

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const TOP = 62;
const ROW = 30;
const PLOT_HEIGHT = 260;
const COLOURS = { tidegate: '#1f7ae0', 'tidegate-raw': '#7fb2ee', floor: '#8a8f98', merge: '#8a8f98',
	socketio: '#e0871f', eiows: '#c9a227', ws: '#9a6fd0', nchan: '#3a9d6e' };
const colourOf = (peer) => COLOURS[peer] ?? COLOURS.tidegate;
const STYLE = `<style>
	text { font: 13px system-ui, sans-serif; fill: #5f666f }
	.title { font-size: 16px; font-weight: 600 }
	.note { fill: #767c85; font-size: 12px }
	.axis { stroke: #999; stroke-width: 1; fill: none }
	.grid { stroke: #999; stroke-opacity: .25 }
	@media (prefers-color-scheme: dark) {
		text { fill: #e4e4e4 }
		.note { fill: #aaa }
	}
</style>`;

function escape(text) {
	return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function text(x, y, words, attributes = '') {
	return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(words)}</text>`;
}

function frame(figure, height, body) {
	const better = figure.better === 'lower' ? 'less is better' : 'more is better';

	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
		`width="${WIDTH}" height="${height}" role="img">\n<title>${escape(figure.title)}</title>\n` +
		`${STYLE}\n${text(12, 24, figure.title, 'class="title"')}\n` +
		`${text(12, 44, `${figure.work}, ${figure.unit}; ${better}`, 'class="note"')}\n` +
		`${body.join('\n')}\n</svg>\n`;
}

function drawBars(figure, result) {
	const rows = Object.entries(result).map(([peer, byCase]) =>
		({ peer, value: median(byCase[''], figure.value) }));
	const most = Math.max(...rows.map(({ value }) => value ?? 0), 1e-9);
	const body = rows.flatMap(({ peer, value }, i) => {
		const y = TOP + i * ROW;
		const width = Math.max(1, (value ?? 0) / most * (WIDTH - LEFT - RIGHT));

		return [text(LEFT - 8, y + 15, peers[peer].title, 'text-anchor="end"'),
			`<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="20" rx="2" ` +
				`fill="${colourOf(peer)}"/>`,
			text(LEFT + width + 6, y + 15, short(value))];
	});

	return frame(figure, TOP + rows.length * ROW + 8, body);
}

/* A round number at or above value, for the top of an axis. */
function roundUp(value) {
	const power = 10 ** Math.floor(Math.log10(value));

	return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value);
}

/* Move labels down until none covers another. */
function spread(labels) {
	const sorted = [...labels].sort((a, b) => a.y - b.y);

	sorted.forEach((label, i) => {
		if (i > 0)
			label.y = Math.max(label.y, sorted[i - 1].y + 16);
	});
	return sorted;
}

function drawLines(figure, result) {
	const steps = casesOf(figure);
	const lines = Object.entries(result).map(([peer, byCase]) =>
		({ peer, values: steps.map((step) => median(byCase[step], figure.value)) }));
	const most = roundUp(Math.max(...lines.flatMap(({ values }) => values.map((v) => v ?? 0)), 1));
	const left = 70;
	const x = (i) => left + i * (WIDTH - left - LEFT - 20) / Math.max(1, steps.length - 1);
	const y = (value) => TOP + PLOT_HEIGHT * (1 - value / most);
	const labels = [];
	const body = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
		`<path class="grid" d="M${left} ${y(most * share)}H${x(steps.length - 1)}"/>`,
		text(left - 6, y(most * share) + 4, short(most * share), 'text-anchor="end" class="note"')]);

	body.push(`<path class="axis" d="M${left} ${TOP}V${y(0)}H${x(steps.length - 1)}"/>`);
	steps.forEach((step, i) => body.push(text(x(i), y(0) + 18,
		Number(step).toLocaleString('en'), 'text-anchor="middle" class="note"')));
	body.push(text((left + x(steps.length - 1)) / 2, y(0) + 38, figure.sweep.label,
		'text-anchor="middle" class="note"'));
	for (const { peer, values } of lines) {
		const points = values.map((value, i) => [x(i), y(value ?? 0)]);
		const last = points[points.length - 1];

		body.push(`<polyline fill="none" stroke="${colourOf(peer)}" stroke-width="2" points="` +
			`${points.map((point) => point.map((n) => n.toFixed(1)).join(',')).join(' ')}"/>`);
		points.forEach(([px, py]) => body.push(
			`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3.5" fill="${colourOf(peer)}"/>`));
		labels.push({ x: last[0] + 10, y: last[1] + 4,
			words: `${peers[peer].title} ${short(values[values.length - 1])}` });
	}
	body.push(...spread(labels).map((label) => text(label.x, label.y, label.words)));
	return frame(figure, TOP + PLOT_HEIGHT + 50, body);
}

/* result: by peer, then by case, the runs. Returns: the SVG document. */
function drawFigure(figure, result) {
	return figure.sweep ? drawLines(figure, result) : drawBars(figure, result);
}

/* All work for which there is a figure of Node's: tidegate as a multiple of it, with a mark
 * where the floor is. Bars end at the highest of both; the scale is logarithmic. */
function drawOverview(report) {
	const left = 380;
	const rows = figures.filter(({ name, unit, sweep }) =>
		report.results[name] && unit === perCpuUnit && !sweep)
		.map((figure) => ({ figure, ours: timesNode(figure, report.results[figure.name], 'tidegate'),
			floor: timesNode(figure, report.results[figure.name], 'floor') }))
		.filter(({ ours }) => ours !== null);
	const most = Math.max(2, ...rows.map(({ ours, floor }) => Math.max(ours, floor ?? 1)));
	const x = (times) => left + Math.max(0, Math.log(times) / Math.log(most)) * (WIDTH - left - 80);
	const body = rows.flatMap(({ figure, ours, floor }, i) => {
		const y = TOP + i * ROW;
		const mark = floor === null ? [] : [`<path d="M${x(floor).toFixed(1)} ${y - 3}v26" ` +
			`stroke="${COLOURS.floor}" stroke-width="3"/>`];

		return [text(left - 8, y + 15, figure.title, 'text-anchor="end"'),
			`<rect x="${left}" y="${y}" width="${Math.max(1, x(ours) - left).toFixed(1)}" ` +
				`height="20" rx="2" fill="${COLOURS.tidegate}"/>`, ...mark,
			text(Math.max(x(ours), floor === null ? 0 : x(floor)) + 8, y + 15, `${ours.toFixed(1)} ×`)];
	});

	return frame({ title: 'tidegate against Node socket.io (ws)', work: `times as much ${perCpuUnit}`,
		unit: 'logarithmic; grey mark: the floor, bare sockets' }, TOP + rows.length * ROW + 8, body);
}

module.exports = { drawFigure, drawOverview };
