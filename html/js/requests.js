// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and what came back for them, matched by requestId: a record per request
// with its UPDATEs, its one answer, and times since it was sent. A message nobody
// asked for is a record of state "push".
//
// An acknowledged request (form "ack") carries no id of its own: the first UPDATE of
// its action with an unknown id lends it that id, and the answer in the ack settles it.

const SILENT_MS = 30000;
const RECORDS_N = 300;
const ENDS = ["answered", "error"];

let serial = 0;

export function newRequestId() {
	return `req-${Date.now().toString(36)}-${++serial}`;
}

export class Requests {
	// changed(record) is called for each record that is new or has changed.
	constructor(changed) {
		this.changed = changed;
		this.records = [];
	}

	attach(socket) {
		socket.on("message", message => this.receiveText(message));
		for (const type of ["RESPONSE", "UPDATE", "ERROR"])
			socket.on(type, message => this.receive({ type, ...message }, `event ${type}`));
	}

	// form: "text", "object", "named" or "ack" (the three forms of doc/protocols.md).
	send(socket, form, action, data, requestId = newRequestId()) {
		const record = this.add({
			id: form === "ack" ? null : requestId, key: newRequestId(),
			action, data, form, state: "pending", updates: [], answers: 0,
		});
		const envelope = { type: "REQUEST", requestId, action, data };
		if (form === "text")
			socket.emit("message", JSON.stringify(envelope));
		else if (form === "object")
			socket.emit("message", envelope);
		else if (form === "named")
			socket.emit("REQUEST", envelope);
		else
			socket.emit(action, data ?? null, answer => this.acknowledge(record, answer));
		record.timer = setTimeout(() => this.expire(record), SILENT_MS);
		return record;
	}

	clear() {
		this.records.forEach(record => clearTimeout(record.timer));
		this.records = [];
	}

	counts() {
		const counts = {};
		for (const { state } of this.records)
			counts[state] = (counts[state] ?? 0) + 1;
		return counts;
	}

	add(record) {
		record.at = performance.now();
		this.records.push(record);
		if (this.records.length > RECORDS_N)
			clearTimeout(this.records.shift().timer);
		this.changed(record);
		return record;
	}

	receiveText(message) {
		if (typeof message !== "string")
			return this.receive(message, "message, object");
		try {
			this.receive(JSON.parse(message), "message, text");
		} catch {
			this.push(message, "message, not JSON");
		}
	}

	receive(message, via) {
		const record = this.find(message);
		if (!record)
			return this.push(message, via);
		if (message?.type === "UPDATE") {
			record.updates.push({ ms: performance.now() - record.at, data: message.data });
			this.changed(record);
		} else {
			this.settle(record, message, via);
		}
	}

	// The oldest unanswered record with the id, else the newest answered one: a
	// second answer shows up where the first one is.
	find(message) {
		const same = this.records.filter(record => record.id && record.id === message?.requestId);
		const open = same.find(record => !ENDS.includes(record.state)) ?? same.at(-1);
		if (open || message?.type !== "UPDATE")
			return open;
		const lent = this.records.find(record => record.form === "ack" && !record.id &&
			record.action === message.action && !ENDS.includes(record.state));
		if (lent)
			lent.id = message.requestId;
		return lent;
	}

	acknowledge(record, answer) {
		const id = answer?.requestId ?? record.id;
		const other = this.records.find(each => each !== record && each.form === "ack" && each.id && each.id === id);
		if (other) {
			// Two of one action were under way and the UPDATEs were lent crosswise.
			[other.id, record.id] = [record.id, id];
			[other.updates, record.updates] = [record.updates, other.updates];
			this.changed(other);
		}
		record.id = id;
		this.settle(record, answer, "ack");
	}

	settle(record, message, via) {
		clearTimeout(record.timer);
		record.ms ??= performance.now() - record.at;
		record.answers++;
		record.answer = message;
		record.via = via;
		record.state = message?.type === "ERROR" ? "error" : "answered";
		this.changed(record);
	}

	expire(record) {
		if (record.state !== "pending")
			return;
		record.state = "silent";
		this.changed(record);
	}

	push(message, via) {
		this.add({
			id: message?.requestId ?? "", key: newRequestId(), action: message?.action ?? "push",
			form: "push", state: "push", updates: [], answers: 0, answer: message, via,
		});
	}
}
