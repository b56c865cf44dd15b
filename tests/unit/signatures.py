#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lib/linux/signatures.c against the recorded kernels: signatures.py SIGNATURES KERNELS

Each table must be sorted, and each row that names a function of a recorded kernel must have as
many parameters as the function has there, numbers and pointers where it has them.
"""

import gzip
import pathlib
import re
import sys

TABLES = ("calls", "hooks", "functions", "lsm_hooks")
PREFIXES = {"calls": "__x64_sys_", "hooks": "security_", "functions": "",
            "lsm_hooks": "bpf_lsm_"}
ROW = re.compile(r'\{ "(\w+)", (?:"([^"]*)"|NULL) \}')


def tables(path):
    """The rows of each table: name and letters, "" if they differ among kernels."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    for table in TABLES:
        body = text.split(f"struct signature {table}[] = {{")[1].split("\n};")[0]
        yield table, ROW.findall(body)


def functions(path):
    """What a recorded kernel has: name, and the flags of each parameter."""
    with gzip.open(path, "rt") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            # A wrapper's only parameter is the registers.
            wrapper = fields[1].startswith("__x64_sys_")
            if fields[0] == "function" and "k" in fields[3] and not wrapper:
                yield fields[1], [f.split(":")[1] for f in fields[6:]]
            elif fields[0] == "syscall" and "k" in fields[4]:
                yield fields[1], [f.split(":")[1] for f in fields[7:]]


def agrees(letters, kinds):
    """Pointers are pointers, and there are as many parameters."""
    return len(letters) - 1 == len(kinds) and all(
        letter == "?" or ("p" in kind) == (letter not in "ilf")
        for letter, kind in zip(letters[1:], kinds))


def main(signatures, kernels):
    wrong, n_compared = [], 0
    recorded = {path.name: dict(functions(path))
                for path in sorted(pathlib.Path(kernels).glob("*.facts.gz"))}
    for table, rows in tables(signatures):
        names = [name for name, _ in rows]
        if names != sorted(set(names)) or not names:
            wrong.append(f"{table} is not sorted")
        for name, letters in rows:
            for kernel, known in recorded.items():
                kinds = known.get(PREFIXES[table] + name)
                if not letters or kinds is None:
                    continue
                n_compared += 1
                if not agrees(letters, kinds):
                    wrong.append(f"{kernel}: {table}: {name} {letters} {kinds}")
    print("\n".join(wrong))
    print(f"{n_compared} compared, {len(wrong)} wrong")
    return 1 if wrong or not n_compared else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
