#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The load generator counts right: a good server passes, one that loses or doubles messages
# does not. The bad servers are floor with --lose and --double. Prints TAP; times nothing.
set -u

cases=0
place=$(mktemp -d) || exit 99
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$place"' EXIT

# serve OPTION…: a floor on any port; sets $address and $server
serve() {
	[ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null; }
	rm -f "$place/address"
	mkfifo "$place/address"
	"$TG_BUILD/bench/floor" "$@" >"$place/address" &
	server=$!
	read -r address <"$place/address"
}

load() {
	"$TG_BUILD/bench/load" --to "$address" --server "$server" --protocol raw --clients 20 \
		--warm 0 --seconds 0.5 --stall 30 "$@" >"$place/result" 2>&1
}

# case NAME STATUS PATTERN SCENARIO OPTION…
case_of() {
	local name=$1 status=$2 pattern=$3 got

	shift 3
	cases=$((cases + 1))
	load "$@"
	got=$?
	if [ "$got" = "$status" ] && grep -qE "$pattern" "$place/result"; then
		echo "ok $cases - $name"
	else
		echo "# ended with $got: $(cat "$place/result")"
		echo "not ok $cases - $name"
	fi
}

fanout=(fanout --path /member --publish-path /publish)
echo=(echo --path /echo)
right='"done":[1-9].*"lost":0,"doubled":0,.*"verified":true'
lost='"lost":[1-9].*"verified":false'
doubled='"doubled":[1-9].*"verified":false'

serve
case_of "every delivery of a good server is counted" 0 "$right" "${fanout[@]}"
case_of "every answer of a good server is counted" 0 "$right" "${echo[@]}" --in-flight 4
case_of "sessions come and go" 0 "$right" churn --path /echo
case_of "resting sessions are measured" 0 '"rss_per_client":' idle --path /echo
case_of "a server that is not there is told" 1 '0 of 20' "${echo[@]}" --to 127.0.0.1:1
case_of "deliveries are counted by their bytes, too" 0 "$right" "${fanout[@]}" --watched 4
serve --merge
case_of "joined messages are counted one by one" 0 "$right" "${fanout[@]}" --in-flight 4
serve --lose 97
case_of "a lost delivery is noticed" 1 "$lost" "${fanout[@]}" --in-flight 4 --stall 1
serve --lose 97
case_of "a lost answer is noticed" 1 "$lost" "${echo[@]}" --stall 1
serve --lose 997
case_of "a lost delivery is noticed by its bytes" 1 "$lost" "${fanout[@]}" --watched 4 --stall 1
serve --double 97
case_of "a doubled delivery is noticed" 1 "$doubled" "${fanout[@]}"
serve --double 997
case_of "a doubled delivery is noticed by its bytes" 1 "$doubled" "${fanout[@]}" --watched 4
serve --double 97
case_of "a doubled answer is noticed" 1 "$doubled" "${echo[@]}"
case_of "a wrong scenario is refused" 2 'no such scenario' nothing
echo "1..$cases"
