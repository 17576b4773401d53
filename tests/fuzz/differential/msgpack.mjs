// SPDX-License-Identifier: GPL-3.0-or-later
// Compares src/proto/msgpack*.c with npm's socket.io-msgpack-parser and its notepack.io:
// what it writes must become the JSON that JavaScript would print, and JSON must become its
// bytes.
import { isDeepStrictEqual } from 'node:util';
import { compare, json, many, pick, random, requireFrom } from './ask.mjs';

const inParser = requireFrom('socket.io-msgpack-parser');
const notepack = inParser('notepack.io');
const { Encoder, Decoder } = requireFrom()('socket.io-msgpack-parser');

const BINS = [Buffer.alloc(0), Buffer.from([1, 255])];
const DATES = [0, 1, 999, 1.7e12, 1.7e12 + 1, 1731518879123, -1, -1000, 8.64e15, -8.64e15, 253402300800000, 2 ** 32 * 1000];

// A value with what JSON lacks, and what it should look like there.
function rich(depth, bins) {
	switch (random(depth > 0 ? 7 : 4)) {
	case 0: {
		const bytes = Buffer.from(many(5, () => random(256)));
		if (bins.length >= 10) return [null, null];
		bins.push(bytes);
		return [bytes, { _placeholder: true, num: bins.length - 1 }];
	}
	case 1: {
		const date = new Date(pick(DATES));
		return [date, date.toJSON()];
	}
	case 2: {
		const odd = pick([NaN, Infinity, -Infinity, undefined, -0]);
		return [odd, odd === 0 ? 0 : null];
	}
	case 4: case 5: {
		const pairs = many(5, () => rich(depth - 1, bins));
		return [pairs.map(([v]) => v), pairs.map(([, j]) => j)];
	}
	case 6: {
		const pairs = many(5, (_, i) => [pick(['a', 'ä', '"', 'x'.repeat(40)]) + i, rich(depth - 1, bins)]);
		const kept = pairs.filter(([, [v]]) => v !== undefined);
		return [Object.fromEntries(kept.map(([k, [v]]) => [k, v])), Object.fromEntries(kept.map(([k, [, j]]) => [k, j]))];
	}
	default: {
		const plain = json(depth);
		return [plain, plain];
	}
	}
}

const same = (reply, expected, bins) => {
	const { json: got, bins: gotBins } = JSON.parse(reply.bytes.toString());
	if (!isDeepStrictEqual(got, expected)) return `it should be ${JSON.stringify(expected)}`;
	return isDeepStrictEqual(gotBins, bins.map((b) => b.toString('hex'))) ? undefined : 'its bytes differ';
};

function decodeRequest() {
	const bins = [], [value, expected] = rich(4, bins);
	const r = { operation: 'm', bytes: notepack.encode(value), taken: true };
	r.judge = (reply) => (reply.result === 0 ? same(reply, expected, bins) : 'notepack wrote it');
	return r;
}

// Integers beyond 2^53 are exact here and rounded there, so none are made.
function encodeRequest() {
	const value = random(3) ? json(4) : [json(2), { _placeholder: true, num: 0 }, { a: { _placeholder: true, num: 1 } }];
	const withBins = Array.isArray(value) && value[1]?._placeholder ? [value[0], BINS[0], { a: BINS[1] }] : value;
	const expected = notepack.encode(withBins);
	return {
		operation: 'j', bytes: Buffer.from(JSON.stringify(value)), taken: true,
		judge: (reply) => (reply.bytes.equals(expected) ? undefined : `notepack writes ${expected.toString('hex')}`),
	};
}

function packetRequest() {
	const type = random(4), bins = [];
	const [args, expectedArgs] = rich(3, bins);
	const packet = { type, nsp: pick(['/', '/custom']) };
	let expected;
	if (type === 2) {
		packet.data = ['event', args];
		expected = ['event', expectedArgs];
	} else if (type === 3) {
		packet.id = random(1000);
		packet.data = [args];
		expected = [expectedArgs];
	} else if (type === 0 && random(2)) {
		packet.data = expected = { token: 'x' };
	}
	if (type === 2) packet.options = { compress: true };
	if (type !== 2 && type !== 3) bins.length = 0;
	const r = { operation: 'p', bytes: new Encoder().encode(packet)[0], taken: true };
	r.judge = (reply) => {
		if (reply.result !== 0) return 'the parser wrote it';
		const ours = JSON.parse(reply.bytes.toString());
		const decoder = new Decoder();
		decoder.add(r.bytes);
		if (ours.nsp !== packet.nsp || ours.id !== packet.id) return 'its namespace or id differ';
		if (ours.type !== type + (bins.length ? 3 : 0)) return 'its type differs';
		return isDeepStrictEqual(ours.data, expected) ? undefined : `its data are ${JSON.stringify(expected)}`;
	};
	return r;
}

compare('msgpack', () => [decodeRequest(), encodeRequest(), packetRequest()]);
