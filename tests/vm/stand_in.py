# SPDX-License-Identifier: Apache-2.0
"""Programs in the place of those that policies probe and this machine does not have.

Each has the functions and the probes (USDT) that the policies name, and code at the addresses where
small programs have theirs. They are never run.
"""

import os
import re
import subprocess

import yaml

# Code of each function, so that places after a symbol are code, too; of the first of all, so
# that places which are given as numbers are.
FUNCTION_BYTES = 128
FILLER_BYTES = 4096


# What the note of a probe says of its arguments: each in memory, as programs have them.
OPERAND = "-4@%d(%%rbp)"
OPERANDS = 12


def probed(paths):
    """{file: {symbol}} of the uprobes of policies; symbols without "+OFFSET". Those of usdts are
    (provider, name)."""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            documents = list(yaml.safe_load_all(file))
        for policy in documents:
            for hook in ((policy or {}).get("spec") or {}).get("uprobes") or []:
                names = {re.sub(r"\+[0-9a-fx]+$", "", str(symbol))
                         for symbol in hook.get("symbols") or []}
                found.setdefault(hook["path"], set()).update(names)
            for hook in ((policy or {}).get("spec") or {}).get("usdts") or []:
                found.setdefault(hook["path"], set()).add((hook["provider"], hook["name"]))
    return {path: symbols for path, symbols in found.items() if path.startswith("/")}


def note(provider, name, number):
    """A place of a probe in the code, and its note."""
    operands = " ".join(OPERAND % -(8 * at + 8) for at in range(OPERANDS))
    if "string" in name:
        operands = "8@%rax"
    return ('.text\n.Lplace%(n)d: nop\n.section .note.stapsdt,"","note"\n.balign 4\n'
            '.4byte 8, .Lend%(n)d-.Lbegin%(n)d, 3\n.asciz "stapsdt"\n'
            '.Lbegin%(n)d: .8byte .Lplace%(n)d, 0, 0\n.asciz "%(provider)s"\n'
            '.asciz "%(name)s"\n.asciz "%(operands)s"\n.Lend%(n)d: .balign 4\n.text\n'
            % {"n": number, "provider": provider, "name": name, "operands": operands})


def build(symbols, path):
    """An ELF program with these functions and probes."""
    probes = sorted(symbol for symbol in symbols if isinstance(symbol, tuple))
    symbols = symbols.difference(probes)
    parts = [".text\n.skip %d, 0x90\n" % FILLER_BYTES]
    parts += ['.globl "%s"\n.type "%s", @function\n"%s":\n.skip %d, 0x90\nret\n'
              '.size "%s", .-"%s"\n' % (name, name, name, FUNCTION_BYTES, name, name)
              for name in sorted(symbols)]
    parts += [note(provider, name, number) for number, (provider, name) in enumerate(probes)]
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
