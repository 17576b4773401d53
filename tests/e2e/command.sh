#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What somebody at a terminal sees: words that are wrong, and what check-config finds. Prints TAP.
set -u
export LC_ALL=C

cases=0
place=$(mktemp -d) || exit 99
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 99
export TIDEGATE_JWT_SECRET='a secret of the command line, 32 bytes'

# says NAME STATUS TEXT ARGUMENT…: the program ends with this status and prints this text
says() {
	local name=$1 status=$2 text=$3 told got=0

	shift 3
	cases=$((cases + 1))
	told=$("$TIDEGATE" "$@" 2>&1) || got=$?
	if [ "$got" = "$status" ] && [[ "$told" = *"$text"* ]]; then
		echo "ok $cases - $name"
	else
		printf 'status %s:\n%s\n' "$got" "$told" | sed 's/^/# /'
		echo "not ok $cases - $name"
	fi
}

says "a command that is none is named" 2 "tidegate: stop: unknown command; see tidegate help" stop
says "an option that is none is named" 2 "tidegate: --port: unknown option" serve --port 1
says "an option without its value is named" 2 "--sub: expected a value behind it" token --sub
says "help names every command" 0 "tidegate sample-config" help

"$TIDEGATE" sample-config >sample.yaml
says "the sample is a good configuration" 0 "the configuration is good" check-config sample.yaml

printf 'log: {level: loud}\nmonuts: []\n' >wrong.yaml
says "a wrong value is named with its place" 1 "wrong.yaml:1:14: log.level: expected one of" \
	check-config wrong.yaml
says "a wrong key is named with the one that was meant" 1 \
	"wrong.yaml:2:1: monuts: unknown key; did you mean mounts?" check-config wrong.yaml
says "a file that is not there is named" 1 "none.yaml: cannot be read: No such file" \
	check-config none.yaml

printf 'listeners: [{address: "127.0.0.1:0", tls_certificate: no.pem, tls_key: no.pem}]\n' >tls.yaml
says "a certificate that cannot be read is a fault of the configuration" 1 \
	"tls_certificate: no.pem: No such file" check-config tls.yaml
printf 'token: {jwks_file: no.json}\n' >keys.yaml
says "keys that cannot be read are a fault of the configuration" 1 \
	"token.jwks_file: no.json: No such file" check-config keys.yaml

says "a claim that is no JSON is named" 1 "--claim a=b: expected NAME=JSON" \
	token --sub u --claim a=b
export REDIS_URL=redis://localhost
says "a Redis that is not used is warned of" 1 "warn no cluster: key=redis.url" \
	serve --set listeners.0.address=127.0.0.1:0 --set notifications.file=none/none.db

echo "1..$cases"
