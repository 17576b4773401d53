// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of html/ in a real browser against a running gateway in demo mode.
//
// Environment: TG_URL      base URL of the gateway, as http://127.0.0.1:8000
//              TG_CHROMIUM browser to start (default /usr/bin/chromium)
// Needs playwright-core, found by node_modules above this file or by NODE_PATH.
// Run by: node --test tests/e2e/page.test.mjs

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

const { chromium } = createRequire(import.meta.url)("playwright-core");

const BASE = process.env.TG_URL?.replace(/\/$/, "");
const CHROMIUM = process.env.TG_CHROMIUM ?? "/usr/bin/chromium";
const FORMS = ["text", "object", "named", "ack"];
const WAIT_MS = 60000;

assert.ok(BASE, "TG_URL must name the gateway");

let browser;
let page;
let complaints;

// A fresh page; complaints collects what the browser or the script objects to.
// prepare(page) runs before the page is loaded.
async function visit(path, viewport = { width: 1280, height: 900 }, prepare = () => {}) {
	const context = await browser.newContext({ viewport });
	page = await context.newPage();
	page.setDefaultTimeout(WAIT_MS);
	complaints = [];
	page.on("console", message => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", error => complaints.push(String(error)));
	await prepare(page);
	await page.goto(BASE + path);
}

async function visitClient(...more) {
	await visit("/", ...more);
	await page.waitForFunction(() => document.querySelector("[name=token]").value !== "");
}

async function leave() {
	await page.context().close();
}

function status(name) {
	return page.locator(`#status[data-status="${name}"]`).waitFor();
}

function field(name) {
	return page.locator(`[data-field="${name}"]`);
}

async function connect(transport) {
	await page.locator(`[name=transport][value=${transport}]`).check();
	await page.locator("#connect").click();
	await status("connected");
}

async function send(form, action, data) {
	await page.locator(`[name=form][value=${form}]`).check();
	await page.locator("#action [name=action]").fill(action);
	await page.locator("#action [name=data]").fill(JSON.stringify(data));
	await page.locator("#send").click();
}

function row(form, action, state) {
	return page.locator(`#requests li[data-form="${form}"][data-action="${action}"][data-state="${state}"]`);
}

async function noSidewaysScroll() {
	const { wide, room } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth,
	}));
	assert.ok(wide <= room, `content is ${wide} px wide in a window of ${room} px`);
}

before(async () => {
	browser = await chromium.launch({
		executablePath: CHROMIUM,
		timeout: WAIT_MS,
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
	});
});

after(() => browser?.close());

