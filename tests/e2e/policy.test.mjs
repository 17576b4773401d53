// SPDX-License-Identifier: GPL-3.0-or-later
// Who may connect from where and for how long: origins, CORS, cookies, tokens that run out,
// and what a poll and a repeated request get.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Engine, Socket } from "./engine.mjs";
import { Gateway, WAIT_MS, joined, once, signed, sleep, within } from "./gateway.mjs";

const { io } = createRequire(import.meta.url)("socket.io-client");

const CONFIG = `
listeners: [{name: public, address: "127.0.0.1:0"}]
api: {listen: ""}
token: {leeway: off, expiry_grace: 1s, cookie: tide}
mounts:
  - {path: /realtime, message_rate: unlimited}
  - {path: /pages, auth: none, session_required: false, cookie: io,
     origins: ["https://a.example", "https://*.b.example"], cors_credentials: true}
  - {path: /all, auth: none, session_required: false, origins: ["*"]}
`;

let gateway;
const open = new Set();

before(async () => {
	gateway = await Gateway.start({ config: CONFIG });
});

afterEach(() => {
	for (const socket of open)
		socket.close();
	open.clear();
});

after(() => gateway.stop());

function claims(seconds, more = {}) {
	return { sub: "u1", sid: "s1", companyId: "c1", exp: Math.floor(Date.now() / 1000) + seconds, ...more };
}

function client(token, options = {}) {
	const socket = io(gateway.url, { path: "/realtime", auth: { token }, query: { sessionId: "s1" },
		forceNew: true, reconnection: false, transports: ["websocket"], ...options });
	open.add(socket);
	return socket;
}

function handshake(path, headers = {}, method = "GET") {
	return fetch(`${gateway.url}${path}/?EIO=4&transport=polling`, { headers, method });
}

function opensFrom(path, origin) {
	return new Socket(`${gateway.wsUrl}${path}/?EIO=4&transport=websocket`, { origin })
		.open().then(socket => socket.close()).then(() => true, () => false);
}

describe("origins", () => {
	for (const [path, origin, may] of [
		["/pages", "https://a.example", true], ["/pages", "https://x.b.example", true],
		["/pages", "http://a.example", false], ["/pages", "https://b.example", false],
		["/pages", "https://a.example.evil", false], ["/pages", "null", false],
		["/pages", "https://xb.example", false], ["/all", "https://any.where", true],
		["/all", "null", true], ["/realtime", "https://a.example", false],
	]) {
		test(`${origin} ${may ? "may" : "may not"} open ${path}, on both transports`, async () => {
			const answer = await handshake(path, { origin });
			assert.equal(answer.status, may ? 200 : 403);
			if (!may)
				assert.equal((await answer.json()).code, 4);
			else
				await answer.text();
			assert.equal(await opensFrom(path, origin), may);
		});
	}

	test("a page of the gateway itself may", async () => {
		assert.equal((await handshake("/realtime", { origin: gateway.url })).status, 200);
		assert.equal(await opensFrom("/realtime", gateway.url), true);
	});

	test("an allowed one is named in the answer, with credentials", async () => {
		const { headers } = await handshake("/pages", { origin: "https://a.example" });
		assert.equal(headers.get("access-control-allow-origin"), "https://a.example");
		assert.equal(headers.get("access-control-allow-credentials"), "true");
		assert.match(headers.get("vary"), /Origin/);
	});

	test("where all may, nobody's credentials are taken", async () => {
		const { headers } = await handshake("/all", { origin: "https://any.where" });
		assert.equal(headers.get("access-control-allow-origin"), "*");
		assert.equal(headers.get("access-control-allow-credentials"), null);
	});

	test("a preflight is answered without a session", async () => {
		const answer = await handshake("/pages", { origin: "https://a.example",
			"access-control-request-method": "POST",
			"access-control-request-headers": "content-type,x-a" }, "OPTIONS");
		assert.equal(answer.status, 204);
		assert.equal(answer.headers.get("access-control-allow-origin"), "https://a.example");
		assert.equal(answer.headers.get("access-control-allow-headers"), "content-type,x-a");
		assert.match(answer.headers.get("access-control-allow-methods"), /POST/);
	});
});

describe("cookies", () => {
	test("the session's is set once, for HTTP only", async () => {
		const answer = await handshake("/pages");
		const { sid } = JSON.parse((await answer.text()).slice(1));
		assert.match(answer.headers.get("set-cookie"), new RegExp(`^io=${sid}; Path=/; HttpOnly; SameSite=`));
	});

	test("one may bring the token", async () => {
		const socket = client(undefined, { auth: {},
			extraHeaders: { cookie: `a=b; tide=${signed(claims(60))}; c=d` } });
		await joined(socket);
	});
});

