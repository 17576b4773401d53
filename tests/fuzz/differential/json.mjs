// SPDX-License-Identifier: GPL-3.0-or-later
// Compares src/proto/json*.c with JavaScript's JSON on generated texts: what JSON.parse takes
// must pass and nothing else may, strings and numbers must come out the same.
import { isUtf8 } from 'node:buffer';
import { compare, pick, random, wellFormed } from './ask.mjs';

const DEPTH_MAX = 1024;

const characters = ['a', 'Z', '0', ' ', '/', '\u007f', 'é', '߿', 'ࠀ', '€', '\u2028', '￿', '😀', '\u{10ffff}'];
const escapes = ['\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0000', '\\u00e9',
	'\\uD83D', '\\uDE00', '\\ud83d\\ude00', '\\uFFFF', '\\u0022'];
const blanks = ['', '', '', ' ', '\n', '\t\r ', '  '];
const digits = () => Array.from({ length: 1 + random(random(8) ? 4 : 25) }, () => random(10)).join('');
const tokens = ['{', '}', '[', ']', ',', ':', '"', '\\', '-', '+', '.', 'e', 'E', '0', '1', 'true', 'false',
	'null', 'NaN', 'Infinity', '"a"', '""', '{}', '[]', ' ', '\n', '\u0000', '\u001f', '\u00a0', '\ufeff',
	'\v', '\f', "'", '//', '\\u', '\\u12', 'é', '1e', '1.', '-0', '01', '0x1'];

function string() {
	let text = '"';
	for (let n = random(12); n > 0; n--)
		text += random(3) ? pick(characters).repeat(1 + random(3)) : pick(escapes);
	return text + '"';
}
function number() {
	return (random(3) ? '' : '-') + (random(4) ? String(BigInt(digits())) : '0') +
		(random(3) ? '' : '.' + digits()) +
		(random(4) ? '' : pick(['e', 'E']) + pick(['', '+', '-']) + random(400));
}
function value(depth) {
	const blank = () => pick(blanks);
	switch (random(depth > 0 ? 7 : 5)) {
	case 0: return number();
	case 1: return pick(['true', 'false', 'null']);
	case 2: case 3: case 4: return string();
	case 5:
		return '[' + Array.from({ length: random(5) }, () => blank() + value(depth - 1) + blank()).join(',') +
			blank() + ']';
	default:
		return '{' + Array.from({ length: random(5) },
			() => blank() + string() + blank() + ':' + blank() + value(depth - 1) + blank()).join(',') +
			blank() + '}';
	}
}
function mutate(bytes) {
	const at = random(bytes.length + 1), n = random(4);
	switch (random(5)) {
	case 0: return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(tokens)), bytes.subarray(at)]);
	case 1: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + n)]);
	case 2: return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(tokens)), bytes.subarray(at + n)]);
	case 3: return bytes.subarray(0, at);
	default: {
		const copy = Buffer.from(bytes);
		if (copy.length) copy[random(copy.length)] = random(256);
		return copy;
	}
	}
}
function text() {
	if (random(10) === 0)
		return Buffer.from(Array.from({ length: random(12) }, () => pick(tokens)).join(''));
	let bytes = Buffer.from(pick(blanks) + value(5) + pick(blanks));
	for (let n = random(4); n > 0; n--) bytes = mutate(bytes);
	return bytes;
}

function parse(bytes) {
	if (!isUtf8(bytes)) return { taken: false };
	try {
		return { taken: true, value: JSON.parse(bytes.toString('utf8')) };
	} catch {
		return { taken: false };
	}
}
function depth(bytes) {
	let deepest = 0, level = 0;
	for (const b of bytes) {
		if (b === 0x5b || b === 0x7b) deepest = Math.max(deepest, ++level);
		if (b === 0x5d || b === 0x7d) level--;
	}
	return deepest;
}

const request = (operation, bytes, expected, good) => ({
	operation, bytes, judge: (reply) => (good(reply) ? undefined : `expected ${expected}`),
});

function requestsOf(bytes) {
	const { taken, value: parsed } = parse(bytes);
	const requests = [{
		...request('c', bytes, taken ? 'taken' : 'refused',
			({ result }) => (result === 0) === taken || (taken && depth(bytes) > DEPTH_MAX)),
		taken,
	}];
	if (taken && typeof parsed === 'string')
		requests.push(request('u', bytes, parsed, (reply) => reply.bytes.equals(Buffer.from(wellFormed(parsed)))));
	if (taken && typeof parsed === 'number')
		requests.push(request('d', bytes, parsed, (reply) => (Number.isFinite(parsed) ?
			reply.bytes.length === 8 && Object.is(reply.bytes.readDoubleLE(0), parsed) :
			reply.result === 1)));
	const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
	const quoted = JSON.stringify(decoded);
	requests.push(request('q', bytes, quoted, (reply) => reply.bytes.equals(Buffer.from(quoted))));
	const isSafe = Number.isSafeInteger(Number(decoded)) && String(Number(decoded)) === decoded;
	requests.push(request('i', bytes, isSafe ? 'safe' : 'not safe', ({ result }) => (result === 0) === isSafe));
	return requests;
}

compare('json', () => requestsOf(text()));
