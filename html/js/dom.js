// SPDX-License-Identifier: GPL-3.0-or-later
// The few DOM helpers the pages share. Text reaches the document as text nodes
// only, so nothing a server or a user sends is ever read as markup.

export function byId(id) {
	return document.getElementById(id);
}

// el("li", {class: "x", data: {id: 1}, on: {click: f}}, "text", child, …)
export function el(tag, props = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (name === "data")
			Object.assign(node.dataset, value);
		else if (name === "on")
			for (const [type, handler] of Object.entries(value))
				node.addEventListener(type, handler);
		else if (typeof value === "boolean")
			node.toggleAttribute(name, value);
		else
			node.setAttribute(name, value);
	}
	node.append(...children);
	return node;
}

// tone: idle, good, warn, bad or info
export function badge(text, tone = "idle") {
	return el("span", { class: "badge", data: { tone } }, text);
}

export function compact(value) {
	return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

export function pretty(value) {
	return JSON.stringify(value, null, 2) ?? "undefined";
}

export function ms(duration) {
	return duration < 10 ? `${duration.toFixed(1)} ms` : `${Math.round(duration)} ms`;
}

// "12:04:09.123", local time
export function clock(date = new Date()) {
	const two = n => String(n).padStart(2, "0");
	return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` +
		`.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

// The clipboard API exists on secure origins only; a gateway on a LAN address is
// not one, hence the old way as second choice.
export async function copyText(text) {
	if (navigator.clipboard)
		return navigator.clipboard.writeText(text);
	const focused = document.activeElement;
	const area = el("textarea", { class: "skip", "aria-hidden": "true" });
	area.value = text;
	document.body.append(area);
	area.select();
	const copied = document.execCommand("copy");
	area.remove();
	focused?.focus();
	if (!copied)
		throw new Error("the browser refused to copy");
}
