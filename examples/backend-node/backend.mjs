// SPDX-License-Identifier: GPL-3.0-or-later
// A backend in 30 lines: answers the action "greet", which the http plugin forwards to it, and
// publishes through the server API. PORT, TIDEGATE_API, TIDEGATE_API_KEY, BACKEND_SECRET.
import { createHmac, timingSafeEqual } from "node:crypto";
import http from "node:http";

const { PORT = "9000", TIDEGATE_API: api = "http://127.0.0.1:8001", TIDEGATE_API_KEY: key,
	BACKEND_SECRET: secret = "" } = process.env;

function isSigned(header, body) {
	const [, seconds, sent] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? "") ?? [];
	if (!sent || Math.abs(Date.now() / 1000 - seconds) > 300)
		return false;
	const wanted = createHmac("sha256", secret).update(`${seconds}.${body}`).digest();
	return timingSafeEqual(wanted, Buffer.from(sent, "hex"));
}

const publish = message => fetch(`${api}/api/v1/publish`, { method: "POST",
	headers: { Authorization: `Bearer ${key}` }, body: JSON.stringify(message) });

const actions = {
	async "/actions/greet"({ data, user }) {
		await publish({ event: "greeted", data: { name: data.name }, users: [user.id] });
		return [200, { text: `Hello ${data.name}, says ${user.username}` }];
	},
};

http.createServer(async (request, response) => {
	const body = (await request.toArray()).join("");
	const [status, answer] = !isSigned(request.headers["x-tidegate-signature"], body)
		? [401, { code: "FORBIDDEN", message: "bad signature" }]
		: await actions[request.url]?.(JSON.parse(body)) ?? [404, { code: "UNKNOWN_ACTION", message: "no such action" }];
	response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
}).listen(PORT, "127.0.0.1", function listening() {
	console.log(`listening on ${this.address().port}`);
});
