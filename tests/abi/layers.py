#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Includes point down: layers.py ROOT

Reads the #include lines of all C files below ROOT and fails on one that points up or
sideways, or that is not written from the root, on headers that include each other in a
circle, and on two that have one guard, so that a file which needs both would get one. Circles
that only the linker sees are for objects.py.
"""

import fnmatch
import os
import re
import sys

# What each place may include, by the first row that fits the including file. Patterns are
# of paths from the root; an own folder is always allowed. "tetra/*" is the public headers.
SKELETONS = "bpf/*.skel.h"
PLACES = [
    ("include/tetra/*", ["tetra/*"]),
    ("lib/base/*", ["bpf/abi/kinds.h", "tetra/*"]),
    ("lib/linux/*", ["lib/base/*", "bpf/abi/kinds.h", "tetra/*"]),
    ("lib/manual/*", ["lib/base/*", "tetra/*"]),
    ("lib/host/*", ["lib/base/*", "bpf/abi/kinds.h", "bpf/abi/record.h"]),
    ("lib/btf/*", ["lib/base/*", "lib/host/pseudo.h"]),
    ("lib/kernel/*", ["lib/base/*", "lib/linux/*", "lib/host/*", "lib/btf/*", "bpf/abi/kinds.h",
                      "tetra/*"]),
    ("lib/recording/*", ["lib/base/*", "lib/linux/*", "lib/host/*", "lib/btf/*", "lib/kernel/*",
                         "tetra/*"]),
    ("lib/document/*", ["lib/base/*", "lib/linux/*", "bpf/abi/*", "tetra/*"]),
    ("lib/policy/*", ["lib/base/*", "lib/linux/*", "lib/document/*", "bpf/abi/*", "tetra/*"]),
    ("lib/judge/*", ["lib/base/*", "lib/document/*", "lib/policy/*", "bpf/abi/*", "tetra/*"]),
    ("lib/meaning/*", ["lib/base/*", "lib/linux/*", "lib/document/*", "lib/policy/*",
                       "lib/judge/*", "bpf/abi/*"]),
    ("lib/lint/*", ["lib/base/*", "lib/linux/*", "lib/document/*", "lib/policy/*",
                    "lib/judge/*", "lib/meaning/*", "bpf/abi/*", "tetra/*"]),
    ("lib/space/*", ["lib/base/*", "lib/policy/*", "lib/judge/*", "bpf/abi/*", "tetra/*"]),
    ("lib/compare/*", ["lib/base/*", "lib/linux/*", "lib/document/*", "lib/policy/*",
                      "lib/judge/*", "lib/space/*", "bpf/abi/*", "tetra/*"]),
    ("lib/explain/*", ["lib/base/*", "lib/linux/*", "lib/manual/*", "lib/document/*",
                       "lib/policy/*", "lib/judge/*", "lib/space/*", "lib/compare/*",
                       "bpf/abi/*", "tetra/*"]),
    ("lib/simulate/*", ["lib/base/*", "lib/linux/*", "lib/document/*", "lib/policy/*",
                        "lib/judge/*", "bpf/abi/*", "tetra/*"]),
    ("lib/image/*", ["lib/base/*", "lib/policy/*", "bpf/abi/*", "tetra/*"]),
    ("lib/use/*", ["lib/base/*", "lib/linux/*", "lib/kernel/*", "lib/policy/*", "bpf/abi/*"]),
    ("lib/plan/*", ["lib/base/*", "lib/linux/*", "lib/kernel/*", "lib/policy/*",
                    "lib/host/note.h", "lib/host/program.h", "lib/image/*", "lib/use/*",
                    "bpf/abi/*", "tetra/*"]),
    ("lib/trim/*", ["lib/base/*"]),
    ("lib/load/*", ["lib/base/*", "lib/btf/*", "lib/kernel/*", "lib/trim/*", "bpf/abi/*", "tetra/*"]),
    ("lib/sensor/*", ["lib/base/*", "lib/linux/*", "lib/btf/*", "lib/kernel/*", "lib/load/*",
                      "lib/document/*", "lib/policy/*", "lib/image/*", "lib/use/*", "lib/plan/*",
                      "bpf/abi/*", SKELETONS, "tetra/*"]),
    ("lib/process/*", ["lib/base/*", "lib/linux/*", "lib/host/cgroup.h", "bpf/abi/*",
                       "tetra/*"]),
    ("lib/event/*", ["lib/base/*", "lib/linux/*", "lib/process/*", "bpf/abi/*", "tetra/*"]),
    ("lib/state/*", ["lib/base/*", "lib/host/cgroup-tree.h", "lib/kernel/*", "lib/image/*",
                     "lib/plan/*", "lib/sensor/*", "lib/event/*", "bpf/abi/*", "tetra/*"]),
    ("lib/session/*", ["lib/base/*", "lib/host/*", "lib/kernel/*", "lib/state/*", "tetra/*"]),
    ("lib/fit/*", ["lib/*", "bpf/abi/*", "tetra/*"]),
    ("lib/commit/*", ["lib/*", "bpf/abi/*", "tetra/*"]),
    ("bpf/abi/*", ["bpf/abi/*"]),
    ("bpf/common/*", ["bpf/abi/*"]),
    ("bpf/path/*", ["bpf/abi/*", "bpf/common/*"]),
    ("bpf/process/*", ["bpf/abi/*", "bpf/common/*", "bpf/path/*"]),
    ("bpf/*", ["bpf/*"]),
    ("examples/*", ["common/*", "tetra/*"]),
    ("bindings/*", ["tetra/*"]),
]

# Of the system's headers, where not all are welcome. A header that every program includes
# must not bring the system's along, and the records know fixed-width types only.
SYSTEM = [
    ("include/tetra/*", ["tetra/*", "stddef.h", "stdint.h"]),
    ("bpf/abi/*", ["linux/types.h", "stdbool.h", "stddef.h", "stdint.h"]),
    ("lib/base/*", None),
    ("lib/linux/*", None),
    ("lib/manual/*", None),
    ("lib/document/*", None),
    ("lib/policy/*", None),
    ("lib/image/*", None),
    ("lib/space/*", None),
    ("lib/compare/*", None),
    ("lib/explain/*", None),
    ("lib/judge/*", None),
    ("lib/lint/*", None),
    ("lib/meaning/*", None),
    ("lib/simulate/*", None),
    ("bpf/*", ["bpf/*", "linux/*", "stdbool.h"]),
]
# The kernel is touched on these floors only; the others are pure.
BPF_USERS = ["lib/btf/*", "lib/kernel/*", "lib/recording/*", "lib/trim/*", "lib/load/*",
             "lib/sensor/*", "bpf/*"]

GUARD = re.compile(r"^#ifndef (\w+)\n#define \1$", re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def fits(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def row(table, path):
    """(whether there is a row, its value)."""
    for pattern, value in table:
        if fnmatch.fnmatchcase(path, pattern):
            return True, value
    return False, None


def beside(root, path, target):
    """Where a program's own header is: in the including file's folder, or one above it."""
    folder = os.path.dirname(path)
    for place in (folder, os.path.dirname(folder)):
        if os.path.exists(os.path.join(root, place, target)):
            return os.path.join(place, target)
    return None


def judge_own(root, path, target):
    """What is wrong with #include "target" in path; None if nothing."""
    folder = os.path.dirname(path)
    known, allowed = row(PLACES, path)
    if not known:
        return "no row says what this place may include"
    is_example = fits(path, ["examples/*", "bindings/*"])
    if is_example and beside(root, path, target):
        return None
    if os.path.dirname(target) == folder or fits(target, allowed):
        return None
    if "/" not in target:
        return "not written from the root"
    return "points up or sideways"


