#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install.sh DIRECTORY: put the npm peers of the benchmark below DIRECTORY/node_modules. eiows
# wants all of Node's sources, for TLS alone; it is built without TLS from Node's headers.
# What cannot be had (no npm, no network, no compiler, no headers) the benchmark leaves out and
# says so.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
cp "$here/package.json" package.json
if ! cmp -s package.json installed.json; then
	if ! npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	then
		echo "note: npm is missing or cannot fetch them: peers in Node are left out"
		exit 0
	fi
	cp package.json installed.json
fi

version=$(node -p process.version)
headers=$(node -p 'require("node:path").resolve(process.execPath, "../../include/node")')
eiows=node_modules/eiows
built=$eiows/dist/eiows_$version.node
if ! [ -f "$built" ] && [ -f "$headers/node.h" ]; then
	mkdir -p "$eiows/nodejs/src/node/src/crypto"
	cp "$here/eiows_tls.h" "$eiows/nodejs/src/node/src/crypto/crypto_tls.h"
	${CXX:-g++} -std=c++20 -O3 -DNDEBUG -w -shared -fPIC -DNODE_GYP_MODULE_NAME=eiows \
		-DBUILDING_NODE_EXTENSION -DHAVE_OPENSSL=1 -I"$headers" \
		"$eiows"/nodejs/src/addon.cpp "$eiows"/uWebSockets/src/*.cpp -o "$built" ||
		echo "note: eiows cannot be built here and is left out"
fi
