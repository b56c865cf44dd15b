#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The structs that cross a boundary are laid out alike on both sides.

    layout.py --root ROOT [--object FILE]... [--write]

- The records of bpf/abi and the public structs have no padding that is not written down.
- Each member of bpf/abi's structs has the same place for the BPF target and for the host,
  and in the built BPF objects.
- Public structs and constants only grow: each line of tests/abi/public.abi still holds. A
  line is "struct S.MEMBER OFFSET SIZE", "struct S SIZE" or "constant NAME VALUE".
  --write adds what is new.

Layouts come from clang's BTF; what the host thinks is asked of the C compiler.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

KERNEL_HEADERS = ["bpf/abi/config.h", "bpf/abi/hash.h", "bpf/abi/image.h",
                  "bpf/abi/kinds.h", "bpf/abi/record.h"]
PUBLIC_HEADERS = ["tetra/tetra.h"]
# What each release changes.
GROWING = re.compile(r"TETRA_(VERSION|API_LEVEL)")
BPFTOOL = "/usr/sbin/bpftool"


def run(*command):
    """Standard output; a failure is the test's."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit("%s failed:\n%s%s" % (command[0], done.stdout, done.stderr))
    return done.stdout


def multiarch():
    return run("gcc", "-print-multiarch").strip()


class Headers:
    """A group of headers, and the structs that they define."""

    def __init__(self, root, paths, folder):
        self.flags = ["-I" + root, "-I" + os.path.join(root, "include")]
        self.include = "".join('#include "%s"\n' % path for path in paths)
        self.work = folder
        text = run("gcc", "-E", "-P", *self.flags, self.source("all", self.include))
        self.structs = re.findall(r"\bstruct\s+(tetra_\w+)\s*\{", text)
        self.enums = re.findall(r"\benum\s+(tetra_\w+)\s*\{", text)

    def source(self, name, text):
        path = os.path.join(self.work, name + ".c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def types(self):
        """BTF of all of it, as the BPF target lays it out."""
        users = ["struct %s v_%s;\n" % (name, name) for name in self.structs]
        users += ["enum %s e_%s;\n" % (name, name) for name in self.enums]
        target = os.path.join(self.work, "types.o")
        # The C library's headers ask which machine this is.
        run("clang", "-target", "bpf", "-D__x86_64__", "-g", "-c", *self.flags,
            "-I/usr/include/" + multiarch(),
            self.source("types", self.include + "".join(users)), "-o", target)
        return Btf(target)

    def macros(self):
        """The macros that are numbers, as the preprocessor has them."""
        names = re.findall(r"^#define (TETRA_[A-Z0-9_]+) .*\d", run(
            "gcc", "-E", "-dM", *self.flags, self.source("macros", self.include)),
            re.MULTILINE)
        text = self.include + "".join("@@%s %s\n" % (name[:5] + "-" + name[5:], name)
                                      for name in sorted(names))
        lines = []
        for name, value in re.findall(r"^@@(\S+) (.*)$", run(
                "gcc", "-E", "-P", *self.flags, self.source("values", text)), re.MULTILINE):
            value = re.sub(r"(?<=\d)[uUlL]+", "", value)
            if re.fullmatch(r"[0-9a-fA-Fx<() ]+", value):
                lines.append("constant %s %d" % (name.replace("-", "", 1), eval(value)))
        return lines

    def check_padding(self, where):
        """gcc says where it pads, inside and at the end."""
        users = ["struct %s v_%s;\n" % (name, name) for name in self.structs]
        done = subprocess.run(
            ["gcc", "-std=gnu11", "-Wpadded", "-fsyntax-only", *self.flags,
             self.source("padded", self.include + "".join(users))],
            capture_output=True, text=True, check=False)
        return ["%s: %s" % (where, line) for line in done.stderr.splitlines()
                if "warning:" in line or "error:" in line]

    def check_host(self, lines, where):
        """The host's compiler agrees with each line of layout()."""
        asserts = []
        for line in lines:
            kind, name, *numbers = line.split()
            owner, _, member = name.partition(".")
            if kind == "struct" and not member:
                asserts.append('_Static_assert(sizeof(struct %s) == %s, "%s");\n' % (
                    name, numbers[0], line))
            elif kind == "struct":
                asserts.append(
                    '_Static_assert(__builtin_offsetof(struct %s, %s) == %s && '
                    'sizeof(((struct %s *)0)->%s) == %s, "%s");\n' % (
                        owner, member, numbers[0], owner, member, numbers[1], line))
        done = subprocess.run(
            ["gcc", "-std=gnu11", "-fsyntax-only", *self.flags,
             self.source("host", self.include + "".join(asserts))],
            capture_output=True, text=True, check=False)
        return ["%s: the host differs: %s" % (where, line)
                for line in done.stderr.splitlines() if "error:" in line]


