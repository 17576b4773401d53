// SPDX-License-Identifier: GPL-3.0-or-later
// Our codecs and those that clients have (JSON.parse, npm's engine.io-parser, socket.io-parser and
// msgpack parser) read and write the same: tests/fuzz/differential with one seed, so that a
// failure comes again. `make fuzz` looks further.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { BUILD, SOURCE } from "./gateway.mjs";

const SEED = "20240115";

for (const [codec, driver] of [["json", "json"], ["engineio", "socketio"],
	["socketio", "socketio"], ["msgpack", "socketio"]])
	test(`${codec}: no difference to JavaScript`, () => {
		const { status, stdout, stderr } = spawnSync(process.execPath,
			[join(SOURCE, `tests/fuzz/differential/${codec}.mjs`),
				join(BUILD, `tests/fuzz/differential/${driver}_driver`), "0", SEED],
			{ encoding: "utf8" });
		assert.equal(status, 0, stderr);
		assert.match(stdout, /no difference/);
	});
