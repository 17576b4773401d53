/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the servers that are measured, each pinned to SERVER_CORE, and knows how the load
 * generator talks to it. A peer whose software is missing is left out with the reason.
 */
'use strict';

const { spawn, execFileSync } = require('node:child_process');
const { createHmac, randomBytes } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const START_MS = 20000;
const TOKENS_N = 1000;
const SERVER_CORE = process.env.BENCH_SERVER_CORE || '0';
/* Of a message of the fan-out in Socket.IO: 42["bench","64 bytes"]. */
const SOCKETIO_TEXT_BYTES = 78;
const LOAD_CORE = process.env.BENCH_LOAD_CORE || '1';
const BOTH_CORES = `${SERVER_CORE},${LOAD_CORE}`;
const NCHAN_MODULES = ['/usr/lib/nginx/modules/ngx_nchan_module.so',
	'/usr/lib64/nginx/modules/ngx_nchan_module.so'];

const build = process.env.TG_BUILD || process.cwd();
const binary = process.env.TIDEGATE || path.join(build, 'tidegate');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'tidegate-bench-'));
const secret = randomBytes(32).toString('hex');
const running = new Set();

process.once('exit', () => {
	running.forEach((child) => child.kill('SIGKILL'));
	fs.rmSync(scratch, { recursive: true, force: true });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.once(signal, () => process.exit(1));

function base64url(value) {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/* One HS256 token for user `sub`, good for a day. */
function makeToken(sub) {
	const now = Math.floor(Date.now() / 1000);
	const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.` +
		base64url({ sub, companyId: 'bench', rooms: ['bench:*'], channels: '*', topics: '*',
			events: '*', iat: now, exp: now + 86400 });

	return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const tokensFile = path.join(scratch, 'tokens');
fs.writeFileSync(tokensFile,
	Array.from({ length: TOKENS_N }, (_, i) => makeToken(`user-${i}`)).join('\n') + '\n');

/* Run a command until it names its address (or listens on the one given). */
function start(command, args, { cores = SERVER_CORE, env = {}, address } = {}) {
	const child = spawn('taskset', ['-c', cores, command, ...args], {
		env: { ...process.env, TIDEGATE_JWT_SECRET: secret, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const server = { pid: child.pid, address: null, output: '' };
	const metrics = /listener=api address=(127\.0\.0\.1):0 port=(\d+)/;

	running.add(child);
	server.exited = new Promise((resolve) => {
		child.once('exit', (code, signal) => {
			running.delete(child);
			resolve(code ?? signal);
		});
	});
	/* Where it tells of itself, as far as it does. */
	server.metrics = () => {
		const [, host, port] = metrics.exec(server.output) ?? [];

		return port && `http://${host}:${port}/metrics`;
	};
	server.stop = () => {
		const timer = setTimeout(() => child.kill('SIGKILL'), 5000);

		child.kill('SIGTERM');
		return server.exited.finally(() => clearTimeout(timer));
	};
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`${command} did not start`)), START_MS);
		const ready = (where) => {
			server.address = where;
			clearTimeout(timer);
			resolve(server);
		};
		const listen = (chunk) => {
			server.output = (server.output + chunk).slice(-16384);
			const found = /127\.0\.0\.1:([1-9]\d*)|\bport=(\d+)/.exec(server.output);

			if (found && !server.address && !address)
				ready(`127.0.0.1:${found[1] || found[2]}`);
		};

		child.stdout.on('data', listen);
		child.stderr.on('data', listen);
		server.exited.then((how) => {
			clearTimeout(timer);
			reject(new Error(`${command} ended (${how}): ${server.output}`));
		});
		if (address)
			awaitListener(address).then(() => ready(address));
	});
}

async function awaitListener(address) {
	const port = Number(address.split(':')[1]);
	const isOpen = () => new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));

		socket.once('error', () => resolve(false));
	});

	while (!await isOpen())
		await new Promise((resolve) => setTimeout(resolve, 50));
}

/* A port that nobody listens on, for servers that cannot choose one. */
function freePort() {
	return new Promise((resolve) => {
		const server = net.createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();

			server.close(() => resolve(port));
		});
	});
}

function startNode(script, ...args) {
	return start(process.execPath, [path.join(__dirname, 'peers', script), ...args]);
}

function startTidegate({ workers = 1, cores, settings = {} } = {}) {
	const all = { workers, plugin_dir: path.join(build, 'bench/plugins'),
		'api.listen': '127.0.0.1:0', ...settings };
	const flags = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

	return start(binary, ['serve', '--config', path.join(__dirname, 'tidegate.yaml'), ...flags],
		{ cores, env: { TIDEGATE_API_KEY: secret } });
}