class Btf:
    """The types of an object file."""

    def __init__(self, path):
        text = run(BPFTOOL if os.path.exists(BPFTOOL) else "bpftool", "-j", "btf", "dump",
                   "file", path)
        self.types = {entry["id"]: entry for entry in json.loads(text)["types"]}
        self.structs = {entry["name"]: entry for entry in self.types.values()
                        if entry["kind"] == "STRUCT" and entry["name"] != "(anon)"}

    def size(self, number):
        entry = self.types[number]
        if entry["kind"] == "ARRAY":
            return entry["nr_elems"] * self.size(entry["type_id"])
        if entry["kind"] == "PTR":
            return 8
        if "size" in entry:
            return entry["size"]
        return self.size(entry["type_id"])

    def resolved(self, number):
        entry = self.types[number]
        while entry["kind"] in ("TYPEDEF", "CONST", "VOLATILE"):
            entry = self.types[entry["type_id"]]
        return entry

    def members(self, entry, prefix="", base=0):
        """(name, offset, size); those of nested structs without a tag one by one."""
        for member in entry["members"]:
            offset = base + member["bits_offset"] // 8
            inner = self.resolved(member["type_id"])
            name = "" if member["name"] == "(anon)" else member["name"]
            if name:
                yield prefix + name, offset, self.size(member["type_id"])
            if inner["kind"] in ("STRUCT", "UNION") and inner["name"] == "(anon)":
                yield from self.members(inner, prefix + (name + "." if name else ""), offset)

    def layout(self, names):
        lines = []
        for name in names:
            entry = self.structs.get(name)
            if not entry:
                continue
            lines += ["struct %s.%s %d %d" % (name, *member) for member in
                      self.members(entry)]
            lines.append("struct %s %d" % (name, entry["size"]))
        return lines

    def constants(self):
        return ["constant %s %d" % (value["name"], value["val"])
                for entry in self.types.values() if entry["kind"] == "ENUM"
                for value in entry["values"] if value["name"].startswith("TETRA_")]


def check_objects(objects, lines, names):
    """The built BPF objects, which may hold only some of the structs."""
    problems = []
    for path in objects:
        found = Btf(path)
        here = found.layout(names)
        for line in sorted(set(here) - set(lines)):
            problems.append("%s: not as in the headers: %s" % (os.path.basename(path), line))
        if not here:
            problems.append("%s: none of the structs is in it" % os.path.basename(path))
    return problems


def check_public(recorded, lines):
    """What was promised holds: nothing is gone or moved; structs may have grown."""
    now = {" ".join(line.split()[:2]): line.split()[2:] for line in lines}
    problems = []
    for line in recorded:
        kind, name, *numbers = line.split()
        have = now.get("%s %s" % (kind, name))
        is_struct_size = kind == "struct" and "." not in name
        if have == numbers:
            continue
        if have and is_struct_size and int(have[0]) > int(numbers[0]):
            continue
        problems.append("public.abi: '%s' is now %s" % (line, " ".join(have or ["gone"])))
    return problems


def read_recorded(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and line[0] != "#"]


def write_recorded(path, recorded, lines):
    known = {" ".join(line.split()[:2]) for line in recorded}
    added = [line for line in lines if " ".join(line.split()[:2]) not in known]
    with open(path, "w", encoding="utf-8") as file:
        file.write("# SPDX-License-Identifier: Apache-2.0\n"
                   "# Public structs and constants, see layout.py. Lines are only added.\n")
        file.writelines(line + "\n" for line in recorded + added)
    print("%d lines added" % len(added))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True)
    parser.add_argument("--object", action="append", default=[])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    record = os.path.join(args.root, "tests/abi/public.abi")
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        kernel = Headers(args.root, KERNEL_HEADERS, folder)
        kernel_lines = kernel.types().layout(kernel.structs)
        problems += kernel.check_padding("bpf/abi")
        problems += kernel.check_host(kernel_lines, "bpf/abi")
        problems += check_objects(args.object, kernel_lines, kernel.structs)
        public = Headers(args.root, PUBLIC_HEADERS, folder)
        types = public.types()
        public_lines = types.layout(public.structs)
        problems += public.check_padding("include/tetra")
        problems += public.check_host(public_lines, "include/tetra")
        public_lines += types.constants() + [
            line for line in public.macros() if not GROWING.search(line)]
    recorded = read_recorded(record)
    if args.write:
        write_recorded(record, recorded, public_lines)
    problems += check_public(recorded, public_lines)
    for problem in problems:
        print(problem)
    print("%d structs in bpf/abi, %d public, %d problems" % (
        len(kernel.structs), len(public.structs), len(problems)))
    return 1 if problems or not kernel.structs or not public.structs else 0


if __name__ == "__main__":
    sys.exit(main())
