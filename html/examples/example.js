// SPDX-License-Identifier: GPL-3.0-or-later
// What the example pages share: a demo token, a connection, a request.

import { demoToken } from "/js/credentials.js";
import { badge, byId } from "/js/dom.js";

let serial = 0;

// Connect as alice with a token of the gateway's demo mode. extra: see demoToken().
export async function connect(extra = {}) {
	const demo = await demoToken("alice", extra);
	if (!demo || typeof window.io !== "function") {
		show(demo ? "no socket.io client here" : "needs the gateway's demo mode", "bad");
		return null;
	}
	const socket = window.io({
		path: demo.dialects?.actions ?? "/realtime",
		auth: { token: demo.token },
		query: { sessionId: demo.sessionId },
		forceNew: true,
	});
	socket.on("connect", () => show(`connected as ${demo.user}`, "good"));
	socket.on("disconnect", reason => show(`disconnected: ${reason}`, "warn"));
	socket.on("connect_error", error => show(error.data?.code ?? error.message, "bad"));
	byId("go").disabled = false;
	return socket;
}

// Send a REQUEST, call onUpdate(data) for each UPDATE, resolve to the RESPONSE or
// ERROR envelope with the time it took in ms.
export function request(socket, action, data, onUpdate = () => {}) {
	const requestId = `${action}-${Date.now()}-${++serial}`;
	const start = performance.now();
	return new Promise(resolve => {
		const listen = text => {
			const message = JSON.parse(text);
			if (message.requestId !== requestId)
				return;
			if (message.type === "UPDATE") {
				onUpdate(message.data);
				return;
			}
			socket.off("message", listen);
			resolve({ ...message, ms: performance.now() - start });
		};
		socket.on("message", listen);
		socket.emit("message", JSON.stringify({ type: "REQUEST", requestId, action, data }));
	});
}

function show(text, tone) {
	byId("status").replaceChildren(badge(text, tone));
}
