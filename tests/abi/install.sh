#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install.sh SOURCE BUILD: installs what is built into a folder of its own, compiles the first
# program of the README against it with nothing but pkg-config, and runs it. What it does
# there needs no privilege: it reads a policy that has a fault, and must tell it.
set -euo pipefail

source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

fail() { echo "install.sh: $*" >&2; exit 1; }

meson install -C "$build" --no-rebuild --destdir "$root" >"$work/log" ||
	{ cat "$work/log"; fail "meson install failed"; }
pc=$(find "$root" -name tetra.pc)
[ -n "$pc" ] || fail "tetra.pc is not installed"
# pkg-config puts the root before the paths, as for a cross build.
flags=$(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$(dirname "$pc") \
	pkg-config --cflags --libs tetra) || fail "pkg-config does not know tetra"
libdir=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --variable=libdir tetra)

cp "$source/examples/first.c" "$work/first.c"
[ "$(grep -cv '^/\*' "$work/first.c")" -le 25 ] || fail "first.c has more than 25 lines"
cd "$work"
# shellcheck disable=SC2086 # flags are words
gcc -std=c11 -Wall -Wextra -Werror first.c -o first $flags ||
	fail "the program does not compile"
readelf -d first | grep -q 'NEEDED.*libtetra\.so\.0\]' || fail "not linked to libtetra.so.0"

printf 'apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: x}\nspec:\n  kprobse: []\n' \
	>fault.yaml
status=0
LD_LIBRARY_PATH=$root$libdir ./first fault.yaml >out 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "it ended with $status: $(cat out)"
grep -q '^fault.yaml:5:3: error: .*kprobse' out || fail "it did not tell the fault: $(cat out)"

# The program in the README is this one.
# shellcheck disable=SC2016 # the quotes are Markdown's
block=$(sed -n '/^```c$/,/^```$/{/^```/d;p}' "$source/README.md")
[ -z "$block" ] || [ "$block" = "$(grep -v '^/\*' "$source/examples/first.c")" ] ||
	fail "README.md and examples/first.c show different programs"

# Everything that is promised is there.
for path in "$libdir/libtetra.so" "$libdir/libtetra.so.0" /usr/local/bin/tetra-mini \
	/usr/local/share/man/man1/tetra-mini.1; do
	prefix=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --variable=prefix tetra)
	[ -e "$root${path/#\/usr\/local/$prefix}" ] || fail "$path is not installed"
done
for header in "$source"/include/tetra/*.h; do
	cmp -s "$header" "$root$prefix/include/tetra/$(basename "$header")" ||
		fail "$(basename "$header") is not installed"
done
# What was installed finds the library where it will be, without help.
runs_from() { # FILE
	[ "$prefix" = /usr ] || readelf -d "$1" | grep -q "RUNPATH.*\[$libdir\]" ||
		fail "$(basename "$1") would not find the library"
}
runs_from "$root$prefix/bin/tetra-mini"
LD_LIBRARY_PATH=$root$libdir "$root$prefix/bin/tetra-mini" --version | grep -q '^tetra-mini [0-9]' ||
	fail "the installed tetra-mini does not start"
# Python: in a folder that this python3 searches, and known by its name.
module=$(find "$root" -name '_ffi*.so')
if [ -n "$module" ]; then
	packages=$(dirname "$(dirname "$module")")
	/usr/bin/python3 -c 'import site, sys
sys.exit(sys.argv[1] not in site.getsitepackages())' "${packages#"$root"}" ||
		[ "$prefix" != /usr/local ] || fail "python3 does not look into ${packages#"$root"}"
	runs_from "$module"
	LD_LIBRARY_PATH=$root$libdir PYTHONPATH=$packages /usr/bin/python3 -c '
import importlib.metadata
import tetra
assert importlib.metadata.version("tetra") == tetra.version(), "another version"
assert "cffi" in importlib.metadata.requires("tetra")[0]
' || fail "the Python package is not known"
fi

# The archive has the interface and nothing else to see, and a program needs nothing but it and
# the libraries of the system.
nm --defined-only "$build/lib/libtetra.a" | awk 'NF == 3 && $2 ~ /[A-TV-Z]/ { print $3 }' |
	sort >"$work/seen"
sed -n 's/^\t\(tetra_[a-z0-9_]*\);$/\1/p' "$source/lib/libtetra.map" | sort |
	diff - "$work/seen" || fail "the archive shows other symbols than the map"
# shellcheck disable=SC2046 # flags are words
gcc -std=c11 first.c -o first-static "-I$root$prefix/include" "$build/lib/libtetra.a" \
	$(pkg-config --libs libbpf libelf yaml-0.1 zlib) || fail "the archive does not link"
! readelf -d first-static | grep -q libtetra || fail "the archive needs the library"
status=0
./first-static fault.yaml >out-static 2>&1 || status=$?
[ "$status" -eq 1 ] && cmp -s out out-static || fail "linked to the archive it is another program"

# Nothing names the folder in which it was built.
folder=$(basename "$(dirname "$source")")/$(basename "$source")
for file in "$root$libdir/libtetra.so" "$root$prefix/bin/tetra-mini" "$build/lib/libtetra.a" \
	$module "$build"/bpf/*.bpf.o; do
	! grep -qaF -e "$folder" -e "$build" "$file" ||
		fail "$(basename "$file") names the folder in which it was built"
done
echo "installed, compiled and run: $(head -n 1 out)"
