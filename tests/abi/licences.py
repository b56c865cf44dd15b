#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each file has a licence, and the text of each licence is there: licences.py ROOT

What REUSE asks for, without its tool: a file names its licence in its first lines, or a
paragraph of .reuse/dep5 does; LICENSES has a text for each name and no other file.
"""

import fnmatch
import os
import re
import sys

# As in .gitignore, and what has no licence of its own.
SKIPPED = re.compile(r"^(build.*|__pycache__|\.git|\.cache|LICENSES|.*\.egg-info)$")
UNLICENSED = re.compile(r"(^|/)(LICENSE|\.reuse/dep5)$|\.(pyc|so|o)$")
NAMED = re.compile(rb"SPDX-License-Identifier: ([^*\n]+)")
HEAD_BYTES = 1000


def files(root):
    """Paths from the root."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not SKIPPED.match(name)]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if not UNLICENSED.search(path):
                yield path


def paragraphs(root):
    """(pattern, licence) of .reuse/dep5; the last one that fits counts."""
    with open(os.path.join(root, ".reuse/dep5"), encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r"^Files: (.*)\nCopyright: .+\nLicense: (.*)$", text, re.MULTILINE)
    return [(pattern, licence) for patterns, licence in found for pattern in patterns.split()]


def licence_of(root, path, rules):
    with open(os.path.join(root, path), "rb") as file:
        named = NAMED.search(file.read(HEAD_BYTES))
    if named:
        return named[1].decode().strip()
    fitting = [licence for pattern, licence in rules if fnmatch.fnmatchcase(path, pattern)]
    return fitting[-1] if fitting else None


def main():
    root = sys.argv[1]
    rules = paragraphs(root)
    problems, used, count = [], set(), 0
    for path in files(root):
        licence = licence_of(root, path, rules)
        count += 1
        if not licence:
            problems.append("%s: no licence" % path)
            continue
        if path.endswith((".c", ".h")) and path.startswith("bpf/") != (licence == "GPL-2.0-only OR BSD-2-Clause"):
            problems.append("%s: %s is not the licence of this folder" % (path, licence))
        used.update(re.split(r" OR | AND ", licence))
    there = set(os.listdir(os.path.join(root, "LICENSES")))
    wanted = {name + ".txt" for name in used}
    problems += ["LICENSES/%s is missing" % name for name in sorted(wanted - there)]
    problems += ["LICENSES/%s: nothing has it" % name for name in sorted(there - wanted)]
    for problem in problems:
        print(problem)
    print("%d files, %d problems" % (count, len(problems)))
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
