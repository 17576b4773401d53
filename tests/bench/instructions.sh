#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `make bench-instructions`: how many instructions of its own (without the kernel's) tidegate
# runs for one delivery, answer, polling cycle and session, and how often it takes a lock or
# waits for one. Counted by callgrind, so it is the same on a busy machine: good for telling
# whether a change helped. Counts for some seconds in the middle of the load and divides by the
# calls of one function that each piece of work calls once, and that the optimiser cannot take
# apart (EVP_Digest: the answer to Sec-WebSocket-Key; a broadcast to a thousand is as many
# deliveries, however they leave). With two workers only the loop is looked
# at that calls this function. BENCH_SECONDS=4; PROFILES=DIRECTORY keeps the profiles; a word
# after the script's name counts only the work whose name has it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
server=
seconds=${BENCH_SECONDS:-4}
only=${1:-}
trap '[ -z "$server" ] || kill "$server"; rm -rf "$place"' EXIT
TIDEGATE_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export TIDEGATE_JWT_SECRET
"$TIDEGATE" token --config "$here/tidegate.yaml" --sub user-1 --ttl 1h \
	--claim 'rooms=["bench:*"]' >"$place/tokens"

# calls FUNCTION FILE…: "calls instructions locks" of the callgrind profile, of those of
# several threads, in which the function is called most
calls() {
	local function=$1 file

	shift
	for file in "$@"; do calls_in "$function" "$file"; done | sort -n | tail -1
}

calls_in() {
	awk -v wanted="$1" '
		/^cfn=/ || /^fn=/ {
			callee = /^cfn=/
			id = $0; sub(/^c?fn=/, "", id); sub(/ .*/, "", id)
			# gcc names its copies of a function name.constprop.0 and the like
			if (NF > 1) {
				name = $0
				gsub(/^[^ ]* |[.].*/, "", name)
				names[id] = name
			}
			if (callee) called = names[id]
		}
		/^calls=/ {
			split($1, part, "=")
			if (called == wanted) n += part[2]
			if (called ~ /(mutex|rwlock|spin|lll).*lock|_wait|futex/ &&
			    called !~ /unlock|epoll/) locks += part[2]
		}
		/^(totals|summary):/ { total = $2 }
		END { printf "%d %d %d\n", n, total, locks }' "$2"
}

# count WORK FUNCTION SCENARIO OPTION…: with $workers; a call is $times pieces of work
count() {
	local work=$1 function=$2 port= load n total locks

	shift 2
	case $work in *"$only"*) ;; *) return ;; esac
	rm -f "$place"/profile*
	: >"$place/log" # the server before may have left its port there
	valgrind --tool=callgrind --callgrind-out-file="$place/profile" --instr-atstart=no \
		--separate-threads=yes \
		"$TIDEGATE" serve --config "$here/tidegate.yaml" --set "workers=$workers" \
		--set "plugin_dir=$TG_BUILD/bench/plugins" 2>"$place/log" &
	server=$!
	until port=$(grep -so 'port=[0-9]*' "$place/log"); do
		kill -0 "$server" || { cat "$place/log"; exit 1; }
		sleep 0.2
	done
	# Opening the sessions is not counted: the load goes on for longer on either side.
	"$TG_BUILD/bench/load" "$@" --to "127.0.0.1:${port#port=}" --tokens "$place/tokens" \
		--warm 6 --seconds $((seconds + 4)) --stall 60 >"$place/result" &
	load=$!
	sleep 6
	callgrind_control -i on "$server" >"$place/control" 2>&1
	sleep "$seconds"
	callgrind_control -i off "$server" >"$place/control" 2>&1
	wait "$load" || cat "$place/result"
	kill "$server"
	wait "$server" || true
	server=
	read -r n total locks < <(calls "$function" "$place"/profile*)
	printf '%-48s %7d %7s\n' "$work" $((n > 0 ? total / n / times : 0)) \
		"$(awk -v n="$((n * times))" -v locks="$locks" 'BEGIN { print n ? int(locks / n * 100 + .5) / 100 : "-" }')"
	[ -z "${PROFILES:-}" ] || for file in "$place"/profile*; do
		cp "$file" "$PROFILES/callgrind.${work//[^a-z0-9]/-}${file#"$place"/profile}"
	done
}

echo "instructions of tidegate for each, and locks it takes"
workers=1
times=1
count "delivery, 1,000 members" websocket_send fanout --clients 1000
count "delivery, 4,000 members" websocket_send fanout --clients 4000
times=1000
count "delivery, 1,000 members, 4 in flight" hub_broadcast fanout --clients 1000 --in-flight 4
times=1
count "action round trip" api_reply_ok echo --clients 20
count "action round trip, 16 in flight" api_reply_ok echo --clients 20 --in-flight 16
count "polling cycle" api_reply_ok echo --clients 20 --protocol polling
count "session opened and closed" EVP_Digest churn --clients 10
fresh=(echo --clients 20 --protocol polling --fresh 1)
upgrade=(churn --clients 10 --protocol upgrade)
count "polling cycle on two connections" api_reply_ok "${fresh[@]}"
count "session upgraded" EVP_Digest "${upgrade[@]}"
count "publish to 10 members" api_reply_ok fanout --clients 10
rooms=(--protocol rooms --path /rooms --room bench:r)
# who publishes is a member, too
count "publish in rooms to 2 members" hub_broadcast fanout --clients 1 "${rooms[@]}"
workers=2
# the kernel deals connections out at random: half of them arrive at the wrong loop
count "polling cycle on two, one of them handed over" api_reply_ok "${fresh[@]}"
count "session upgraded, half of them handed over" EVP_Digest "${upgrade[@]}"
far=(fanout --publish-loop 0 --loop 1)
count "publish to 10 members of another loop" api_reply_ok "${far[@]}" --clients 10
count "publish to 1,000 members of another loop" api_reply_ok "${far[@]}" --clients 1000
count "delivery, 1,000 members of another loop" websocket_send "${far[@]}" --clients 1000