describe("the test client", () => {
	test("loads without a complaint and has a demo token", async () => {
		await visitClient();
		await page.waitForLoadState("networkidle");
		assert.equal(await page.title(), "tidegate test client");
		assert.equal(await page.locator("#connection [name=sessionId]").inputValue(), "demo-alice");
		assert.match(await page.locator("#claims").textContent(), /alice/);
		assert.deepEqual(complaints, []);
		await leave();
	});

	for (const transport of ["polling", "websocket"]) {
		test(`stays on ${transport} when told to`, async () => {
			await visitClient();
			await connect(transport);
			assert.equal(await field("transport").textContent(), transport);
			assert.equal(await field("upgrade").textContent(), "none");
			await leave();
		});

		test(`gets an echo in every request form over ${transport}`, async () => {
			await visitClient();
			await connect(transport);
			for (const form of FORMS) {
				const word = `tide-${transport}-${form}`;
				await send(form, "echo", { word });
				await row(form, "echo", "answered").waitFor();
				assert.match(await row(form, "echo", "answered").locator("pre").last().textContent(), new RegExp(word));
			}
			assert.equal(await page.locator('#requests li[data-state="pending"]').count(), 0);
			assert.deepEqual(complaints, []);
			await leave();
		});
	}

	test("shows the upgrade from polling to websocket", async () => {
		await visitClient();
		await connect("upgrade");
		await page.waitForFunction(() => document.querySelector('[data-field="upgrade"]').textContent === "done");
		assert.equal(await field("transport").textContent(), "websocket");
		await leave();
	});

	test("answers a text message by text and an object by an object", async () => {
		await visitClient();
		await connect("websocket");
		for (const [form, via] of [["text", "message, text"], ["object", "message, object"], ["named", "event RESPONSE"], ["ack", "ack"]]) {
			await send(form, "echo", { form });
			await row(form, "echo", "answered").waitFor();
			const steps = await row(form, "echo", "answered").locator(".step").allTextContents();
			assert.ok(steps.at(-1).endsWith(`by ${via}`), `${form} was answered ${steps.at(-1)}`);
		}
		await leave();
	});

	test("shows the updates of progress before its answer, in every form", async () => {
		await visitClient();
		await connect("websocket");
		for (const form of FORMS) {
			await send(form, "progress", { steps: 3, delayMs: 20 });
			await row(form, "progress", "answered").waitFor();
			assert.equal(await row(form, "progress", "answered").getAttribute("data-updates"), "3", form);
		}
		await leave();
	});

	test("matches answers of requests that run at the same time", async () => {
		await visitClient();
		await connect("websocket");
		await page.locator("#action [name=times]").fill("8");
		await send("object", "progress", { steps: 2, delayMs: 30 });
		await page.waitForFunction(() => document.querySelectorAll('#requests li[data-state="answered"]').length === 8);
		const updates = await row("object", "progress", "answered").evaluateAll(rows => rows.map(each => each.dataset.updates));
		assert.deepEqual(updates, Array(8).fill("2"));
		await leave();
	});

	test("does not send data that is not JSON", async () => {
		await visitClient();
		await connect("websocket");
		await page.locator("#action [name=data]").fill("{oops");
		await page.locator("#send").click();
		assert.equal(await page.locator("#action [name=data]").getAttribute("aria-invalid"), "true");
		assert.notEqual(await page.locator("#data-fault").textContent(), "");
		assert.equal(await page.locator('#requests li[data-form="text"]').count(), 0);
		await leave();
	});

	test("disconnects, reconnects, and comes back from a broken transport", async () => {
		await visitClient();
		await connect("websocket");
		await page.locator("#disconnect").click();
		await status("disconnected");
		await page.locator("#reconnect").click();
		await status("connected");
		await page.locator("#break").click();
		await page.waitForFunction(() => document.querySelector('[data-field="attempts"]').textContent !== "0");
		await status("connected");
		await leave();
	});

	test("filters and clears the event log", async () => {
		await visitClient();
		await connect("websocket");
		await send("text", "echo", { needle: "in-the-haystack" });
		await row("text", "echo", "answered").waitFor();
		await page.locator("#log-filter").fill("in-the-haystack");
		const lines = await page.locator("#log li").allTextContents();
		assert.ok(lines.length >= 2, "a sent and a received line");
		assert.ok(lines.every(line => line.includes("in-the-haystack")));
		await page.locator("#clear-log").click();
		assert.equal(await page.locator("#log li").count(), 0);
		await leave();
	});

	test("shows text of the server as text", async () => {
		await visitClient();
		await connect("websocket");
		await send("text", "echo", { markup: "<img src=x onerror=alert(1)>" });
		await row("text", "echo", "answered").waitFor();
		assert.equal(await page.locator("#requests img, #log img").count(), 0);
		await leave();
	});
});

describe("each error button shows its code", () => {
	const expected = {
		"bad-token": "INVALID_TOKEN", "expired-token": "TOKEN_EXPIRED", "no-session": "SESSION_REQUIRED",
		"wrong-session": "INVALID_SESSION", "foreign-company": "FORBIDDEN", "invalid-message": "INVALID_MESSAGE",
		"unknown-action": "UNKNOWN_ACTION", "bad-data": "INVALID_DATA", forbidden: "FORBIDDEN",
		duplicate: /^(REPLAYED|DUPLICATE_REQUEST)$/, flood: "RATE_LIMITED",
	};

	before(() => visitClient());
	after(leave);

	for (const [scenario, code] of Object.entries(expected))
		test(scenario, async () => {
			const item = page.locator(`#scenarios li[data-scenario="${scenario}"]`);
			await item.getByRole("button").click();
			await page.locator(`#scenarios li[data-scenario="${scenario}"][data-code]`).waitFor();
			const shown = await item.getAttribute("data-code");
			const message = await item.locator("output").textContent();
			if (code instanceof RegExp)
				assert.match(shown, code, message);
			else
				assert.equal(shown, code, message);
		});

	test("no button was forgotten here", async () => {
		const ids = await page.locator("#scenarios li").evaluateAll(items => items.map(item => item.dataset.scenario));
		assert.deepEqual(ids.sort(), Object.keys(expected).sort());
	});
});

