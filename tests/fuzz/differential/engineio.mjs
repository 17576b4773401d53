// SPDX-License-Identifier: GPL-3.0-or-later
// Compares src/proto/engineio.c with npm's engine.io-parser, 5 for protocol 4 and 2 for
// protocol 3: what we take it must take with the same packets; what it takes and we refuse
// must be one of the liberties listed below; what we write must be its bytes.
import { isUtf8 } from 'node:buffer';
import { compare, many, mutate, pick, random, requireFrom, wellFormed } from './ask.mjs';

const v4 = requireFrom()('engine.io-parser');
const v3 = requireFrom('socket.io-client-2', 'engine.io-client')('engine.io-parser');

const types = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const texts = ['', 'hello', 'probe', 'ä', '€uro', '😀', 'x'.repeat(120), '2["a",{"b":[1]}]', '"\\"'];
const chunks = [Buffer.alloc(0), Buffer.from([1]), Buffer.from([1, 2, 3, 4]), Buffer.alloc(257, 0xff)];
const tokens = ['0', '1', '4', '6', '7', '9', 'b', 'b4', ':', '\x1e', '-', ' ', 'e', 'x', '', '=', 'AQID', 'ä', '😀'];
const binaryTokens = ['\x00', '\x01', '\x02', '\x04', '\x09', '\x0a', '\xff', '4', 'é', ''];

const packet = () => (random(3) ?
	{ type: pick(types), data: pick(texts) } :
	{ type: 'message', data: pick(chunks) });
const packets = () => [packet(), ...many(4, packet)];
const isBytes = ({ data }) => Buffer.isBuffer(data);
const shown = (list) => JSON.stringify(list.map(({ type, data }) =>
	[type, Buffer.isBuffer(data) ? data.toString('hex') : 'text ' + (data ?? '')]));

function encode(protocol, base64, list) {
	let payload;
	if (protocol === 4) v4.encodePayload(list, (p) => { payload = p; });
	else v3.encodePayload(list, !base64, (p) => { payload = p; });
	return payload;
}

function decode(protocol, payload) {
	if (protocol === 4) {
		const list = v4.decodePayload(payload, 'nodebuffer');
		const failed = list.at(-1).type === 'error';
		return { list: failed ? list.slice(0, -1) : list, failed };
	}
	const list = [];
	let failed = false;
	try {
		v3.decodePayload(payload, 'nodebuffer', (p) => {
			if (p.type === 'error') failed = true;
			else if (!failed) list.push(p);
		});
	} catch {
		failed = true;
	}
	return { list, failed };
}

function packetsOf(bytes) {
	const list = [];
	for (let at = 0; at < bytes.length;) {
		const n = bytes.readUInt32LE(at + 2), data = bytes.subarray(at + 6, at + 6 + n);
		list.push({ type: types[bytes[at] - 0x30], data: bytes[at + 1] === 0x62 ? data : data.toString() });
		at += 6 + n;
	}
	return list;
}

// Where the parsers take more than the protocol has. Base64 is read by Node, which passes over
// what is none.
function isBase64Liberty(text) {
	const code = text.replace(/={1,2}$/, '');
	const padded = Buffer.from(text, 'base64').toString('base64');
	return text !== padded && text !== padded.replace(/=+$/, '') || /=/.test(code);
}
const isPacketLiberty = (text) => (text.startsWith('b4') && isBase64Liberty(text.slice(2))) || /^b(?!4)/.test(text);

// Lengths go through Number(), and may cut a surrogate pair.
function isTextLiberty(payload) {
	for (let at = 0; at < payload.length;) {
		const colon = payload.indexOf(':', at), length = payload.slice(at, colon);
		if (colon < 0 || !/^\d{1,10}$/.test(length)) return true;
		const text = payload.slice(colon + 1, colon + 1 + Number(length));
		if (text !== wellFormed(text) || isPacketLiberty(text)) return true;
		at = colon + 1 + Number(length);
	}
	return false;
}

// A payload may end too early, digits and kinds may be any bytes, and so may types of bytes.
function isBinaryLiberty(payload) {
	for (let at = 0; at < payload.length;) {
		const end = payload.indexOf(0xff, at), digits = payload.subarray(at + 1, end);
		if (payload[at] > 1 || end < 0 || digits.length > 10 || digits.length === 0 || digits.some((d) => d > 9)) return true;
		const n = Number(digits.join('')), bytes = payload.subarray(end + 1, end + 1 + n);
		if (bytes.length < n) return true;
		if (payload[at] === 1 && bytes[0] !== 4) return true;
		if (payload[at] === 0 && (!isUtf8(bytes) || isPacketLiberty(bytes.toString()))) return true;
		at = end + 1 + n;
	}
	return payload.length === 0;
}

function isLiberty(protocol, payload) {
	if (Buffer.isBuffer(payload)) return isBinaryLiberty(payload);
	if (protocol === 4) return payload.split('\x1e').some((p) => p.startsWith('b') && isBase64Liberty(p.slice(1)));
	return isTextLiberty(payload);
}

function readRequest(protocol, payload) {
	const isBinary = Buffer.isBuffer(payload);
	const request = { operation: isBinary ? 'b' : String(protocol), bytes: Buffer.from(payload) };
	request.judge = ({ result, bytes }) => {
		const { list, failed } = decode(protocol, isBinary ? Buffer.from(payload) : payload);
		const ours = packetsOf(bytes);
		if (result === 0) {
			if (failed) return 'the parser refuses it';
			request.taken = true;
			return shown(ours) === shown(list) ? undefined : `the parser reads ${shown(list)}`;
		}
		if (!failed && !isLiberty(protocol, payload)) return 'the parser takes it';
		return undefined;
	};
	return request;
}

// Frames carry a packet as WebSocket text, type digit first, or bytes: bare ones, in protocol 3
// behind their type.
function writeRequest(protocol, base64, list) {
	const hasBytes = list.some(isBytes);
	const expected = Buffer.from(encode(protocol, base64, list));
	const frames = list.flatMap((p) => {
		const data = !isBytes(p) ? Buffer.from(types.indexOf(p.type) + p.data) :
			protocol === 4 ? p.data : Buffer.from([4, ...p.data]);
		const head = Buffer.alloc(5, isBytes(p) ? 'b' : 't');
		head.writeUInt32LE(data.length, 1);
		return [head, data];
	});
	return {
		operation: 'w',
		taken: true,
		bytes: Buffer.concat([Buffer.from(`${protocol}${Number(base64)}${Number(hasBytes)}`), ...frames]),
		judge: ({ bytes }) => (bytes.equals(expected) ? undefined : `the parser writes ${expected.toString('hex')}`),
	};
}

compare('engineio', () => {
	const protocol = pick([3, 4]), base64 = random(2) === 0, list = packets();
	let payload = encode(protocol, base64, list);
	const requests = [writeRequest(protocol, base64, list), readRequest(protocol, payload)];
	if (Buffer.isBuffer(payload)) {
		for (let n = random(3); n >= 0; n--)
			payload = Buffer.from(mutate(payload.toString('latin1'), binaryTokens), 'latin1');
	} else {
		for (let n = random(3); n >= 0; n--) payload = mutate(payload, tokens);
		payload = wellFormed(payload);
	}
	requests.push(readRequest(protocol, payload));
	return requests;
});