def judge_system(path, target):
    known, allowed = row(SYSTEM, path)
    if known and allowed is not None and not fits(target, allowed):
        return "not for this place"
    if re.match("lib/|bpf/[a-z]+/", target):
        return "our own, in angle brackets"
    if fits(target, ["bpf/*", "linux/bpf.h"]) and not fits(path, BPF_USERS):
        return "the kernel is not touched on this floor"
    return None


def judge(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for match in INCLUDE.finditer(text):
        quote, target = match[1], match[2]
        problem = (judge_own(root, path, target) if quote == '"'
                   else judge_system(path, target))
        if problem:
            line = text.count("\n", 0, match.start()) + 1
            yield "%s:%d: %s: %s" % (path, line, target, problem)


def headers_of(root, path):
    """The headers of ours that a file includes, from the root."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        targets = [match[2] for match in INCLUDE.finditer(file.read()) if match[1] == '"']
    for target in targets:
        if os.path.exists(os.path.join(root, target)):
            yield target
        elif beside(root, path, target):
            yield beside(root, path, target)


def circles(root, paths):
    """Each header that includes itself by way of others."""
    includes = {path: set(headers_of(root, path)) for path in paths}
    for start in paths:
        seen, todo = set(), [start]
        while todo:
            for target in includes.get(todo.pop(), set()) - seen:
                seen.add(target)
                todo.append(target)
        if start in seen:
            yield "%s: includes itself, by way of others" % start


def guards(root, paths):
    """Each header with the guard of an earlier one."""
    first = {}
    for path in paths:
        if not path.endswith(".h"):
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            found = GUARD.search(file.read())
        if found and first.setdefault(found[1], path) != path:
            yield "%s: has the guard of %s, %s" % (path, first[found[1]], found[1])


def sources(root, tops):
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [name for name in folders if not name.startswith((".", "build"))]
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def main():
    root = sys.argv[1]
    tops = ["include", "lib", "bpf", "examples", "bindings"]
    paths = list(sources(root, tops))
    problems = [problem for path in paths for problem in judge(root, path)]
    problems += circles(root, paths)
    problems += guards(root, sources(root, tops + ["tests"]))
    for problem in problems:
        print(problem)
    print("%d files, %d problems" % (len(paths), len(problems)))
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