describe("without demo mode", () => {
	const gone = { status: 404, contentType: "application/json", body: "{}" };

	test("the fields are empty and wait for a token", async () => {
		await visit("/", undefined, opened => opened.route("**/demo/token?*", route => route.fulfill(gone)));
		await page.getByText("no demo mode: paste a token").waitFor();
		assert.equal(await page.locator("[name=token]").inputValue(), "");
		assert.equal(await page.locator("#demo").isVisible(), false);
		await page.locator('#scenarios li[data-scenario="forbidden"] button').click();
		await page.locator('#scenarios li[data-code="SKIPPED"]').waitFor();
		await leave();
	});

	test("the rooms panel goes away", async () => {
		await visitClient(undefined, opened => opened.route("**/demo/rooms", route => route.fulfill(gone)));
		await page.locator("#rooms summary").click();
		await page.locator("#rooms").waitFor({ state: "hidden" });
		await leave();
	});
});

describe("the plain dialects", () => {
	// A server end for every plain WebSocket of the page: it greets, and keeps what comes.
	function fakeServer(heard, greeting, onMessage = () => {}) {
		return opened => opened.routeWebSocket(/\/ws/, socket => {
			heard.urls.push(new URL(socket.url()));
			socket.onMessage(text => {
				heard.messages.push(text);
				onMessage(socket, text);
			});
			socket.send(greeting);
		});
	}

	// The page shows what it sends before it is here.
	async function messages(heard, n) {
		while (heard.messages.length < n)
			await page.waitForTimeout(5);
		return heard.messages;
	}

	function panel(name) {
		return page.locator(`#panels [data-dialect="${name}"]`);
	}

	test("a panel connects with the token and sends what is written", async () => {
		const heard = { urls: [], messages: [] };
		await visitClient(undefined, fakeServer(heard, '{"type":"connected","data":{}}'));
		const token = await page.locator("[name=token]").inputValue();
		await panel("rooms").getByRole("button", { name: "Connect" }).click();
		await panel("rooms").getByText('{"type":"connected"').waitFor();
		assert.equal(heard.urls[0].searchParams.get("token"), token);
		for (const text of ['{"type":"ping"}', "{not json"]) {
			await panel("rooms").locator("textarea").fill(text);
			await panel("rooms").getByRole("button", { name: "Send" }).click();
			await panel("rooms").locator(".out").getByText(text).waitFor();
		}
		assert.deepEqual(await messages(heard, 2), ['{"type":"ping"}', "{not json"]);
		await leave();
	});

	test("topics answers the server's ping and names its user", async () => {
		const heard = { urls: [], messages: [] };
		await visitClient(undefined, fakeServer(heard, '{"type":"ping"}'));
		await panel("topics").getByRole("button", { name: "Connect" }).click();
		await panel("topics").getByText('{"type":"pong"}').waitFor();
		assert.deepEqual(await messages(heard, 1), ['{"type":"pong"}']);
		assert.equal(JSON.parse(await panel("topics").locator("textarea").inputValue()).data.userId, "alice");
		await leave();
	});

	test("a refused panel shows the close code", async () => {
		const heard = { urls: [], messages: [] };
		await visitClient(undefined, fakeServer(heard, '{"type":"connected"}',
			socket => socket.close({ code: 4403, reason: "Forbidden" })));
		await panel("rooms").getByRole("button", { name: "Connect" }).click();
		await panel("rooms").getByText('{"type":"connected"}').waitFor();
		await panel("rooms").getByRole("button", { name: "Send" }).click();
		await panel("rooms").getByText("closed 4403 Forbidden").waitFor();
		await leave();
	});

	test("all four connect side by side, another user's panel beside them", async () => {
		const heard = { urls: [], messages: [] };
		await visitClient(undefined, fakeServer(heard, "{}"));
		await page.getByRole("button", { name: "Add channels" }).click();
		await panel("channels").last().getByLabel("Demo user").fill("bob");
		await page.locator("#plain-connect").click();
		await page.waitForFunction(() => document.querySelectorAll('#panels [data-state="open"]').length === 5);
		assert.equal(new Set(heard.urls.map(url => url.searchParams.get("token"))).size, 2);
		await page.locator("#plain-disconnect").click();
		await page.waitForFunction(() => document.querySelectorAll('#panels [data-state="open"]').length === 0);
		await leave();
	});

	test("the rooms panel shows who is where", async () => {
		const rooms = [{ room: "channel:1", members: [{ user: "alice", dialect: "rooms" }, { user: "bob", dialect: "channels" }] }];
		await visitClient(undefined, opened => opened.route("**/demo/rooms", route => route.fulfill({ json: { rooms } })));
		await page.locator("#rooms summary").click();
		await page.locator('#rooms [data-room="channel:1"]').getByText("bob · channels").waitFor();
		assert.equal(await page.locator("#rooms .badge").count(), 2);
		await leave();
	});
});

