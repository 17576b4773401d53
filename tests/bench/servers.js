/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the tidegate that the soak run loads, with the actions of plugin/bench.c, and reads
 * its memory from /proc.
 */
'use strict';

const { spawn } = require('node:child_process');
const { createHmac, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');

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
		rssBytes: () => rssBytes(child.pid),
	};

	server.exited = new Promise((resolve) => {
		child.once('exit', (code, signal) => resolve({ code, signal }));
	});
	server.stop = () => {
		server.stopping = true;
		child.kill('SIGTERM');
		return server.exited;
	};
	process.once('exit', () => child.kill('SIGKILL'));
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`${name} did not start`)), START_MS);
		const listen = (chunk) => {
			server.output = (server.output + chunk).slice(-65536);
			const found = /127\.0\.0\.1:(?:0 port=)?([1-9]\d*)/.exec(server.output);
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
		'--set', `plugin_dir=${path.join(build, 'bench/plugins')}`],
	{ TIDEGATE_JWT_SECRET: secret });

	server.token = (user) => makeToken(secret, user);
	return server;
}

/* Memory of a process that is in RAM, in bytes. */
function rssBytes(pid) {
	const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));

	return Number(line[1]) * 1024;
}

module.exports = { startTidegate };
