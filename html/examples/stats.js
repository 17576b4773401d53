// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, compact, el, ms } from "/js/dom.js";
import { connect, request } from "./example.js";

let socket = await connect();

// The permissions are in the token: another token, another connection.
byId("form").elements.allowed.addEventListener("change", async event => {
	byId("go").disabled = true;
	socket?.disconnect();
	socket = await connect(event.target.checked ? {} : { permissions: "" });
});

byId("form").addEventListener("submit", async event => {
	event.preventDefault();
	const answer = await request(socket, "stats", {});
	byId("time").textContent = `${answer.type} after ${ms(answer.ms)}`;
	byId("fault").textContent = answer.error ? `${answer.error.code}: ${answer.error.message}` : "";
	byId("rows").replaceChildren(...Object.entries(answer.data ?? {}).map(([name, value]) =>
		el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, compact(value)))));
});