describe("the layout", () => {
	for (const width of [360, 320, 699, 700, 1280])
		test(`has no sideways scroll at ${width} px`, async () => {
			await visitClient({ width, height: 760 });
			await connect("websocket");
			await send("text", "echo", { long: "x".repeat(600) });
			await row("text", "echo", "answered").locator("summary").click();
			await page.locator("#rooms").scrollIntoViewIfNeeded();
			await noSidewaysScroll();
			await leave();
		});

	test("is one column on a phone, requests right below the form", async () => {
		await visitClient({ width: 360, height: 760 });
		const tops = await page.locator("main section.card").evaluateAll(cards => cards
			.map(card => ({ name: card.querySelector("h2").textContent, top: card.getBoundingClientRect().top }))
			.sort((a, b) => a.top - b.top).map(card => card.name));
		assert.deepEqual(tops, ["Connection", "Run an action", "Requests", "Error scenarios", "Event log"]);
		await leave();
	});

	test("names every control", async () => {
		await visitClient();
		const nameless = await page.locator("input, select, textarea, button").evaluateAll(controls => controls
			.filter(control => !control.labels?.length && !control.textContent.trim() && !control.ariaLabel)
			.map(control => control.outerHTML));
		assert.deepEqual(nameless, []);
		await leave();
	});

	test("offers a panel for each plain dialect", async () => {
		await visitClient();
		const names = await page.locator("#panels [data-dialect]").evaluateAll(panels => panels.map(panel => panel.dataset.dialect));
		assert.deepEqual(names, ["schedule", "rooms", "topics", "channels"]);
		await leave();
	});
});

describe("the example pages", () => {
	test("echo shows what it sent", async () => {
		await visit("/examples/echo.html");
		await page.locator("[name=text]").fill("over the bar");
		await page.locator("#go").click();
		await page.getByText("RESPONSE after").waitFor();
		assert.match(await page.locator("#answer").textContent(), /over the bar/);
		assert.deepEqual(complaints, []);
		await leave();
	});

	test("progress fills its bar", async () => {
		await visit("/examples/progress.html");
		await page.locator("[name=steps]").fill("4");
		await page.locator("[name=delayMs]").fill("20");
		await page.locator("#go").click();
		await page.getByText("and 4 updates").waitFor();
		assert.equal(await page.locator("#bar").evaluate(bar => bar.value), 4);
		assert.deepEqual(complaints, []);
		await leave();
	});

	test("stats answers, and refuses without the permission", async () => {
		await visit("/examples/stats.html");
		await page.locator("#go").click();
		await page.getByText("RESPONSE after").waitFor();
		assert.notEqual(await page.locator("#rows tr").count(), 0);
		await page.locator("[name=allowed]").uncheck();
		await page.locator("#go").click();
		await page.getByText("FORBIDDEN").waitFor();
		assert.deepEqual(complaints, []);
		await leave();
	});

	for (const name of ["echo", "progress", "stats"])
		test(`${name} fits a phone`, async () => {
			await visit(`/examples/${name}.html`, { width: 360, height: 760 });
			await noSidewaysScroll();
			await leave();
		});
});
