// SPDX-License-Identifier: GPL-3.0-or-later
// One panel is one client of a plain dialect: a WebSocket, presets of every message,
// a log. Any number of panels stand side by side, each with a user of its own.

import { demoToken } from "./credentials.js";
import { DIALECTS } from "./dialects.js";
import { badge, byId, el } from "./dom.js";
import { EventLog } from "./log.js";

// The address a panel connects to: relative or http(s) becomes ws(s), the token joins
// the query as the dialects' documents have it.
export function socketUrl(address, token) {
	const url = new URL(address, location.href);
	url.protocol = url.protocol.replace("http", "ws");
	url.hash = "";
	if (token)
		url.searchParams.set("token", token);
	return url;
}

class Panel {
	// source: {token(), user(), address(dialect), log}
	constructor(name, source, gone) {
		this.name = name;
		this.dialect = DIALECTS[name];
		this.source = source;
		this.token = "";
		this.build(gone);
		this.choose(Object.keys(this.dialect.messages)[0]);
		this.show("closed", "idle");
	}

	build(gone) {
		const title = el("h3", {}, this.name);
		this.state = el("span", { role: "status" });
		this.user = el("input", { autocomplete: "off", spellcheck: "false", list: "users", placeholder: "as above" });
		this.address = el("input", { autocomplete: "off", spellcheck: "false" });
		this.preset = el("select", { on: { change: () => this.choose(this.preset.value) } },
			...Object.keys(this.dialect.messages).map(each => el("option", {}, each)));
		this.text = el("textarea", { rows: "5", spellcheck: "false" });
		this.toggle = el("button", { type: "button", class: "primary", on: { click: () => this.socket ? this.close() : this.open() } });
		this.sendButton = el("button", { type: "submit" }, "Send");
		const list = el("ol", { class: "log", role: "log", "aria-live": "off", "aria-label": `${this.name} log`, tabindex: "0" });
		this.log = new EventLog(list);
		const remove = el("button", { type: "button", on: { click: () => { this.close(); gone(this); } } }, "Remove");
		const clear = el("button", { type: "button", on: { click: () => this.log.clear() } }, "Clear");
		this.node = el("form", { class: "card", data: { dialect: this.name }, on: { submit: event => this.submit(event) } },
			el("div", { class: "title" }, title, this.state),
			el("p", { class: "hint" }, this.dialect.about),
			el("div", { class: "pair" },
				el("label", {}, "Demo user", this.user), el("label", {}, "Address", this.address)),
			el("div", { class: "buttons" }, this.toggle, clear, remove),
			el("label", {}, "Message", this.preset),
			el("label", {}, "JSON to send", this.text),
			el("div", { class: "buttons" }, this.sendButton),
			list);
	}

	choose(message) {
		this.preset.value = message;
		const context = { user: this.user.value || this.source.user(), token: this.token || this.source.token() };
		this.text.value = JSON.stringify(this.dialect.messages[message](context), null, 2);
	}

	async open() {
		this.show("connecting", "warn");
		this.toggle.disabled = true;
		try {
			const demo = this.user.value ? await demoToken(this.user.value) : null;
			this.token = demo?.token ?? this.source.token();
			this.connect(socketUrl(this.address.value || this.source.address(this.name), this.token));
			this.choose(this.preset.value);
		} catch (error) {
			this.note("bad", error.message);
			this.show("failed", "bad");
		}
		this.toggle.disabled = false;
	}

	connect(url) {
		const socket = new WebSocket(url);
		this.socket = socket;
		socket.onopen = () => {
			this.show("open", "good");
			this.note("", `open ${url.host}${url.pathname}`);
		};
		socket.onmessage = ({ data }) => this.receive(data);
		socket.onclose = ({ code, reason }) => {
			if (this.socket !== socket)
				return;
			this.socket = null;
			this.show(code === 1000 || code === 1005 ? "closed" : `closed ${code}`, code > 1005 ? "bad" : "idle");
			this.note("", `closed ${code} ${reason}`);
		};
	}

	close() {
		this.socket?.close(1000);
	}

	receive(data) {
		const text = typeof data === "string" ? data : `[${data.size} bytes]`;
		let message = null;
		try {
			message = JSON.parse(text);
		} catch {
			this.note("bad", "not JSON:", text);
			return;
		}
		this.note(message?.type === "error" ? "bad" : "in", text);
		const reply = message && this.dialect.reply?.(message);
		if (reply)
			this.send(JSON.stringify(reply));
	}

	// Sent as it is written, bad JSON included: how it is refused is worth seeing.
	submit(event) {
		event.preventDefault();
		let text = this.text.value;
		try {
			text = JSON.stringify(JSON.parse(text));
		} catch {
			this.note("", "this is not JSON, sent as it is");
		}
		this.send(text);
	}

	send(text) {
		if (this.socket?.readyState !== WebSocket.OPEN) {
			this.note("bad", "not connected");
			return;
		}
		this.socket.send(text);
		this.note("out", text);
	}

	note(dir, ...text) {
		this.log.add(this.name, dir, ...text);
		this.source.log.add("plain", dir, this.name, ...text);
	}

	show(text, tone) {
		this.node.dataset.state = text;
		this.state.replaceChildren(badge(text, tone));
		this.toggle.textContent = this.socket ? "Disconnect" : "Connect";
	}
}

export class Panels {
	constructor(source) {
		this.source = source;
		this.panels = new Set();
		for (const name of Object.keys(DIALECTS)) {
			this.add(name);
			byId("plain-add").append(el("button", { type: "button", on: { click: () => this.add(name).user.focus() } }, `Add ${name}`));
		}
		byId("plain-connect").addEventListener("click", () => this.each(panel => panel.socket || panel.open()));
		byId("plain-disconnect").addEventListener("click", () => this.each(panel => panel.close()));
		this.refresh();
	}

	add(name) {
		const panel = new Panel(name, this.source, gone => {
			this.panels.delete(gone);
			gone.node.remove();
		});
		this.panels.add(panel);
		byId("panels").append(panel.node);
		panel.address.placeholder = this.source.address(name);
		return panel;
	}

	// Identity or addresses above have changed.
	refresh() {
		this.each(panel => {
			panel.address.placeholder = this.source.address(panel.name);
			if (!panel.socket)
				panel.choose(panel.preset.value);
		});
	}

	each(visit) {
		this.panels.forEach(visit);
	}
}
