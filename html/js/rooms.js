// SPDX-License-Identifier: GPL-3.0-or-later
// Who is in which room, asked from the gateway every two seconds while the panel is
// open. Only demo mode has GET /demo/rooms; elsewhere the panel goes away.

import { badge, byId, el } from "./dom.js";

const EVERY_MS = 2000;

export function startRooms() {
	const panel = byId("rooms");
	let timer = null;
	const tick = async () => {
		timer = null;
		await refresh(panel);
		if (panel.open && !panel.hidden)
			timer = setTimeout(tick, EVERY_MS);
	};
	panel.addEventListener("toggle", () => {
		clearTimeout(timer);
		if (panel.open)
			tick();
	});
}

async function refresh(panel) {
	const note = byId("rooms-note");
	try {
		const answer = await fetch("/demo/rooms", { cache: "no-store" });
		panel.hidden = answer.status === 404;
		if (panel.hidden)
			return;
		if (!answer.ok)
			throw new Error(`/demo/rooms answered ${answer.status}`);
		const { rooms } = await answer.json();
		note.textContent = rooms.length ? `${rooms.length} rooms` : "no rooms yet";
		byId("rooms-list").replaceChildren(...rooms.map(room));
	} catch (error) {
		note.textContent = error.message;
	}
}

function room({ room: name, members }) {
	return el("li", { data: { room: name } }, el("strong", { class: "mono" }, name),
		el("div", { class: "members" }, ...members.map(({ user, dialect }) => badge(`${user} · ${dialect}`))));
}
