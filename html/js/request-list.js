// SPDX-License-Identifier: GPL-3.0-or-later
// The list of requests on the page: one <li> a record, newest first, opened to see
// what was sent, each UPDATE and the answer.

import { badge, el, ms, pretty } from "./dom.js";

const SHOWN_N = 300;
const FORMS = {
	text: "message text", object: "message object", named: "REQUEST", ack: "ack", push: "unasked",
};
const TONES = { pending: "warn", answered: "good", error: "bad", silent: "bad", push: "info" };

export class RequestList {
	// counts: element for the summary line; tally() returns {state: n}.
	constructor(list, counts, tally) {
		this.list = list;
		this.counts = counts;
		this.tally = tally;
		this.rows = new Map();
		this.dirty = new Set();
	}

	// Draws in the next frame: a flood of answers is drawn once.
	change(record) {
		if (this.dirty.size === 0)
			requestAnimationFrame(() => this.draw());
		this.dirty.add(record);
	}

	clear() {
		this.rows.clear();
		this.dirty.clear();
		this.list.replaceChildren();
		this.count();
	}

	draw() {
		for (const record of this.dirty)
			this.drawRow(record);
		this.dirty.clear();
		while (this.list.childElementCount > SHOWN_N) {
			this.rows.delete(this.list.lastElementChild.dataset.key);
			this.list.lastElementChild.remove();
		}
		this.count();
	}

	drawRow(record) {
		let row = this.rows.get(record.key);
		if (!row) {
			row = el("li", { data: { key: record.key } },
				el("details", {}, el("summary"), el("div", { class: "body" })));
			this.rows.set(record.key, row);
			this.list.prepend(row);
		}
		Object.assign(row.dataset, {
			state: record.state, action: record.action, form: record.form, id: record.id ?? "",
			updates: record.updates.length, code: record.answer?.error?.code ?? "",
		});
		row.querySelector("summary").replaceChildren(...headline(record));
		row.querySelector(".body").replaceChildren(...body(record));
	}

	count() {
		const parts = Object.entries(this.tally()).map(([state, n]) => `${n} ${state}`);
		this.counts.textContent = parts.join(" · ") || "none yet";
	}
}

function headline(record) {
	const state = record.answer?.error?.code ?? (record.state === "silent" ? "no answer" : record.state);
	const parts = [
		el("span", { class: "name" }, record.action),
		badge(state, TONES[record.state]),
	];
	if (record.updates.length)
		parts.push(badge(record.updates.length === 1 ? "1 update" : `${record.updates.length} updates`, "info"));
	if (record.answers > 1)
		parts.push(badge(`answered ${record.answers} times`, "bad"));
	parts.push(el("span", { class: "hint" }, FORMS[record.form]));
	parts.push(el("span", { class: "id mono" }, record.id ?? ""));
	if (record.ms !== undefined)
		parts.push(el("span", { class: "ms" }, ms(record.ms)));
	return parts;
}

function body(record) {
	const parts = [];
	if (record.form !== "push")
		parts.push(step("sent"), el("pre", {}, pretty(record.data)));
	for (const update of record.updates)
		parts.push(step(`UPDATE after ${ms(update.ms)}`), el("pre", {}, pretty(update.data)));
	if (record.answer !== undefined) {
		const when = record.ms === undefined ? "" : ` after ${ms(record.ms)}`;
		parts.push(step(`${record.answer?.type ?? "message"}${when}, by ${record.via}`),
			el("pre", {}, pretty(record.answer)));
	}
	return parts;
}

function step(text) {
	return el("p", { class: "step" }, text);
}
