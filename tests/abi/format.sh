#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# format.sh ROOT: all C is laid out as .clang-format says. Tables laid out by hand stand between
# "clang-format off" and "clang-format on", with the reason on the line before. 77: clang-format
# is not installed.
set -euo pipefail

cd "$1"
command -v clang-format >/dev/null || exit 77
files=$(find include lib bpf examples bindings tests -name '.*' -prune -o -name '*.[ch]' -print)
[ -n "$files" ]
# shellcheck disable=SC2086 # a name each
without=$(awk '/clang-format off/ && before !~ /\*\/$/ { print FILENAME ":" FNR } { before = $0 }' $files)
if [ -n "$without" ]; then
	printf 'no reason before clang-format off:\n%s\n' "$without"
	exit 1
fi
# shellcheck disable=SC2086
printf '%s\n' $files | xargs -P 2 -n 40 clang-format --dry-run -Werror
echo "$(wc -w <<<"$files") files are laid out as they should be"
