#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# builds.sh SOURCE: what each way to set the build up would build and install. Nothing is
# compiled: meson is asked for its plan.
set -euo pipefail

source=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

fail() { echo "builds.sh: $*" >&2; exit 1; }

plan() { # NAME [OPTION...]: sets up, and writes NAME.targets and NAME.installed
	local name=$1
	shift
	meson setup "$work/$name" "${root:-$source}" "$@" >"$work/$name.log" 2>&1 ||
		{ tail -n 20 "$work/$name.log"; fail "$name: meson setup failed"; }
	meson introspect --targets "$work/$name" | /usr/bin/python3 -c '
import json, sys
for target in json.load(sys.stdin):
    if target["build_by_default"]:
        print(target["defined_in"].replace(sys.argv[1], "").lstrip("/"), target["name"])
' "$source" >"$work/$name.targets"
	meson introspect --install-plan "$work/$name" | /usr/bin/python3 -c '
import json, sys
for kind in json.load(sys.stdin).values():
    for entry in kind.values():
        print(entry["destination"])
' >"$work/$name.installed"
}

has() { # NAME LIST PATTERN
	grep -qE "$3" "$work/$1.$2" || fail "$1: nothing in its $2 is like '$3'"
	count=$((count + 1))
}

lacks() { # NAME LIST PATTERN
	! grep -E "$3" "$work/$1.$2" || fail "$1: its $2 should have nothing like '$3'"
	count=$((count + 1))
}

pc() { # NAME PKG-CONFIG-OPTION...: without the .pc file of any other library
	local name=$1
	shift
	PKG_CONFIG_LIBDIR=$(dirname "$(find "$work/$name" -name tetra.pc)") PKG_CONFIG_PATH='' \
		pkg-config "$@" tetra
}

plan default
has default installed '/libtetra\.so'
lacks default installed '/libtetra\.a'
has default installed 'tetra-mini\.1$'
has default installed 'tetra-policy\.1$'
has default installed 'tetra-policy-findings\.7$'
has default targets '^tests/'
pc default --cflags >/dev/null || fail "pkg-config --cflags needs other .pc files"
pc default --libs | grep -q -- -ltetra || fail "pkg-config --libs needs other .pc files"

plan static -Ddefault_library=static -Dtests=disabled -Dman=disabled -Dpython=disabled -Dkit=disabled
has static installed '/libtetra\.a$'
lacks static installed '/libtetra\.so'
lacks static installed 'tetra-mini\.1$'
lacks static targets '(^| )tests/|examples/.* test-'
has static targets '^examples/tetra-mini/.* tetra-mini$'
lacks static targets ' tetra-policy$'
grep -q '^Requires: libbpf' "$work/static/lib/tetra.pc" ||
	fail "static: tetra.pc does not name what has to be linked"

plan both -Ddefault_library=both -Dprograms=disabled -Dtests=disabled
has both installed '/libtetra\.a$'
has both installed '/libtetra\.so'
lacks both targets '^(tests|examples)/'
grep -q '^Requires.private: libbpf' "$work/both/lib/tetra.pc" ||
	fail "both: tetra.pc does not name what a static link needs"

# As a part of another project, found by its name.
mkdir -p "$work/host/subprojects"
ln -s "$source" "$work/host/subprojects/tetra"
cat >"$work/host/meson.build" <<'END'
project('host', 'c')
executable('host', 'host.c', dependencies: dependency('tetra', fallback: 'tetra'))
END
echo 'int main(void) { return 0; }' >"$work/host/host.c"
root=$work/host plan part
has part targets ' host$'
has part targets '(^|/)lib/meson.build tetra$'
lacks part targets '(^|/)(tests|examples|bindings)/'
root=$work/host plan insistent -Dtetra:tests=enabled -Dtetra:default_library=static
lacks insistent targets '(^|/)tests/'
has insistent targets 'libtetra\.a$'

# Another machine is refused, and named.
cat >"$work/cross" <<'END'
[binaries]
c = 'gcc'
pkgconfig = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
END
! meson setup "$work/arm" "$source" --cross-file "$work/cross" >"$work/arm.log" 2>&1 ||
	fail "aarch64 is not refused"
grep -q 'libtetra works on x86_64 only; this is aarch64' "$work/arm.log" ||
	{ tail -n 5 "$work/arm.log"; fail "aarch64 is refused with another reason"; }

echo "7 builds, $count facts"
