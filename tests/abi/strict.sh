#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# strict.sh SOURCE: strict.c, and the first program of the README, under every standard that
# the interface promises, with both compilers and all of their warnings.
set -euo pipefail

source=$1
flags=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only "-I$source/include")
count=0

try() { # COMPILER STANDARD FILE [FLAG...]
	local compiler=$1 standard=$2 file=$3
	shift 3
	"$compiler" "-std=$standard" "$@" "${flags[@]}" "$file" ||
		{ echo "strict.sh: $compiler -std=$standard does not take $(basename "$file")" >&2; exit 1; }
	count=$((count + 1))
}

for compiler in gcc clang; do
	for standard in c99 c11 c17 c2x; do
		try "$compiler" "$standard" "$source/tests/abi/strict.c"
		try "$compiler" "$standard" "$source/examples/first.c"
	done
done
for compiler in g++ clang++; do
	command -v "$compiler" >/dev/null || continue
	for standard in c++11 c++14 c++17 c++20; do
		try "$compiler" "$standard" "$source/tests/abi/strict.c" -x c++
	done
done
echo "$count compilations"
