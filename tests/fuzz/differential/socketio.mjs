// SPDX-License-Identifier: GPL-3.0-or-later
// Compares src/proto/socketio.c with npm's socket.io-parser 4.2: what we take it must take
// with the same parts; what it takes and we refuse must be one of the liberties listed below;
// what it writes we must take, and write back byte by byte.
import { isDeepStrictEqual } from 'node:util';
import { compare, json, many, mutate, pick, random, requireFrom, wellFormed } from './ask.mjs';

const { Decoder, Encoder } = requireFrom()('socket.io-parser');

const ATTACHMENTS_MAX = 10;
const EVENT = 2, ACK = 3;
const namespaces = ['/', '/', '/custom', '/a/b', '/ä', '/x-1'];
const events = ['message', 'a', '', 'connected', 'ä', '"', 5, -1.5, 'newListeners'];
const tokens = ['0', '1', '2', '3', '5', '7', '-', '/', ',', '?', '[', ']', '{', '}', '"', ':', ' ', 'null', 'true', '1e1', '007',
	'99999999999999999999', 'connect', 'disconnect', '"\\u0063onnect"', '"a"', '{"_placeholder":true,"num":0}',
	'{"_placeholder":true,"num":1}', '{"_placeholder":true}', '"_placeholder":true', '"_placeholder":false,', '"num":0',
	'\\', 'ä', '😀', '\n'];

function data(depth) {
	if (depth > 0 && random(6) === 0) return Buffer.from(many(5, () => random(256)));
	if (depth > 0 && random(3) === 0) return many(3, () => data(depth - 1));
	if (depth > 0 && random(3) === 0) return Object.fromEntries(many(3, () => [pick(['a', 'b', 'num']), data(depth - 1)]));
	return json(2);
}
function packet() {
	const nsp = pick(namespaces), type = random(5);
	switch (type) {
	case 0: return { type, nsp, data: random(2) ? undefined : { token: json(1) } };
	case 1: return { type, nsp };
	case EVENT: return { type, nsp, id: random(2) ? undefined : random(1000), data: [pick(events), ...many(4, () => data(3))] };
	case ACK: return { type, nsp, id: random(9) ? random(1000) : undefined, data: many(4, () => data(3)) };
	default: return { type, nsp, data: random(2) ? { message: 'no' } : 'no' };
	}
}

// What the parser makes of a text; its attachments are numbered, so that it shows which went
// where.
function decode(text) {
	const decoder = new Decoder({ maxAttachments: ATTACHMENTS_MAX });
	let decoded;
	decoder.on('decoded', (p) => { decoded = p; });
	try {
		decoder.add(text);
		const header = decoder.reconstructor?.reconPack;
		const attachments = header?.attachments ?? 0;
		for (let i = 0; i < attachments; i++) decoder.add(Buffer.from([i]));
		return { ...decoded, attachments };
	} catch {
		return undefined;
	}
}

const isPlaceholder = (v) => v !== null && typeof v === 'object' && v._placeholder === true;
function placeholders(v, found = []) {
	if (isPlaceholder(v)) found.push(v.num);
	if (v !== null && typeof v === 'object') Object.values(v).forEach((x) => placeholders(x, found));
	return found;
}
function fill(v) {
	if (isPlaceholder(v)) return Buffer.from([v.num]);
	if (Array.isArray(v)) return v.map(fill);
	if (v !== null && typeof v === 'object') {
		for (const key of Object.keys(v)) v[key] = fill(v[key]);
	}
	return v;
}

// The array at the end of a text that the parser has taken.
function dataOf(text) {
	for (let at = text.indexOf('['); ; at = text.indexOf('[', at + 1)) {
		try {
			return JSON.parse(text.slice(at));
		} catch {
			// part of a namespace
		}
	}
}

// Number() reads blanks, exponents and nothing at all where we want digits; events and
// acknowledgements may lack data; ids may be too large to be exact; attachments may be
// unused, or be named twice in one object, or have a fraction for a number.
function isLiberty(text, theirs) {
	const beforeData = /^\d(?:[^/[{"]*-)?(?:\/[^,]*,?)?([^[{"]*)/.exec(text)?.[1];
	if (!/^[0-6]/.test(text) || /\s/.test(beforeData) || /^[56](?!\d+-)/.test(text)) return true;
	if ((theirs.type === EVENT || theirs.type === ACK) && theirs.data === undefined) return true;
	if (theirs.type === 4 && theirs.data === undefined) return true;
	if (theirs.id > Number.MAX_SAFE_INTEGER) return true;
	if (!/^[56]/.test(text)) return false;
	const numbers = placeholders(dataOf(text));
	const isComplete = Array.from({ length: theirs.attachments }, (_, i) => numbers.includes(i)).every(Boolean);
	return !isComplete || numbers.some((n) => !Number.isInteger(n) || n < 0 || n >= theirs.attachments) ||
		text.split('_placeholder').length - 1 > numbers.length;
}

function differs(reply, theirs) {
	const ours = JSON.parse(reply.bytes.toString());
	const isBinary = ours.type > 4;
	if ((isBinary ? ours.type - 3 : ours.type) !== theirs.type) return 'its type';
	if (ours.nsp !== theirs.nsp.split('?')[0]) return 'its namespace';
	if (ours.id !== theirs.id) return 'its id';
	if (ours.attachments !== theirs.attachments) return 'its attachments';
	const filled = isBinary ? fill(ours.data) : ours.data;
	if (!isDeepStrictEqual(filled, theirs.data)) return `its data ${JSON.stringify(theirs.data)}`;
	if (theirs.type === EVENT && (ours.event !== theirs.data[0] ||
		ours.args.length !== theirs.data.length - 1)) return 'its arguments';
	return undefined;
}

function request(text, isWritten) {
	const r = { operation: 's', bytes: Buffer.from(text) };
	r.judge = (reply) => {
		const theirs = decode(text);
		if (reply.result === 0) {
			if (!theirs) return 'the parser refuses it';
			r.taken = true;
			if (isWritten && JSON.parse(reply.bytes.toString()).text !== text) return 'it is written otherwise';
			const what = differs(reply, theirs);
			return what && `the parser has ${what}`;
		}
		if (isWritten) return 'the parser wrote it';
		return theirs && !isLiberty(text, theirs) ? 'the parser takes it' : undefined;
	};
	return r;
}

compare('socketio', () => {
	let written, attachments;
	do [written, ...attachments] = new Encoder().encode(packet());
	while (attachments.length > ATTACHMENTS_MAX);
	let text = written;
	for (let n = random(3); n >= 0; n--) text = mutate(text, tokens);
	return [request(written, true), request(wellFormed(text), false)];
});