describe("a token that runs out", () => {
	const VALID_S = 4; // whole seconds: it may be one less

	test("is told, and after the grace period the connection ends", async () => {
		const brief = claims(VALID_S);
		const socket = client(signed(brief));
		await joined(socket);
		const ended = once(socket, "disconnect");
		const error = JSON.parse((await once(socket, "message"))[0]);
		assert.equal(error.type, "ERROR");
		assert.equal(error.error.code, "TOKEN_EXPIRED");
		await ended;
		const over = Date.now() - brief.exp * 1000;
		assert.ok(over > 900, `ended ${over} ms after it ran out`);
	});

	test("may be renewed in time by auth.refresh", async () => {
		const brief = claims(VALID_S);
		const socket = client(signed(brief));
		await joined(socket);
		socket.on("disconnect", reason => assert.fail(reason));
		const answer = await socket.timeout(WAIT_MS).emitWithAck("auth.refresh", { token: signed(claims(60)) });
		assert.equal(answer.type, "RESPONSE");
		await sleep(brief.exp * 1000 + 1500 - Date.now()); // and the grace period
		assert.equal((await socket.timeout(WAIT_MS).emitWithAck("echo", 1)).data, 1);
		socket.off("disconnect");
	});

	for (const [what, token, code] of [
		["another user's", () => signed(claims(60, { sub: "u2" })), "FORBIDDEN"],
		["a bad", () => "abc", "INVALID_TOKEN"],
		["an old", () => signed(claims(-60)), "TOKEN_EXPIRED"],
	]) {
		test(`is not renewed by ${what} one`, async () => {
			const socket = client(signed(claims(60)));
			await joined(socket);
			const { type, error } = await socket.timeout(WAIT_MS).emitWithAck("auth.refresh", { token: token() });
			assert.equal(type, "ERROR");
			assert.ok([code, "INVALID_TOKEN"].includes(error.code), error.code);
		});
	}
});

describe("a token shows up nowhere", () => {
	test("in no log, whatever happens to it", async () => {
		const other = await Gateway.start({ config: CONFIG, set: { "log.level": "debug" } });
		const secret = signed(claims(60, { note: "marker" }));
		for (const token of [secret, `${secret}x`, signed(claims(-60)), "not-a-token-at-all"]) {
			const socket = io(other.url, { path: "/realtime", auth: { token }, query: { sessionId: "s1", token },
				forceNew: true, reconnection: false });
			await joined(socket).catch(() => {});
			socket.close();
			assert.ok(!other.stderr.includes(token.slice(-20)), other.stderr);
		}
		await other.stop();
	});
});

describe("a poll", () => {
	test("of much text is compressed for who wants it", async () => {
		const engine = new Engine(gateway.url, "/all");
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		await engine.get(sid);
		const text = "tide ".repeat(2000);
		await engine.send(sid, `420["echo",{"text":"${text}"}]`);
		const { request } = await import("node:http");
		const answer = await within("the poll", new Promise(done => {
			request(engine.polling(sid), { headers: { "accept-encoding": "gzip" } }, done).end();
		}));
		assert.equal(answer.headers["content-encoding"], "gzip");
		const parts = [];
		for await (const part of answer)
			parts.push(part);
		assert.ok(gunzipSync(Buffer.concat(parts)).toString().includes(text));
	});

	test("takes no more than sixteen packets", async () => {
		const engine = new Engine(gateway.url, "/all");
		const { sid } = await engine.open();
		await engine.send(sid, "40");
		await engine.get(sid);
		await engine.send(sid, Array.from({ length: 40 }, (_, i) => `42${i}["echo",${i}]`).join("\x1e"));
		const sizes = [];
		for (let heard = 0; heard < 40; heard += sizes.at(-1))
			sizes.push((await engine.get(sid)).split("\x1e").length);
		assert.ok(sizes.every(n => n <= 16), `${sizes}`);
	});
});

describe("a repeated request", () => {
	test("while it runs joins it, and afterwards gets the kept result", async () => {
		const token = signed(claims(60));
		const first = client(token);
		const second = client(token);
		await Promise.all([joined(first), joined(second)]);
		const message = { type: "REQUEST", requestId: "once", action: "progress",
			data: { steps: 2, delayMs: 200 } };
		const answers = [first, second].map(socket => within("an answer", new Promise(done => {
			socket.on("message", answer => answer.type === "RESPONSE" && done(answer));
		})));
		first.emit("message", message);
		second.emit("message", message);
		const [a, b] = await Promise.all(answers);
		assert.deepEqual(a, b);
		first.emit("message", message);
		const [again] = await once(first, "message"); // without the updates of a second run
		assert.deepEqual(again, a);
	});
});
