// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, ms, pretty } from "/js/dom.js";
import { connect, request } from "./example.js";

const socket = await connect();

byId("form").addEventListener("submit", async event => {
	event.preventDefault();
	const text = event.target.elements.text.value;
	const answer = await request(socket, "echo", { text });
	byId("time").textContent = `${answer.type} after ${ms(answer.ms)}`;
	byId("answer").textContent = pretty(answer.data ?? answer.error);
});
