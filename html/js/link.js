// SPDX-License-Identifier: GPL-3.0-or-later
// One Socket.IO connection and what can be seen of it from outside: engine
// transport, upgrade, pings, reconnection, recovery. Settings are
// {origin, path, namespace, transport, token, sessionId, artifactId}.

const TRANSPORTS = {
	polling: ["polling"],
	websocket: ["websocket"],
	upgrade: ["polling", "websocket"],
};

export function haveClient() {
	return typeof window.io === "function";
}

// A socket for settings, not yet connecting. options go to io() as they are.
export function makeSocket(settings, options = {}) {
	const query = {};
	if (settings.sessionId)
		query.sessionId = settings.sessionId;
	if (settings.artifactId)
		query.artifactId = settings.artifactId;
	return window.io(settings.origin + settings.namespace, {
		path: settings.path,
		transports: TRANSPORTS[settings.transport],
		auth: settings.token ? { token: settings.token } : {},
		query,
		forceNew: true,
		autoConnect: false,
		...options,
	});
}

export class Link {
	// show(state) is called after each change of the state; log is an EventLog.
	constructor(show, log) {
		this.show = show;
		this.log = log;
		this.socket = null;
		this.state = { status: "idle" };
	}

	open(settings) {
		this.close();
		this.engines = new WeakSet();
		this.socket = makeSocket(settings, { reconnectionDelay: 500, reconnectionDelayMax: 5000 });
		this.state = { attempts: 0, pings: 0, namespace: settings.namespace };
		this.watchSocket(this.socket);
		this.watchManager(this.socket.io);
		this.start();
		return this.socket;
	}

	close() {
		this.socket?.disconnect();
	}

	reconnect() {
		this.socket.disconnect();
		this.start();
	}

	// Close the engine under the socket: the client has to come back by itself.
	breakTransport() {
		this.log.add("socket", "out", "transport broken on purpose");
		this.socket.io.engine.close();
	}

	start() {
		this.set({ status: "connecting", transport: null, upgrade: null, error: null });
		this.socket.connect();
		this.watchEngine(this.socket.io.engine);
	}

	set(change) {
		Object.assign(this.state, change);
		this.show(this.state);
	}

	watchSocket(socket) {
		socket.on("connect", () => {
			this.log.add("socket", "in", `connected to ${socket.nsp} as ${socket.id}`,
				socket.recovered ? "(recovered)" : "");
			this.set({ status: "connected", sid: socket.id, recovered: socket.recovered, error: null });
		});
		socket.on("disconnect", reason => {
			this.log.add("socket", "in", `disconnected: ${reason}`);
			const status = socket.active ? "reconnecting" : "disconnected";
			this.set({ status, reason, sid: null, transport: null });
		});
		socket.on("connect_error", error => {
			this.log.add("socket", "bad", `connect_error: ${error.message}`, error.data ?? "");
			const status = socket.active ? "reconnecting" : "refused";
			this.set({ status, error: error.data?.code ?? error.message });
		});
		socket.onAny((...args) => this.log.add("event", "in", ...args));
		socket.onAnyOutgoing((...args) => this.log.add("event", "out", ...args.filter(isData)));
	}

	watchManager(manager) {
		manager.on("open", () => this.watchEngine(manager.engine));
		manager.on("ping", () => {
			const now = performance.now();
			const every = this.state.pingAt && Math.round(now - this.state.pingAt);
			this.set({ pings: this.state.pings + 1, pingAt: now, pingEvery: every });
		});
		manager.on("reconnect_attempt", attempt => {
			this.log.add("socket", "out", `reconnect attempt ${attempt}`);
			this.set({ status: "reconnecting", attempts: this.state.attempts + 1 });
			// The manager makes the new engine right after this event.
			queueMicrotask(() => this.watchEngine(manager.engine));
		});
		manager.on("reconnect", attempt => this.log.add("socket", "in", `reconnected at attempt ${attempt}`));
		manager.on("reconnect_failed", () => this.set({ status: "disconnected" }));
	}

	watchEngine(engine) {
		if (!engine || this.engines.has(engine))
			return;
		this.engines.add(engine);
		this.set({ pingAt: null, pingEvery: null });
		const name = () => engine.transport?.name ?? null;
		engine.on("open", () => this.set({ transport: name(), upgrade: "none" }));
		engine.on("upgrading", () => this.set({ upgrade: "probing" }));
		engine.on("upgradeError", error => {
			this.log.add("socket", "bad", `upgrade failed: ${error.message}`);
			this.set({ upgrade: "failed" });
		});
		engine.on("upgrade", () => {
			this.log.add("socket", "in", `upgraded to ${name()}`);
			this.set({ transport: name(), upgrade: "done" });
		});
		engine.on("packet", ({ type, data }) => this.log.add("engine", "in", type, packetText(data)));
		engine.on("packetCreate", ({ type, data }) => this.log.add("engine", "out", type, packetText(data)));
	}
}

function packetText(data) {
	if (data === undefined || typeof data === "string")
		return data ?? "";
	return `[${data.byteLength ?? data.size} bytes]`;
}

// Outgoing arguments end with the ack callback where there is one.
function isData(argument) {
	return typeof argument !== "function";
}