function startWithTls() {
	const settings = { 'listeners.0.tls_certificate': path.join(scratch, 'certificate.pem'),
		'listeners.0.tls_key': path.join(scratch, 'key.pem') };
	const [certificate, key] = Object.values(settings);

	if (!fs.existsSync(key))
		execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
			'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate,
			'-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
	return startTidegate({ settings });
}

async function startNchan() {
	const port = await freePort();
	const file = path.join(scratch, 'nginx.conf');
	const text = fs.readFileSync(path.join(__dirname, 'peers/nginx.conf'), 'utf8');

	fs.writeFileSync(file, text.replace(/@PORT@/g, port).replace(/@DIR@/g, scratch)
		.replace(/@MODULE@/g, NCHAN_MODULES.find(fs.existsSync)));
	return start('nginx', ['-p', scratch, '-c', file], { address: `127.0.0.1:${port}` });
}

function hasCommand(name) {
	return process.env.PATH.split(':').some((place) => fs.existsSync(path.join(place, name)));
}

function hasModule(name) {
	try {
		require.resolve(name, { paths: (process.env.NODE_PATH || '').split(':') });
		require(name);
		return true;
	} catch {
		return false;
	}
}

/* --- how the generator talks to them ---------------------------------------------------- */

function socketioArgs(figure) {
	return ['--protocol', figure.protocol || 'socketio', '--path', '/realtime/',
		'--tokens', tokensFile];
}

function rawArgs(figure, echoPath = '/echo') {
	return figure.scenario === 'fanout' ?
		['--protocol', 'raw', '--path', '/member', '--publish-path', '/publish'] :
		['--protocol', 'raw', '--path', echoPath];
}

/* A row for tidegate itself, with what differs from the usual. */
function tidegate(title, { missing, ...differs }) {
	return {
		title,
		missing: () => (fs.existsSync(binary) ? missing?.() : 'not built'),
		start: ({ spread }) => startTidegate({ cores: spread ? BOTH_CORES : SERVER_CORE }),
		args: socketioArgs,
		...differs,
	};
}

function dialect(name) {
	return tidegate(`tidegate (${name})`, {
		args: () => ['--protocol', name, '--path', `/${name}`, '--tokens', tokensFile],
	});
}

const peers = {
	floor: {
		title: 'floor (bare send)',
		start: () => start(path.join(build, 'bench/floor'), []),
		args: rawArgs,
	},
	merge: {
		title: 'floor (merging send)',
		start: () => start(path.join(build, 'bench/floor'), ['--merge']),
		args: rawArgs,
	},
	'merge-alike': {
		title: 'floor (merging send), bytes and members as of Socket.IO',
		start: () => start(path.join(build, 'bench/floor'), ['--merge']),
		args: () => ['--protocol', 'spoken', '--path', '/member', '--publish-path', '/publish',
			'--payload', SOCKETIO_TEXT_BYTES],
	},
	nchan: {
		title: 'nginx + nchan (raw)',
		missing: () => !NCHAN_MODULES.some(fs.existsSync) && 'Debian: nginx, libnginx-mod-nchan',
		start: startNchan,
		args: (figure) => rawArgs(figure, '/echo/@'),
	},
	ws: {
		title: 'Node ws (raw)',
		missing: () => !hasModule('ws') && 'npm: ws',
		start: () => startNode('ws.js'),
		args: rawArgs,
	},
	socketio: {
		title: 'Node socket.io (ws)',
		missing: () => !hasModule('socket.io') && 'npm: socket.io',
		start: () => startNode('socketio.js', 'ws'),
		args: socketioArgs,
	},
	eiows: {
		title: 'Node socket.io (eiows)',
		missing: () => !hasModule('eiows') && 'npm: eiows, built by peers/install.sh',
		start: () => startNode('socketio.js', 'eiows'),
		args: socketioArgs,
	},
	tidegate: tidegate('tidegate', {}),
	'tidegate-deflate': tidegate('tidegate (deflate)', {
		args: () => ['--protocol', 'socketio', '--path', '/deflate/', '--deflate', 1,
			'--tokens', tokensFile],
	}),
	'tidegate-tls': tidegate('tidegate (TLS)', {
		missing: () => (hasCommand('openssl') ? false : 'the command openssl'),
		start: startWithTls,
		args: (figure) => [...socketioArgs(figure), '--tls', 1],
	}),
	'tidegate-2': tidegate('tidegate, two workers', {
		start: () => startTidegate({ workers: 2, cores: BOTH_CORES }),
	}),
	'tidegate-rooms': dialect('rooms'),
	'tidegate-channels': dialect('channels'),
	'tidegate-topics': dialect('topics'),
	'tidegate-schedule': dialect('schedule'),
	'tidegate-raw': tidegate('tidegate (raw echo)', { args: rawArgs }),
};

module.exports = { peers, LOAD_CORE, BOTH_CORES };
