// SPDX-License-Identifier: GPL-3.0-or-later
// A backend of the server API. Every answer that it gets is checked against the OpenAPI
// document of the gateway that gave it.

import assert from "node:assert/strict";
import { once as event } from "node:events";
import http from "node:http";

export const KEY = "an api key for tests, of 16 characters or more";

// What a gateway needs so that Api finds it: for Gateway.start({ config, env }).
export const WITH_API = { config: `
listeners: [{name: public, address: "127.0.0.1:0"}]
api: {listen: "127.0.0.1:0"}
mounts:
  - {path: /realtime, dialect: actions, session_required: false, message_rate: unlimited}
`, env: { TIDEGATE_API_KEY: KEY } };

export class Api {
	// Of a gateway from gateway.mjs, or on a Unix socket.
	static async of(gateway, { socketPath } = {}) {
		const api = new Api();
		api.where = socketPath ? { socketPath } : { host: "127.0.0.1", port: gateway.apiPort };
		api.document = (await api.send("GET", "/api/v1/openapi.json")).body;
		return api;
	}

	get(path, options) {
		return this.call("GET", path, undefined, options);
	}

	post(path, body, options) {
		return this.call("POST", path, body, options);
	}

	// The body of a good answer.
	async call(method, path, body, options) {
		const answer = await this.send(method, path, body, options);
		assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
		return answer.body;
	}

	// The problem that a bad call is answered with.
	async problem(method, path, body, options) {
		const answer = await this.send(method, path, body, options);
		assert.ok(answer.status >= 400, `${method} ${path} went well: ${JSON.stringify(answer.body)}`);
		return answer.body;
	}

	// body: what becomes JSON, or text as it is.
	async send(method, path, body, { key = KEY, headers = {} } = {}) {
		const request = http.request({ ...this.where, method, path, headers: {
			...(key && { Authorization: `Bearer ${key}` }), ...headers } });
		request.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
		const [response] = await event(request, "response");
		let text = "";
		for await (const piece of response.setEncoding("utf8"))
			text += piece;
		const type = response.headers["content-type"];
		const answer = { status: response.statusCode, headers: response.headers, text,
			body: /json/.test(type) ? JSON.parse(text) : undefined };
		if (this.document && /json/.test(type))
			this.#check(method, path.split("?")[0], answer);
		return answer;
	}

	#check(method, path, { status, headers, body }) {
		const pattern = Object.keys(this.document.paths).find(name => new RegExp(
			`^${name.replace(/\{\w+\}/g, "[^/]+").replace(/\/$/, "")}/?$`).test(path));
		const row = this.document.paths[pattern]?.[method.toLowerCase()];
		const problem = this.document.components.responses.Problem;
		const { content } = row?.responses[status] ?? problem;
		const type = headers["content-type"].split(";")[0];
		assert.ok(content[type], `${method} ${path} ${status}: ${type} is not in the document`);
		fits(body, content[type].schema, `${method} ${path} ${status}`);
		if (status >= 400)
			assert.equal(body.status, status);
	}
}

const kinds = {
	string: value => typeof value === "string",
	integer: value => Number.isInteger(value),
	boolean: value => typeof value === "boolean",
	array: value => Array.isArray(value),
	object: value => typeof value === "object" && value !== null && !Array.isArray(value),
	null: value => value === null,
};

// As much of JSON Schema as the document uses.
export function fits(value, schema, where) {
	if (schema === true)
		return;
	if (schema.type)
		assert.ok([schema.type].flat().some(type => kinds[type](value)),
			`${where}: ${JSON.stringify(value)} is no ${schema.type}`);
	if (schema.enum)
		assert.ok(schema.enum.includes(value), `${where}: ${value} is none of ${schema.enum}`);
	if (schema.minimum !== undefined)
		assert.ok(value >= schema.minimum, `${where}: ${value} is too small`);
	if (Array.isArray(value))
		value.forEach((item, i) => fits(item, schema.items ?? true, `${where}/${i}`));
	if (!kinds.object(value))
		return;
	for (const name of schema.required ?? [])
		assert.ok(name in value, `${where}: no ${name}`);
	for (const [name, member] of Object.entries(value)) {
		if (schema.additionalProperties === false)
			assert.ok(name in (schema.properties ?? {}), `${where}: ${name} is not in the document`);
		fits(member, schema.properties?.[name] ?? true, `${where}/${name}`);
	}
}
