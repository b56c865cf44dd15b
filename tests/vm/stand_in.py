# SPDX-License-Identifier: Apache-2.0
"""Programs in the place of those that policies probe and this machine does not have.

Each has the functions that the policies name, and code at the addresses where small programs
have theirs. They are never run.
"""

import os
import re
import subprocess

import yaml

# Code of each function, so that places after a symbol are code, too; of the first of all, so
# that places which are given as numbers are.
FUNCTION_BYTES = 128
FILLER_BYTES = 4096


def probed(paths):
    """{file: {symbol}} of the uprobes of policies; symbols without "+OFFSET"."""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            documents = list(yaml.safe_load_all(file))
        for policy in documents:
            for hook in ((policy or {}).get("spec") or {}).get("uprobes") or []:
                names = {re.sub(r"\+[0-9a-fx]+$", "", str(symbol))
                         for symbol in hook.get("symbols") or []}
                found.setdefault(hook["path"], set()).update(names)
    return {path: symbols for path, symbols in found.items() if path.startswith("/")}


def build(symbols, path):
    """An ELF program with these functions."""
    parts = [".text\n.skip %d, 0x90\n" % FILLER_BYTES]
    parts += ['.globl "%s"\n.type "%s", @function\n"%s":\n.skip %d, 0x90\nret\n'
              '.size "%s", .-"%s"\n' % (name, name, name, FUNCTION_BYTES, name, name)
              for name in sorted(symbols)]
    parts.append('.section .note.GNU-stack,"",@progbits\n')
    subprocess.run(["gcc", "-x", "assembler", "-", "-o", path, "-nostdlib", "-static",
                    "-no-pie", "-Wl,-e,0"], input="".join(parts), text=True, check=True)


def build_all(policies, folder):
    """{file that is not here: what to put there}."""
    os.makedirs(folder, exist_ok=True)
    built = {}
    for number, (path, symbols) in enumerate(sorted(probed(policies).items())):
        if os.path.exists(path):
            continue
        built[path] = os.path.join(folder, str(number))
        build(symbols, built[path])
    return built
