// SPDX-License-Identifier: GPL-3.0-or-later
// The error scenarios on the page: a button each, and the code that came back.

import { badge, el, ms } from "./dom.js";
import { SCENARIOS } from "./scenarios.js";

export class ScenarioList {
	// settings() returns the connection settings to start from.
	constructor(list, runAll, settings, log) {
		this.settings = settings;
		this.log = log;
		this.rows = SCENARIOS.map(scenario => this.row(scenario));
		list.append(...this.rows.map(row => row.node));
		runAll.addEventListener("click", async () => {
			runAll.disabled = true;
			// One after the other: the flood comes last and meets no other.
			for (const row of this.rows)
				await row.run();
			runAll.disabled = false;
		});
	}

	row(scenario) {
		const button = el("button", { type: "button", "aria-label": `Run: ${scenario.title}`, on: { click: () => run() } }, "Run");
		const output = el("output", { "aria-live": "polite" });
		const node = el("li", { data: { scenario: scenario.id } },
			el("div", { class: "what" }, el("h3", {}, scenario.title), el("p", { class: "hint" }, scenario.how)),
			button, output);
		const run = async () => {
			button.disabled = true;
			delete node.dataset.code;
			output.replaceChildren(badge("running", "warn"));
			await this.run(scenario, node, output);
			button.disabled = false;
		};
		return { node, run };
	}

	async run(scenario, node, output) {
		const start = performance.now();
		let result;
		try {
			result = await scenario.run(this.settings());
		} catch (error) {
			result = { code: "FAILED", message: error.message };
		}
		const took = ms(performance.now() - start);
		const right = scenario.expect.includes(result.code);
		const tone = right ? "good" : result.code === "SKIPPED" ? "idle" : "bad";
		output.replaceChildren(badge(`${right ? "✓ " : ""}${result.code}`, tone),
			el("span", {}, result.message), el("span", { class: "hint" }, took));
		if (tone === "bad")
			output.append(el("span", { class: "fault" }, `expected ${scenario.expect.join(" or ")}`));
		Object.assign(node.dataset, { code: result.code, verdict: right ? "right" : "wrong" });
		this.log.add("scenario", right ? "in" : "bad", `${scenario.title}: ${result.code}`, result.message, took);
	}
}
