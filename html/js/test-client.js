// SPDX-License-Identifier: GPL-3.0-or-later
// Wiring of the test client: reads the forms, hands them to the parts, shows the
// state of the one main connection.

import { demoToken, describeToken, readClaims } from "./credentials.js";
import { DIALECTS } from "./dialects.js";
import { badge, byId, copyText, el } from "./dom.js";
import { haveClient, Link } from "./link.js";
import { EventLog } from "./log.js";
import { Panels } from "./plain.js";
import { RequestList } from "./request-list.js";
import { newRequestId, Requests } from "./requests.js";
import { startRooms } from "./rooms.js";
import { ScenarioList } from "./scenario-list.js";

const PRESETS = {
	echo: () => ({ text: "hello", n: 1 }),
	progress: () => ({ steps: 5, delayMs: 200 }),
	stats: () => ({}),
	"auth.refresh": () => ({ token: fields.token.value.trim() }),
};
const TONES = { connected: "good", connecting: "warn", reconnecting: "warn", refused: "bad", disconnected: "idle" };

const connection = byId("connection");
const fields = connection.elements;
const action = byId("action");
const log = new EventLog(byId("log"));
const link = new Link(showState, log);
const list = new RequestList(byId("requests"), byId("request-counts"), () => requests.counts());
const requests = new Requests(record => list.change(record));
let dialects = {};
let panels = null;

function settings() {
	return {
		origin: fields.origin.value.trim() || location.origin,
		path: fields.path.value.trim() || "/realtime",
		namespace: fields.namespace.value.trim() || "/",
		transport: fields.transport.value,
		token: fields.token.value.trim(),
		sessionId: fields.sessionId.value.trim(),
		artifactId: fields.artifactId.value.trim(),
	};
}

// ---- identity

async function takeDemoToken() {
	const demo = await demoToken(fields.user.value.trim() || "alice");
	byId("demo").hidden = !demo;
	if (!demo) {
		showStatus("no demo mode: paste a token", "idle");
		return;
	}
	fields.token.value = demo.token;
	fields.sessionId.value = demo.sessionId ?? "";
	dialects = demo.dialects ?? {};
	if (dialects.actions)
		fields.path.value = dialects.actions;
	offerScopes(demo.companyId, demo.artifacts ?? []);
	showIdentity();
	log.add("socket", "in", `demo token for ${demo.user}`);
}

function offerScopes(company, artifacts) {
	const spaces = ["/"];
	if (company)
		spaces.push(`/company/${company}`, ...artifacts.map(id => `/company/${company}/artifact/${id}`));
	byId("artifacts").replaceChildren(...artifacts.map(value => el("option", { value })));
	byId("namespaces").replaceChildren(...spaces.map(value => el("option", { value })));
}

function showIdentity() {
	byId("claims").textContent = describeToken(fields.token.value);
	panels?.refresh();
}

async function guarded(work) {
	try {
		await work();
	} catch (error) {
		log.add("socket", "bad", error.message);
		showStatus(error.message, "bad");
	}
}

// ---- state of the connection

function showStatus(text, tone) {
	byId("status").replaceChildren(badge(text, tone));
}

function showState(state) {
	const live = state.status !== "disconnected" && state.status !== "refused";
	const where = state.status === "connected" && state.namespace !== "/" ? ` to ${state.namespace}` : "";
	const status = `${state.status}${where}${state.error ? `: ${state.error}` : ""}`;
	if (byId("status").textContent !== status)
		showStatus(status, TONES[state.status]);
	byId("status").dataset.status = state.status;
	const every = state.pingEvery ? `, last after ${(state.pingEvery / 1000).toFixed(1)} s` : "";
	showField("transport", state.transport);
	showField("upgrade", state.upgrade);
	showField("pings", `${state.pings}${every}`);
	showField("attempts", state.attempts);
	showField("recovered", state.recovered === undefined ? null : state.recovered ? "yes" : "no");
	showField("sid", state.sid);
	showField("reason", state.reason);
	byId("disconnect").disabled = !live;
	byId("reconnect").disabled = false;
	byId("break").disabled = state.status !== "connected";
	byId("send").disabled = state.status !== "connected";
}

function showField(name, value) {
	document.querySelector(`[data-field="${name}"]`).textContent = value ?? "–";
}

// ---- forms

function connect(event) {
	event.preventDefault();
	if (!haveClient()) {
		showStatus("the gateway does not serve its socket.io client", "bad");
		return;
	}
	requests.attach(link.open(settings()));
}

function readData() {
	const text = action.elements.data.value.trim();
	const fault = byId("data-fault");
	action.elements.data.setAttribute("aria-invalid", "false");
	fault.textContent = "";
	try {
		return { data: text === "" ? undefined : JSON.parse(text) };
	} catch (error) {
		action.elements.data.setAttribute("aria-invalid", "true");
		fault.textContent = error.message;
		return null;
	}
}

function send(event) {
	event?.preventDefault();
	const read = readData();
	if (!read || byId("send").disabled)
		return;
	const { form, requestId, times } = action.elements;
	for (let n = 0; n < (Number(times.value) || 1); n++)
		requests.send(link.socket, form.value, action.elements.action.value.trim(), read.data,
			requestId.value || newRequestId());
}

function choosePreset(name) {
	action.elements.action.value = name;
	action.elements.data.value = JSON.stringify(PRESETS[name](), null, 2);
	readData();
}

function wireForms() {
	connection.addEventListener("submit", connect);
	byId("get-token").addEventListener("click", () => guarded(takeDemoToken));
	fields.token.addEventListener("input", showIdentity);
	byId("disconnect").addEventListener("click", () => {
		link.close();
		link.set({ status: "disconnected", error: null });
	});
	byId("reconnect").addEventListener("click", () => link.reconnect());
	byId("break").addEventListener("click", () => link.breakTransport());
	action.addEventListener("submit", send);
	action.elements.data.addEventListener("keydown", event => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
			send(event);
	});
	byId("presets").append(...Object.keys(PRESETS).map(name =>
		el("button", { type: "button", on: { click: () => choosePreset(name) } }, name)));
}

function wireLists() {
	byId("clear-requests").addEventListener("click", () => {
		requests.clear();
		list.clear();
	});
	const filter = () => log.filter(byId("log-kind").value, byId("log-filter").value);
	byId("log-kind").addEventListener("change", filter);
	byId("log-filter").addEventListener("input", filter);
	byId("clear-log").addEventListener("click", () => log.clear());
	byId("copy-log").addEventListener("click", async () => {
		const note = byId("log-note");
		await copyText(log.text()).then(() => { note.textContent = "copied"; },
			error => { note.textContent = error.message; });
		setTimeout(() => { note.textContent = ""; }, 2000);
	});
}

fields.origin.placeholder = location.origin;
fields.user.value = new URLSearchParams(location.search).get("user") ?? fields.user.value;
wireForms();
wireLists();
choosePreset("echo");
new ScenarioList(byId("scenarios"), byId("run-all"), settings, log);
panels = new Panels({
	log,
	token: () => fields.token.value.trim(),
	user: () => readClaims(fields.token.value)?.sub ?? fields.user.value,
	address: name => dialects[name] ?? DIALECTS[name].path,
});
startRooms();
showStatus(haveClient() ? "not connected" : "the gateway does not serve its socket.io client", haveClient() ? "idle" : "bad");
await guarded(takeDemoToken);
