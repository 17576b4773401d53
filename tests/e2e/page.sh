#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs page.test.mjs against a demo gateway on a free port. Prints TAP.
set -u

if ! [ -d "$NODE_PATH" ] || ! command -v chromium >/dev/null; then
	echo "1..0 # SKIP no node packages or no chromium: ./quickstart check installs them"
	exit 0
fi
place=$(mktemp -d) || exit 99
"$TIDEGATE" serve --demo --set "plugin_dir=$TG_BUILD/plugins" \
	--set "html_dir=$TG_SOURCE/html" --set "client_dir=$TG_CLIENT" \
	--set listeners.0.address=127.0.0.1:0 --set listeners.1.address=127.0.0.1:0 \
	--set api.listen=127.0.0.1:0 \
	>"$place/log" 2>&1 &
gateway=$!
trap 'kill "$gateway" 2>/dev/null; wait "$gateway"; rm -rf "$place"' EXIT

for _ in $(seq 1200); do
	grep -q ' serving: ' "$place/log" && break
	kill -0 "$gateway" 2>/dev/null || break
	sleep 0.05
done
port=$(sed -n 's|.*listener=public .*port=\([0-9]*\).*|\1|p' "$place/log")
if [ -z "$port" ]; then
	sed 's/^/# /' "$place/log"
	echo "Bail out! the demo gateway did not start"
	exit 1
fi
TG_URL=http://127.0.0.1:$port TG_CHROMIUM=${TG_CHROMIUM:-$(command -v chromium)} \
	node --test-reporter=tap "$TG_SOURCE/tests/e2e/page.test.mjs"
