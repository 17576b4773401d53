// SPDX-License-Identifier: GPL-3.0-or-later
// A bounded log of what passed. One entry is {at, kind, dir, text}; dir is "in",
// "out", "bad" or "". Lines are written once a frame, so that a flood of events
// costs one layout.

import { clock, compact, el } from "./dom.js";

const ENTRIES_N = 1000;
const ARROWS = { in: "←", out: "→", bad: "✗" };

export class EventLog {
	constructor(list) {
		this.list = list;
		this.entries = [];
		this.fresh = [];
		this.kind = "";
		this.needle = "";
	}

	add(kind, dir, ...parts) {
		const entry = { at: new Date(), kind, dir, text: parts.map(compact).join(" ") };
		this.entries.push(entry);
		if (this.entries.length > ENTRIES_N)
			this.entries.shift();
		if (this.fresh.push(entry) === 1)
			requestAnimationFrame(() => this.flush());
		if (this.fresh.length > ENTRIES_N)
			this.fresh.shift();
	}

	// Show only one kind ("" for all) and lines containing needle.
	filter(kind, needle) {
		this.kind = kind;
		this.needle = needle.trim().toLowerCase();
		this.list.replaceChildren();
		this.fresh = [...this.entries];
		this.flush();
	}

	clear() {
		this.entries = [];
		this.fresh = [];
		this.list.replaceChildren();
	}

	// What is shown, as text.
	text() {
		return this.entries.filter(entry => this.matches(entry)).map(entry =>
			`${clock(entry.at)} ${entry.kind} ${ARROWS[entry.dir] ?? "·"} ${entry.text}`).join("\n");
	}

	matches(entry) {
		return (!this.kind || entry.kind === this.kind) &&
			(!this.needle || `${entry.kind} ${entry.text}`.toLowerCase().includes(this.needle));
	}

	flush() {
		const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
		const lines = this.fresh.filter(entry => this.matches(entry)).map(line);
		this.fresh = [];
		this.list.append(...lines);
		while (this.list.childElementCount > ENTRIES_N)
			this.list.firstElementChild.remove();
		if (atEnd)
			this.list.scrollTop = this.list.scrollHeight;
	}
}

function line({ at, kind, dir, text }) {
	return el("li", {},
		el("time", {}, clock(at)), " ",
		el("span", { class: "kind" }, kind), " ",
		el("span", dir ? { class: dir } : {}, `${ARROWS[dir] ?? "·"} ${text}`));
}
