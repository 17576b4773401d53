/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the two servers that are loaded and compared: tidegate with its example plugins,
 * and Node's Socket.IO with the same `echo` action. Reads from /proc what they cost.
 */
'use strict';

const { spawn } = require('node:child_process');
const { createHmac, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const TICKS_PER_SECOND = 100;
const START_MS = 20000;

function base64url(value) {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/* One HS256 token for user `sub`, good for a day. */
function makeToken(secret, sub) {
	const now = Math.floor(Date.now() / 1000);
	const claims = { sub, companyId: 'bench', permissions: ['*'], iat: now, exp: now + 86400 };
	const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;

	return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/* Run a server until it names its address, then resolve to what the load needs. */
function start(name, command, args, env) {
	const child = spawn(command, args, {
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const server = {
		name,
		pid: child.pid,
		output: '',
		cpuSeconds: () => cpuSeconds(child.pid),
		rssBytes: () => rssBytes(child.pid),
	};

	server.exited = new Promise((resolve) => {
		child.once('exit', (code, signal) => resolve({ code, signal }));
	});
	server.stop = () => {
		child.kill('SIGTERM');
		return server.exited;
	};
	process.once('exit', () => child.kill('SIGKILL'));
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`${name} did not start`)), START_MS);
		const listen = (chunk) => {
			server.output = (server.output + chunk).slice(-65536);
			const found = /127\.0\.0\.1:(\d+)/.exec(server.output);
			if (found && !server.url) {
				server.url = `http://127.0.0.1:${found[1]}`;
				clearTimeout(timer);
				resolve(server);
			}
		};

		child.stdout.on('data', listen);
		child.stderr.on('data', listen);
		server.exited.then(({ code, signal }) => {
			clearTimeout(timer);
			reject(new Error(`${name} ended (${code ?? signal}):\n${server.output}`));
		});
	});
}

async function startTidegate() {
	const binary = process.env.TIDEGATE || path.resolve('tidegate');
	const build = process.env.TG_BUILD || path.dirname(binary);
	const secret = randomBytes(32).toString('hex');
	const server = await start('tidegate', binary, ['serve',
		'--config', path.join(__dirname, 'tidegate.yaml'),
		'--set', `plugin_dir=${path.join(build, 'plugins')}`],
	{ TIDEGATE_JWT_SECRET: secret });

	server.token = (user) => makeToken(secret, user);
	return server;
}

async function startPeer() {
	const server = await start('node socket.io', process.execPath, [path.join(__dirname, 'peer.js')], {});

	server.token = () => 'any';
	return server;
}

/* Processor time that a process has used, in seconds. */
function cpuSeconds(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	const field = stat.slice(stat.lastIndexOf(')') + 2).split(' ');

	return (Number(field[11]) + Number(field[12])) / TICKS_PER_SECOND;
}

/* Memory of a process that is in RAM, in bytes. */
function rssBytes(pid) {
	const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));

	return Number(line[1]) * 1024;
}

module.exports = { startTidegate, startPeer };
