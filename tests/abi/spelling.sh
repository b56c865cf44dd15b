#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# spelling.sh ROOT: no word of sources and texts is a known misspelling of another. What only
# looks like one, or is one on purpose, is in words.txt. 77: codespell is not installed.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
cd "$1"
command -v codespell >/dev/null || exit 77
# The policies of tests/data are full of slips on purpose.
codespell --ignore-words "$here/words.txt" --skip '*.gz,*.o,*.so,*.pyc,.cache,__pycache__' \
	*.md meson.build meson_options.txt bindings bpf examples include lib \
	tests/abi tests/bench tests/data/adversary.tsv tests/fuzz tests/kernel tests/unit \
	tests/vm tests/install tests/mutants tests/run
echo "every word is spelled as it should be"
