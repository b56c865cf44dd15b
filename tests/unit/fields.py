#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every fault of every field is found: fields.py LIBTETRA FIELDS

FIELDS has a line for each key of the language, tab-separated: path, type, "yes" if it is
required, allowed words ("A|B"), smallest and largest number. For each key, policies are made
with every kind of fault it can have; each must get an error at the place of the fault. A key
that is required and has a default gets a warning where it is missing.
"""

import ctypes
import json
import re
import sys

ERROR, WARNING = 1, 2


class Finding(ctypes.Structure):
    """struct tetra_finding, as far as it is needed here."""
    _fields_ = [("size", ctypes.c_size_t), ("severity", ctypes.c_uint32),
                ("line", ctypes.c_uint32), ("column", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32), ("code", ctypes.c_char_p),
                ("file", ctypes.c_char_p), ("path", ctypes.c_char_p),
                ("message", ctypes.c_char_p), ("hint", ctypes.c_char_p)]


class ParseOpts(ctypes.Structure):
    """struct tetra_parse_opts"""
    _fields_ = [("size", ctypes.c_size_t), ("file", ctypes.c_char_p),
                ("lint", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


def places_of(lib, text, severity):
    """The places of all findings of the severity but "not yet supported"."""
    diag, parsed = ctypes.c_void_p(), ctypes.c_void_p()
    opts = ParseOpts(ctypes.sizeof(ParseOpts), None, int(severity == WARNING), 0)
    data = text.encode()
    if lib.tetra_diag_new(ctypes.byref(diag)) < 0:
        raise MemoryError
    lib.tetra_policy_parse(ctypes.byref(parsed), data, ctypes.c_size_t(len(data)),
                           ctypes.byref(opts), diag)
    lib.tetra_policy_unref(parsed)
    finding, places, i = Finding(), set(), 0
    finding.size = ctypes.sizeof(Finding)
    while lib.tetra_diag_get(diag, i, ctypes.byref(finding)) == 0:
        if finding.severity == severity and finding.code != b"not-supported":
            places.add((finding.path or b"").decode())
        i += 1
    lib.tetra_diag_free(diag)
    return places

# What a key needs to be right by itself, where the type alone does not tell.
SAMPLES = {
    "apiVersion": "cilium.io/v1alpha1", "kind": "TracingPolicy", "metadata": {"name": "a"},
    "call": "do_exit", "hook": "file_open", "subsystem": "sched", "event": "sched_switch",
    "path": "/bin/ls", "provider": "p", "name": "n", "rateLimit": "1s", "source": "pt_regs",
    "resolve": "a.b", "returnArgAction": "Post", "rateLimitScope": "thread",
    "message": "text", "tags": ["tag"], "argRegs": ["rax=1"],
}
# Words that a list of the language does not have; for lists of texts, anything goes.
BOGUS = "BogusWord"
# What may be left out all the same, since it has a default that can fit: a warning.
DEFAULTED = ("data[].type", "tracepoints[].args[].type")
# Keys whose values may be of any kind, and places that may be empty.
NULLABLE = {"podSelector", "containerSelector", "hostSelector", "nodeSelector"}


class Fields:
    def __init__(self, filename):
        self.rows = {}
        with open(filename, encoding="utf-8") as file:
            for line in file:
                path, *rest = line.rstrip("\n").split("\t")
                if line.startswith("#") or path in ("path", "(root)"):
                    continue
                rest += [""] * (5 - len(rest))
                self.rows[path] = rest
        self.children = {}
        for path in self.rows:
            parent, _, name = path.rpartition(".")
            self.children.setdefault(parent, []).append(name)

    def required(self, path):
        return [name for name in self.children.get(path, [])
                if self.rows[join(path, name)][1] == "yes"]


def join(path, name):
    return path + "." + name if path else name


def last_name(path):
    return re.sub(r"\[\]|\{\}", "", path.rpartition(".")[2])


def sample(fields, path):
    """A right value for the key."""
    kind, _, words = fields.rows[path][:3]
    name = last_name(path)
    if name in SAMPLES:
        return SAMPLES[name]
    if words:
        return words.split("|")[0]
    if kind.startswith("array<object"):
        return [mapping(fields, path + "[]")]
    if kind.startswith("array<integer"):
        return [0]
    if kind.startswith("array"):
        return ["x"]
    if kind == "integer":
        return 0
    if kind == "boolean":
        return True
    if kind.startswith("map<string,object"):
        return {"k": mapping(fields, path + "{}")}
    if kind.startswith("map"):
        return {}
    if kind == "object":
        return mapping(fields, path)
    return "x"


def mapping(fields, path):
    return {name: sample(fields, join(path, name)) for name in fields.required(path)}


def policy(fields, path):
    """(document, mapping that has the key, place of that mapping): the key is missing yet."""
    document = {"apiVersion": "cilium.io/v1alpha1", "kind": "TracingPolicy",
                "metadata": {"name": "a"}, "spec": {}}
    now, place, schema = document, "", ""
    for step in path.split(".")[:-1]:
        name = re.sub(r"\[\]|\{\}", "", step)
        schema = join(schema, name)
        if step.endswith("[]"):
            if name not in now:
                now[name] = [mapping(fields, schema + "[]")]
            now, place, schema = now[name][0], join(place, name) + "[0]", schema + "[]"
        elif step.endswith("{}"):
            if name not in now:
                now[name] = {"k": mapping(fields, schema + "{}")}
            now, place, schema = now[name]["k"], join(place, name) + ".k", schema + "{}"
        else:
            if name not in now:
                now[name] = mapping(fields, schema)
            now, place = now[name], join(place, name)
    return document, now, place


def wrong_types(kind, words):
    if kind.startswith("array"):
        return ["text", {"a": 1}, 5, True]
    if kind == "integer":
        return ["text", [1], {"a": 1}, 1.5, None]
    if kind == "boolean":
        return ["text", 5, [True], {"a": 1}]
    if kind == "object" or kind.startswith("map"):
        return ["text", [1], 5]
    return [[1], {"a": 1}, 5 if not words else 7, True, None]


def out_of_range(kind, low, high):
    values = []
    if kind == "integer":
        values.append(-2**70)
        values.append(2**70)
        if low:
            values.append(int(low) - 1)
        if high:
            values.append(int(high) + 1)
    return values


def wrong_items(kind):
    if kind == "array<object>":
        return [["text"], [[1]], [5], [None]]
    if kind == "array<integer>":
        return [["text"], [[1]], [1.5], [{"a": 1}], [2**70]]
    if kind.startswith("array"):
        return [[[1]], [{"a": 1}], [None]]
    return []


def faults(fields, path):
    """(name, document text, place where the error must be)"""
    kind, required, words, low, high = fields.rows[path][:5]
    name = last_name(path)
    for value in wrong_types(kind, words):
        if value is None and (name in NULLABLE or not required):
            continue
        document, holder, place = policy(fields, path)
        holder[name] = value
        yield "wrong type " + json.dumps(value), json.dumps(document), join(place, name)
    for value in wrong_items(kind):
        document, holder, place = policy(fields, path)
        holder[name] = value
        yield "wrong item " + json.dumps(value), json.dumps(document), join(place, name) + "[0]"
    for value in out_of_range(kind, low, high):
        document, holder, place = policy(fields, path)
        holder[name] = value
        yield "out of range %d" % value, json.dumps(document), join(place, name)
    if words:
        for value in (BOGUS, ""):
            document, holder, place = policy(fields, path)
            holder[name] = value if not kind.startswith("array") else [value]
            yield ("unknown word '%s'" % value, json.dumps(document),
                   join(place, name) + ("[0]" if kind.startswith("array") else ""))
    if required == "yes":
        document, holder, place = policy(fields, path)
        holder.pop(name, None)
        yield "missing", json.dumps(document), join(place, name)
    if required == "yes" and kind == "string" and not words and name in SAMPLES:
        document, holder, place = policy(fields, path)
        holder[name] = ""
        yield "empty", json.dumps(document), join(place, name)
    document, holder, place = policy(fields, path)
    holder[name] = sample(fields, path)
    text = json.dumps(document)
    one = json.dumps({name: holder[name]})[1:-1]
    yield "twice", (one + ", " + one).join(text.rsplit(one, 1)), join(place, name)
    holder[name + "Q"] = 1
    yield "unknown key beside it", json.dumps(document), join(place, name + "Q")


def main():
    library, filename = sys.argv[1:]
    lib = ctypes.CDLL(library)
    for name in ("tetra_policy_unref", "tetra_diag_free"):
        getattr(lib, name).restype = ctypes.c_void_p
    fields = Fields(filename)
    n_faults = n_bad = 0
    for path in fields.rows:
        for what, text, place in faults(fields, path):
            n_faults += 1
            missed = what == "missing" and path.endswith(DEFAULTED)
            places = places_of(lib, text, WARNING if missed else ERROR)
            if place in places:
                continue
            n_bad += 1
            print("%s: %s: no finding at %s, but at %s\n  %s" % (
                path, what, place, sorted(places), text[:400]))
    print("%d faults of %d keys, %d not found" % (n_faults, len(fields.rows), n_bad))
    return 1 if n_bad or not n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
