#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The version script, the public headers and the library name the same functions.

    symbols.py MAP LIBRARY HEADER...

Each is read on its own and compared with the two others, both ways.
"""

import re
import subprocess
import sys


def from_map(path):
    """{symbol: version}; a symbol in two versions is an error."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"#[^\n]*|/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    found = {}
    for version, body in re.findall(r"(\w+\.\w+)\s*\{(.*?)\}", text, re.DOTALL):
        exported = re.search(r"global:(.*?)(local:|$)", body, re.DOTALL)
        for symbol in re.findall(r"[^\s;]+", exported[1]):
            if symbol in found:
                raise SystemExit("%s: %s is there twice" % (path, symbol))
            found[symbol] = version
    return found


def from_headers(paths):
    """The functions that are marked as exported, and those that should be."""
    marked, declared = set(), set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
        text = re.sub(r"^#.*(\\\n.*)*", "", text, flags=re.MULTILINE)
        for statement in text.split(";"):
            name = re.search(r"\b(tetra_\w+)\s*\(", statement)
            if not name or "typedef" in statement:
                continue
            declared.add(name[1])
            if "TETRA_API" in statement:
                marked.add(name[1])
    return marked, declared


def from_library(path):
    """{symbol: version} of what the library defines for others."""
    text = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", path],
                          check=True, capture_output=True, text=True).stdout
    found = {}
    for line in text.splitlines():
        _, kind, symbol = line.split(maxsplit=2)
        name, _, version = symbol.partition("@@")
        if kind != "A":
            found[name] = version
    return found


def differences(left, left_name, right, right_name):
    problems = ["%s: in %s and not in %s" % (name, left_name, right_name)
                for name in sorted(set(left) - set(right))]
    return problems + ["%s: in %s and not in %s" % (name, right_name, left_name)
                       for name in sorted(set(right) - set(left))]


def main():
    map_path, library_path, *header_paths = sys.argv[1:]
    script = from_map(map_path)
    marked, declared = from_headers(header_paths)
    library = from_library(library_path)
    problems = ["%s: declared without TETRA_API" % name for name in declared - marked]
    problems += differences(script, "the map", marked, "the headers")
    problems += differences(script, "the map", library, "the library")
    problems += differences(marked, "the headers", library, "the library")
    problems += ["%s: version '%s' in the library, %s in the map" % (
        name, library[name], version) for name, version in sorted(script.items())
        if name in library and library[name] != version]
    for problem in problems:
        print(problem)
    print("%d symbols, %d problems" % (len(script), len(problems)))
    return 1 if problems or not script else 0


if __name__ == "__main__":
    sys.exit(main())
