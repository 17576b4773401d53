#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` lays down is complete and what configure promised. Prints TAP.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C

cases=0

# ok NAME COMMAND…: one case, which passes when the command succeeds
ok() {
	local name=$1 told

	shift
	cases=$((cases + 1))
	if told=$("$@" 2>&1); then
		echo "ok $cases - $name"
	else
		printf '%s\n' "$told" | sed 's/^/# /'
		echo "not ok $cases - $name"
	fi
}

place=$(mktemp -d) || exit 99
trap 'rm -rf "$place"' EXIT

install_all() {
	make -C "$TG_BUILD" install DESTDIR="$place"
}

# The value of a variable of the makefile, as an installed path.
installed() {
	echo "$place$(make -s -C "$TG_BUILD" "print-$1")"
}

ok "make install succeeds" install_all
binary=$(installed bindir)/tidegate
version=$("$binary" --version 2>&1)

names_its_parts() {
	local word

	for word in tidegate libevent llhttp openssl libjwt jansson zlib libyaml hardening; do
		case $version in
		*"$word"*) ;;
		*)
			printf '%s is missing in:\n%s\n' "$word" "$version"
			return 1
			;;
		esac
	done
}
ok "--version names the libraries it was built with" names_its_parts

# Each promise of --version is looked up in the ELF file, or in what it is linked from.
is_hardened() {
	case $version in
	*" pie"*) readelf -h "$binary" | grep -q 'Type:.*DYN' || return ;;
	esac
	case $version in
	*relro*)
		readelf -lW "$binary" | grep -q GNU_RELRO || return
		readelf -dW "$binary" | grep -qE 'BIND_NOW|Flags:.* NOW' || return
		;;
	esac
	case $version in
	*noexecstack*) readelf -lW "$binary" | grep -q 'GNU_STACK.* RW ' || return ;;
	esac
	case $version in
	*stack-protector*) grep -q __stack_chk_fail "$TG_BUILD"/lib*.a || return ;;
	esac
	case $version in
	*fortify*) readelf -sW --dyn-syms "$binary" | grep -q '_chk@' || return ;;
	esac
}
ok "the hardening that --version claims is in the binary" is_hardened

has_data() {
	test -s "$(installed docdir)/README" && test -s "$(installed pkgconfigdir)/tidegate.pc"
}
ok "README and tidegate.pc are installed" has_data

leaves_nothing() {
	make -C "$TG_BUILD" uninstall DESTDIR="$place" || return
	find "$place" ! -type d | grep . && return 1
	return 0
}
ok "make uninstall leaves no file" leaves_nothing

echo "1..$cases"
