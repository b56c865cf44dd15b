#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No circles, and no unused globals: objects.py BUILD ARCHIVE

Reads the symbols of the library's objects. Two files in a circle (each needs a symbol of the
other, directly or by way of more files) cannot be understood one after the other; what both
need belongs into a file of its own. A function or table that no other object of the build
refers to, tests and programs included, is not used or should be static.
"""

import os
import subprocess
import sys

# Public names are used by programs that are not here; symbols.py compares them.
PUBLIC = "tetra_"


def symbols(paths):
    """(by object, its undefined symbols; by symbol, the object that defines it)."""
    needs, defines, member = {}, {}, None
    out = subprocess.run(["nm", "-g"] + paths, stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    for line in out.splitlines():
        if line.endswith(":"):
            member = os.path.basename(line[:-1])
            needs.setdefault(member, set())
        elif line:
            *_, kind, name = line.split()
            if kind == "U":
                needs[member].add(name)
            else:
                defines.setdefault(name, member)
    return needs, defines


def circles(needs, defines):
    """Groups of objects that reach each other."""
    edges = {member: {defines[name] for name in names if name in defines} - {member}
             for member, names in needs.items()}
    reach = {}
    for start in edges:
        seen, todo = set(), [start]
        while todo:
            for target in edges[todo.pop()] - seen:
                seen.add(target)
                todo.append(target)
        reach[start] = seen
    found = {frozenset(other for other in reach[member] if member in reach[other])
             for member in edges if member in reach[member]}
    return sorted(sorted(group) for group in found)


def others(build, archive):
    """All objects of the build that are not in the archive."""
    own = os.path.basename(archive) + ".p"
    for folder, folders, names in os.walk(build):
        folders[:] = [name for name in folders
                      if name != own and not name.endswith("-engine")]
        for name in names:
            if name.endswith(".o") and not name.endswith((".bpf.o", ".raw.o")):
                yield os.path.join(folder, name)


def main():
    build, archive = sys.argv[1:]
    needs, defines = symbols([archive])
    problems = 0
    for group in circles(needs, defines):
        problems += 1
        print("in a circle: " + " ".join(group))
        for member in group:
            print("  %s needs %s" % (member, " ".join(sorted(
                name for name in needs[member]
                if defines.get(name) in group and defines[name] != member))))
    used = set().union(*needs.values())
    used |= set().union(*symbols(list(others(build, archive)))[0].values())
    for name, member in sorted(defines.items(), key=lambda pair: (pair[1], pair[0])):
        if name not in used and not name.startswith(PUBLIC):
            problems += 1
            print("%s: no other object uses %s" % (member, name))
    print("%d objects, %d globals, %d problems" % (len(needs), len(defines), problems))
    return 1 if problems or not needs else 0


if __name__ == "__main__":
    sys.exit(main())
