// SPDX-License-Identifier: GPL-3.0-or-later
// Where the gateway is stricter than Node's Socket.IO on purpose: each test is a row of
// doc/compatibility.md.

import assert from "node:assert/strict";
import { request } from "node:http";
import { connect as connectTcp } from "node:net";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Engine } from "./engine.mjs";
import { Gateway, once, token, within } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { WebSocket } = require("ws");
const { io } = require("socket.io-client");

const CONFIG = `
listeners: [{name: public, address: "127.0.0.1:0"}]
api: {listen: ""}
token: {cookie: jwt}
mounts:
  - {path: /engine, dialect: engine-echo, queue_soft: 16KiB, queue_hard: 64KiB}
  - {path: /plain, dialect: ws-echo}
  - {path: /realtime, dialect: actions, session_required: false}
`;

let gateway, alice, alice2, bob;

before(async () => {
	gateway = await Gateway.start({ config: CONFIG });
	[alice, alice2, bob] = [await token("alice"), await token("alice", { roles: ["new"] }),
		await token("bob")];
});

after(() => gateway.stop());

// One request; { status, headers, text }. An upgrade that succeeds has status 101.
function ask(method, path, headers = {}) {
	return within(path, new Promise((done, fail) => {
		const r = request(gateway.url + path, { method, headers, agent: false }, answer => {
			let text = "";
			answer.setEncoding("utf8").on("data", part => {
				text += part;
			});
			answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text }));
		});
		r.on("upgrade", (answer, socket) => {
			socket.destroy();
			done({ status: answer.statusCode, headers: answer.headers, text: "" });
		});
		r.on("error", fail);
		r.end();
	}));
}

const UPGRADE = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
	"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
const engine = path => new Engine(gateway.url, path);
const realtime = (transport, more = "") => `/realtime/?EIO=4&transport=${transport}${more}`;

describe("a foreign Origin", () => {
	for (const path of ["/engine/?EIO=4&transport=websocket", realtime("websocket")])
		test(`is refused on upgrade: ${path}`, async () => {
			const { status, text } = await ask("GET", path, { ...UPGRADE,
				origin: "https://evil.example" });
			assert.equal(status, 403);
			assert.deepEqual(JSON.parse(text), { code: 4, message: "Forbidden" });
		});

	test("is refused on a plain WebSocket", async () => {
		assert.equal((await ask("GET", "/plain", { ...UPGRADE,
			origin: "https://evil.example" })).status, 403);
	});

	test("is refused on the upgrade of a session, which goes on", async () => {
		const e = engine("/engine/"), { sid } = await e.open();
		assert.equal((await ask("GET", `/engine/?EIO=4&transport=websocket&sid=${sid}`,
			{ ...UPGRADE, origin: "https://evil.example" })).status, 403);
		await e.send(sid, "4still here");
		assert.equal(await e.get(sid), "4still here");
	});

	test("of the same host is welcome", async () => {
		assert.equal((await ask("GET", "/engine/?EIO=4&transport=websocket", { ...UPGRADE,
			origin: gateway.url })).status, 101);
	});
});

test("the packet 1 over WebSocket closes the connection at once", async () => {
	const socket = engine("/engine/").socket();
	await socket.opened;
	const begun = performance.now();
	socket.ws.send("1");
	await socket.ended();
	assert.ok(performance.now() - begun < 20000, "a heartbeat was waited for");
});

test("a second upgrade of a session that is on WebSocket is refused, the first goes on", async () => {
	const e = engine("/engine/"), { sid } = await e.open();
	const first = e.socket(sid);
	await first.opened;
	first.ws.send("2probe");
	await once(first.ws, "message");
	first.ws.send("5");
	first.ws.send("4a");
	await once(first.ws, "message");
	const second = e.socket(sid), heard = [];
	second.ws.on("message", data => heard.push(String(data)));
	assert.deepEqual(await second.ended(), { code: 1008, why: "the session has its WebSocket" });
	assert.deepEqual(heard, []);
	first.ws.send("4b");
	assert.equal(String((await once(first.ws, "message"))[0]), "4b");
	first.ws.close();
});

for (const method of ["PUT", "DELETE", "PATCH"])
	test(`${method} is answered 400 with code 2`, async () => {
		const { sid } = await engine("/engine/").open();
		for (const query of ["", `&sid=${sid}`]) {
			const { status, text } = await ask(method, `/engine/?EIO=4&transport=polling${query}`);
			assert.equal(status, 400);
			assert.deepEqual(JSON.parse(text), { code: 2, message: "Bad handshake method" });
		}
	});

for (const path of ["/engine/?EIO=4&transport=websocket", "/plain"])
	test(`an upgrade by HTTP/1.0 is refused: ${path}`, async () => {
		const socket = connectTcp(gateway.port(), "127.0.0.1");
		const lines = Object.entries(UPGRADE).map(([name, value]) => `${name}: ${value}\r\n`).join("");
		let text = "";
		socket.setEncoding("utf8").on("data", part => {
			text += part;
		});
		socket.write(`GET ${path} HTTP/1.0\r\nHost: 127.0.0.1:${gateway.port()}\r\n${lines}\r\n`);
		await within("end", once(socket, "close"));
		assert.match(text, /^HTTP\/1\.1 4\d\d /);
	});

