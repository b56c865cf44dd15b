#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C program that calls each exported function with NULL and 0 for every parameter,
and then once more with what it is about (a policy, an event, ...) and nothing else.

    null.py OUTPUT HEADER...

A call must come back: with NULL, 0, -EINVAL or, where the header says so, -ENOENT.
"""

import re
import sys

# What the program has, by the type of a first parameter.
OBJECTS = {"struct tetra_policy": "policy", "struct tetra_diag": "diag",
           "struct tetra_filter": "filter", "struct tetra_event": "event",
           "struct tetra_process": "process"}
# These end, or add to, the life of what they get.
LIFE = re.compile(r"_(ref|unref|free)$")
# Those that have nothing to be asked about; test-schema gives the schema no place to go.
CONSTANT = {"tetra_api_level", "tetra_policy_schema", "tetra_version"}


def declarations(paths):
    """(return type, name, [parameter]) of each exported function."""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
        text = re.sub(r"^#.*(\\\n.*)*", "", text, flags=re.MULTILINE)
        for match in re.finditer(r"TETRA_API\s+(.*?)\b(tetra_\w+)\s*\((.*?)\)\s*;", text,
                                 flags=re.DOTALL):
            kind, name, inside = (" ".join(part.split()) for part in match.groups())
            params = [] if inside == "void" else inside.split(", ")
            yield kind.strip(), name, params


def type_of(param):
    return re.sub(r"\w+$", "", param).strip()


def call(name, params, first=None):
    values = ["(%s)0" % type_of(param) for param in params]
    if first:
        values[0] = first
    return "%s(%s)" % (name, ", ".join(values))


def line(kind, name, text):
    if kind == "void":
        return "\t%s;" % text
    if kind.endswith("*"):
        check = "check_pointer"
    else:
        check = "check_number"
    return '\t%s("%s", %s);' % (check, name, text)


def program(paths):
    nothing, something = [], []
    for kind, name, params in declarations(paths):
        if name in CONSTANT:
            continue
        nothing.append(line(kind, name, call(name, params)))
        first = re.sub(r"const | \*$", "", type_of(params[0])) if params else None
        if first in OBJECTS and not LIFE.search(name):
            something.append("\t(void)%s;" % call(name, params, OBJECTS[first]))
    return ('#include "tests/abi/null.h"\n\n'
            "void calls_with_nothing(void)\n{\n%s\n}\n\n"
            "void calls_with_one(struct tetra_policy *policy, struct tetra_diag *diag,\n"
            "\t\t    struct tetra_filter *filter, const struct tetra_event *event,\n"
            "\t\t    const struct tetra_process *process)\n{\n%s\n}\n\n"
            "const unsigned int n_functions = %d;\n") % (
                "\n".join(nothing), "\n".join(something), len(nothing))


def main():
    output, *headers = sys.argv[1:]
    with open(output, "w", encoding="utf-8") as file:
        file.write(program(headers))


if __name__ == "__main__":
    main()
