/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One SVG chart of one figure, without any library: bars for one number a server, lines for a
 * sweep. Transparent, and readable on a light and on a dark page.
 */
'use strict';

const { peers } = require('./peers');
const { median, short, casesOf } = require('./report');

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const TOP = 62;
const ROW = 30;
const PLOT_HEIGHT = 260;
const COLOURS = { tidegate: '#1f7ae0', 'tidegate-2': '#1f7ae0', 'tidegate-raw': '#7fb2ee',
	floor: '#8a8f98', merge: '#8a8f98', socketio: '#e0871f', eiows: '#c9a227', ws: '#9a6fd0',
	nchan: '#3a9d6e' };
const STYLE = `<style>
	text { font: 13px system-ui, sans-serif; fill: #333 }
	.title { font-size: 16px; font-weight: 600 }
	.note { fill: #666; font-size: 12px }
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
				`fill="${COLOURS[peer]}"/>`,
			text(LEFT + width + 6, y + 15, short(value))];
	});

	return frame(figure, TOP + rows.length * ROW + 8, body);
}

/* A round number at or above value, for the top of an axis. */
function roundUp(value) {
	const power = 10 ** Math.floor(Math.log10(value));

	return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function drawLines(figure, result) {
	const steps = casesOf(figure);
	const lines = Object.entries(result).map(([peer, byCase]) =>
		({ peer, values: steps.map((step) => median(byCase[step], figure.value)) }));
	const most = roundUp(Math.max(...lines.flatMap(({ values }) => values.map((v) => v ?? 0)), 1));
	const left = 70;
	const x = (i) => left + i * (WIDTH - left - LEFT - 20) / Math.max(1, steps.length - 1);
	const y = (value) => TOP + PLOT_HEIGHT * (1 - value / most);
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

		body.push(`<polyline fill="none" stroke="${COLOURS[peer]}" stroke-width="2" points="` +
			`${points.map((point) => point.map((n) => n.toFixed(1)).join(',')).join(' ')}"/>`);
		points.forEach(([px, py]) => body.push(
			`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3.5" fill="${COLOURS[peer]}"/>`));
		body.push(text(last[0] + 10, last[1] + 4,
			`${peers[peer].title} ${short(values[values.length - 1])}`));
	}
	return frame(figure, TOP + PLOT_HEIGHT + 50, body);
}

/* result: by peer, then by case, the runs. Returns: the SVG document. */
function drawFigure(figure, result) {
	return figure.sweep ? drawLines(figure, result) : drawBars(figure, result);
}

module.exports = { drawFigure };