test("what waits for a client that does not poll is bounded, then its session ends", async () => {
	const e = engine("/engine/"), { sid } = await e.open();
	let statuses = [];
	for (let i = 0; i < 8; i++)
		statuses.push((await e.post(sid, `4${"x".repeat(16000)}`)).status);
	assert.equal(statuses[0], 200);
	assert.ok(statuses.includes(400), String(statuses));
	assert.equal(await e.status(sid), 400);
});

describe("a session id is bound to the person whose session it is", () => {
	const asBearer = jwt => ({ authorization: `Bearer ${jwt}` });
	const hello = async headers => {
		const { text } = await ask("GET", realtime("polling"), headers);
		return JSON.parse(text.slice(1)).sid;
	};

	for (const [what, show] of [["header", jwt => [asBearer(jwt), ""]],
		["cookie", jwt => [{ cookie: `a=b; jwt=${jwt}` }, ""]],
		["query", jwt => [{}, `&token=${jwt}`]]])
		test(`another's token as ${what} is refused on polls and upgrades`, async () => {
			const [mine, myQuery] = show(alice), [other, otherQuery] = show(bob);
			const { text } = await ask("GET", realtime("polling", myQuery), mine);
			const { sid } = JSON.parse(text.slice(1));
			const poll = (headers, query) => ask("POST", realtime("polling", `&sid=${sid}${query}`),
				{ ...headers, "content-length": 0 });
			const refused = [await ask("GET", realtime("polling", `&sid=${sid}${otherQuery}`), other),
				await poll(other, otherQuery),
				await ask("GET", realtime("websocket", `&sid=${sid}${otherQuery}`),
					{ ...UPGRADE, ...other })];
			for (const { status, text } of refused) {
				assert.equal(status, 403);
				assert.deepEqual(JSON.parse(text), { code: 4, message: "Forbidden" });
			}
			assert.equal((await ask("GET", realtime("websocket", `&sid=${sid}${myQuery}`),
				{ ...UPGRADE, ...mine })).status, 101);
		});

	test("a fresh token of the same person is welcome, a bad one is not", async () => {
		const sid = await hello(asBearer(alice));
		assert.equal((await ask("GET", realtime("websocket", `&sid=${sid}`),
			{ ...UPGRADE, ...asBearer("bad.bad.bad") })).status, 403);
		assert.equal((await ask("GET", realtime("websocket", `&sid=${sid}`),
			{ ...UPGRADE, ...asBearer(alice2) })).status, 101);
	});

	test("who came in by CONNECT's token owns the session, too", async () => {
		const e = engine("/realtime/"), { sid } = await e.open();
		await e.send(sid, `40${JSON.stringify({ token: alice })}`);
		assert.match(await e.get(sid), /^40\{"sid":/);
		assert.equal((await ask("GET", realtime("websocket", `&sid=${sid}`),
			{ ...UPGRADE, ...asBearer(bob) })).status, 403);
		assert.equal((await ask("GET", realtime("websocket", `&sid=${sid}`),
			{ ...UPGRADE, ...asBearer(alice) })).status, 101);
	});
});

describe("WebSocket subprotocols", () => {
	const open = (path, protocols) => within(path, new Promise((done, fail) => {
		const ws = new WebSocket(gateway.wsUrl + path, protocols);
		ws.on("open", () => {
			done(ws.protocol);
			ws.close();
		});
		ws.on("error", fail);
	}));

	test("a Socket.IO mount takes the first, as the reference does", async () => {
		assert.equal(await open(realtime("websocket"), ["chat", "more"]), "chat");
		assert.equal(await open(realtime("websocket"), []), "");
	});

	test("but no token, unless nothing else was offered", async () => {
		assert.equal(await open(realtime("websocket"), [`bearer.${alice}`, "chat"]), "chat");
		assert.equal(await open(realtime("websocket"), [`bearer.${alice}`]), `bearer.${alice}`);
	});

	test("bearer.TOKEN counts when a namespace is joined", async () => {
		const raw = connectTcp(gateway.port(), "127.0.0.1");
		let text = "";
		raw.setEncoding("latin1").on("data", part => {
			text += part;
		});
		raw.write(`GET ${realtime("websocket")} HTTP/1.1\r\nHost: h\r\n` +
			Object.entries({ ...UPGRADE, "sec-websocket-protocol": `bearer.${alice}` })
				.map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n");
		raw.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
		while (!/40\{"sid":/.test(text)) {
			assert.doesNotMatch(text, /44\{/);
			await within("CONNECT", once(raw, "data"));
		}
		raw.destroy();
	});

	test("socket.io-client connects with subprotocols", async () => {
		const socket = io(gateway.url, { path: "/realtime", transports: ["websocket"],
			protocols: ["one", "two"], auth: { token: alice }, forceNew: true });
		await once(socket, "connect");
		socket.close();
	});
});
