// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, ms, pretty } from "/js/dom.js";
import { connect, request } from "./example.js";

const socket = await connect();
const bar = byId("bar");

byId("form").addEventListener("submit", async event => {
	event.preventDefault();
	const steps = Number(event.target.elements.steps.value);
	const delayMs = Number(event.target.elements.delayMs.value);
	byId("go").disabled = true;
	bar.max = steps;
	bar.value = 0;
	const answer = await request(socket, "progress", { steps, delayMs }, update => {
		bar.value += 1;
		byId("time").textContent = `UPDATE ${bar.value} of ${steps}`;
		byId("answer").textContent = pretty(update);
	});
	byId("time").textContent = `${answer.type} after ${ms(answer.ms)} and ${bar.value} updates`;
	byId("answer").textContent = pretty(answer.data ?? answer.error);
	byId("go").disabled = false;
});
