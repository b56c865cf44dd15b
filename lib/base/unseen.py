#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unseen.h: the characters that show nothing, or change how others show.

    unseen.py OUTPUT      writes the table
    unseen.py --check H   the table is sorted, and right for each character that is assigned
                          in this Python's version of Unicode

Unicode's categories Cc, Cf, Cs, Co, Cn, Zl, Zp, and of the others what is blank by design.
"""

import re
import sys
import unicodedata

CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks without a shape: the Hangul fillers, the grapheme joiner, the inherent
# vowels of Khmer, the Mongolian and supplementary variation selectors, the blank of Braille.
SHAPELESS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800,
             0x3164, 0xFFA0, *range(0xE0100, 0xE01F0)}
LAST = 0x10FFFF

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Written by unseen.py from Unicode %s; in order, without overlap. */
/* clang-format off */
"""


def is_unseen(c):
    return unicodedata.category(chr(c)) in CATEGORIES or c in SHAPELESS


def spans():
    found, first = [], None
    for c in range(LAST + 2):
        unseen = c <= LAST and is_unseen(c)
        if unseen and first is None:
            first = c
        elif not unseen and first is not None:
            found.append((first, c - 1))
            first = None
    return found


def write(path):
    cells = ["{ 0x%x, 0x%x }," % span for span in spans()]
    rows = [" ".join(cells[i:i + 4]) for i in range(0, len(cells), 4)]
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD % unicodedata.unidata_version + "\n".join(rows) + "\n")


def check(path):
    with open(path, encoding="ascii") as file:
        table = [(int(first, 16), int(last, 16)) for first, last in
                 re.findall(r"\{ (0x[0-9a-f]+), (0x[0-9a-f]+) \}", file.read())]
    problems = ["%#x: out of order" % table[i][0] for i in range(len(table))
                if table[i][0] > table[i][1] or i and table[i][0] <= table[i - 1][1] + 1]
    in_table = {c for first, last in table for c in range(first, last + 1)}
    for c in range(LAST + 1):
        # What is assigned in one version only is no fault of the table.
        if unicodedata.category(chr(c)) != "Cn" and is_unseen(c) != (c in in_table):
            if c not in in_table or is_unseen(c):
                problems.append("U+%04X: %s" % (c, unicodedata.category(chr(c))))
    print("\n".join(problems) or "%d spans" % len(table))
    return 1 if problems or not table else 0


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    write(sys.argv[1])
