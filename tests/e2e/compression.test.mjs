// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to polls in gzip or deflate, as browsers and Node's fetch read them.

import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { gunzipSync, inflateSync } from "node:zlib";
import { Gateway } from "./gateway.mjs";

const LARGE = "tide ".repeat(1000);
let gateway;

before(async () => {
	gateway = await Gateway.conformance();
});

after(() => gateway.stop());

function ask(path, encodings) {
	return new Promise((done, fail) => {
		get(gateway.url + path, { headers: encodings ? { "accept-encoding": encodings } : {} },
			response => {
				const parts = [];
				response.on("data", part => parts.push(part));
				response.on("end", () => done({ headers: response.headers,
					body: Buffer.concat(parts) }));
			}).on("error", fail);
	});
}

// A session whose next poll brings one message of that text; the answer to that poll.
async function poll(text, encodings, more = "") {
	const path = `/engine.io/?EIO=4&transport=polling${more}`;
	const hello = await ask(path, encodings);
	const { sid } = JSON.parse(hello.body.toString().slice(1));
	const post = await fetch(`${gateway.url}${path}&sid=${sid}`, { method: "POST", body: `4${text}` });
	assert.equal(await post.text(), "ok");
	assert.equal(hello.headers["content-encoding"], undefined);
	return ask(`${path}&sid=${sid}`, encodings);
}

for (const [encodings, coding, read] of [["gzip", "gzip", gunzipSync],
	["deflate", "deflate", inflateSync], ["gzip;q=0.5, deflate", "deflate", inflateSync],
	["br, *", "gzip", gunzipSync]])
	test(`a large answer to "${encodings}" comes in ${coding}`, async () => {
		const { headers, body } = await poll(LARGE, encodings);
		assert.equal(headers["content-encoding"], coding);
		assert.match(headers.vary, /Accept-Encoding/);
		assert.equal(Number(headers["content-length"]), body.length);
		assert.ok(body.length < LARGE.length / 4);
		assert.equal(read(body).toString(), `4${LARGE}`);
	});

for (const encodings of [undefined, "br", "identity", "gzip;q=0", "gzip;q=0.1, identity;q=0.2"])
	test(`a large answer to ${encodings ?? "nothing"} comes as it is, and may vary`, async () => {
		const { headers, body } = await poll(LARGE, encodings);
		assert.equal(headers["content-encoding"], undefined);
		assert.match(headers.vary, /Accept-Encoding/);
		assert.equal(body.toString(), `4${LARGE}`);
	});

test("a small answer is never compressed", async () => {
	const { headers, body } = await poll("small", "gzip");
	assert.equal(headers["content-encoding"], undefined);
	assert.equal(body.toString(), "4small");
});
