#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each code of a finding has a text: codes.py ROOT

Reads the calls that report findings in lib/ and the rows of lib/manual, and fails on a code
without a row, on a row whose code nothing reports, and on a call whose code is not written
there, so that this test could not see it.
"""

import os
import re
import sys

# Calls that report, and which of their arguments, from 0, is the code.
REPORTS = {
    "report_at": 2, "report_error": 2, "report_error_key": 2, "report_warning": 2,
    "report_warning_key": 2, "report_finding": 4, "diag_error": 3, "diag_warning": 2,
    "diag_note": 2, "use_error": 3, "use_warning": 2, "use_note": 2,
}
# The calls above inside each other: they pass on the code that their caller gave.
PASSING = {"lib/base/diag.c", "lib/base/diag.h", "lib/document/report.c",
           "lib/document/report.h", "lib/use/finding.c", "lib/use/build.h"}
CODE = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"')
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def arguments(text, at):
    """The arguments of the call whose parenthesis ends before @at, as texts."""
    depth, found, now = 0, [], ""
    while True:
        char = text[at]
        if char == '"':
            string = STRING.match(text, at)
            now += string[0]
            at = string.end()
            continue
        if char in ")]}" and depth == 0:
            return found + [now.strip()]
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            found.append(now.strip())
            now = ""
        else:
            now += char
        at += 1


def sources(root):
    for folder, _, names in os.walk(os.path.join(root, "lib")):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, root), file.read()


def reported(root):
    """(code, or None where it cannot be seen; where) of each call."""
    for path, text in sources(root):
        if path == "lib/document/report.c":
            yield from ((code, path) for code in re.findall(r'"(missing-field|too-many)"', text))
        if path == "lib/document/report.h":
            yield from ((code, path) for code in re.findall(r'"(not-supported)"', text))
        if path in PASSING:
            continue
        for call in re.finditer(r"\b(%s)\(" % "|".join(REPORTS), text):
            found = arguments(text, call.end())
            where = "%s:%d" % (path, text.count("\n", 0, call.start()) + 1)
            codes = CODE.findall(found[REPORTS[call[1]]]) if len(found) > REPORTS[call[1]] else []
            yield from ((code, where) for code in codes or [None])


def described(root):
    for name in ("language.c", "lints.c", "machine.c"):
        with open(os.path.join(root, "lib/manual", name), encoding="utf-8") as file:
            yield from re.findall(r'^\t\{ "([a-z0-9-]+)", ', file.read(), re.M)


def main():
    root = sys.argv[1]
    calls, rows = list(reported(root)), list(described(root))
    codes = {code for code, _ in calls}
    problems = ["%s: the code of this call cannot be seen" % where
                for code, where in calls if code is None]
    problems += ["%s: '%s' has no row in lib/manual" % (where, code)
                 for code, where in calls if code and code not in rows]
    problems += ["lib/manual: nothing reports '%s'" % row for row in rows if row not in codes]
    for problem in problems:
        print(problem)
    print("%d calls, %d codes, %d problems" % (len(calls), len(codes), len(problems)))
    return 1 if problems or len(calls) < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
