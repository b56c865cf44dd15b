# SPDX-License-Identifier: Apache-2.0
"""Compares two streams of events of the same work: a recording and a replay.

What varies from run to run (VARYING: times, counts of references, socket cookies, addresses,
the node's name, namespaces of the run) must be there and have its form; pids, tids, exec ids
and namespaces are replaced by names, so that who did what, who is whose parent and
what is the same thing twice must still agree. Keys must come in the same order. A process is named after what it is: its
parent, binary and arguments, numbered where that does not tell it from another; a pid
that the trigger has looked up is replaced in arguments and outputs too. Of the parent of
what was started from outside the recorded stretch only the form is compared, and so it is of
what a child of it has inherited until its first exec.

Events must come in the same order, with two exceptions: exit events may change places
with those of other processes, and so may exec events that follow one another, of processes
that run at the same time and do not descend from each other (a pipeline's members). Within
one process the order always holds.
"""

import collections
import difflib
import itertools
import json
import re

import compare

MARK = "/golden/bin/mark"
# What varies: key -> what its value must look like.
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6}|\.\d{9})?Z"
COUNTER = r"[1-9]\d{0,19}"
VARYING = {"time": (str, TIME), "start_time": (str, TIME), "refcnt": (int, COUNTER),
           "node_name": (str, r"[!-~]+"), "cookie": (str, COUNTER),
           "address": (str, COUNTER)}
# Of these, equal values stand for the same thing: they are numbered as they come. (Not so the
# cookie, which the recorded agent makes of an address that is used again.)
NUMBERED = {"node_name"}
EXEC_ID = re.compile(r"[A-Za-z0-9+/]+=*")
# Numbers below this are the first namespaces', which every kernel numbers alike.
FIRST_NAMESPACES = 0xf0000000
# Longer, no number is a pid.
PID_DIGITS = 10
# The kernel's range for ports that nobody chose.
EPHEMERAL = range(32768, 61000)
# Below this, a number is no user address of a static program.
LOWEST_ADDRESS = 0x400000
HIGHEST_ADDRESS = 1 << 47


def kind_of(event):
    return next((key for key in event if key.startswith("process_")), "?")


def body_of(event):
    body = event.get(kind_of(event))
    return body if isinstance(body, dict) else {}


def process_of(event, key="process"):
    """The process of an event, or nothing in its place."""
    process = body_of(event).get(key)
    return process if isinstance(process, dict) else {}


def is_mark(event):
    return process_of(event).get("binary") == MARK


def is_of_kernel(event):
    """Threads of the kernel come and go as it likes."""
    return text_at(process_of(event), "binary").startswith("[")


def between_marks(events):
    """The events from the first marker's start to the last marker's end."""
    events = [event for event in events if not is_of_kernel(event)]
    places = [i for i, event in enumerate(events) if is_mark(event)]
    return events[places[0]:places[-1] + 1] if places else []


def text_at(process, key):
    """The text of a key, or what is no text."""
    value = process.get(key)
    return value if isinstance(value, str) else "?"


class Names:
    """Names for processes and programs, after what they are."""

    def __init__(self, events, trigger):
        self.inside = {text_at(process_of(e), "exec_id") for e in events}
        self.executed = {text_at(process_of(e), "exec_id") for e in events
                         if kind_of(e) == "process_exec"}
        self.pids, self.programs, self.threads, self.things = {}, {}, {}, {}
        self.parents, self.uses = {}, collections.Counter()
        self.chosen = set(re.findall(r"[0-9]+", trigger))
        for event in events:
            if kind_of(event) != "process_exit":
                for key in ("parent", "process"):
                    self.learn(process_of(event, key))

    def unique(self, text):
        self.uses[text] += 1
        return text if self.uses[text] == 1 else "%s #%d" % (text, self.uses[text])

    def learn(self, process):
        exec_id, pid = process.get("exec_id"), process.get("pid")
        if type(exec_id) is not str or type(pid) is not int or exec_id not in self.inside:
            return
        parent = self.program(text_at(process, "parent_exec_id"))
        if exec_id not in self.programs:
            what = "not executed" if self.is_inherited(process) else "%s %s" % (
                process.get("binary"), self.text(str(process.get("arguments", ""))))
            self.programs[exec_id] = self.unique("%s > %s" % (parent, what))
            self.parents[self.programs[exec_id]] = parent
        if pid not in self.pids:
            self.pids[pid] = self.unique("process " + self.programs[exec_id])

    def is_inherited(self, process):
        """Whether its description is that of a parent outside."""
        return (text_at(process, "exec_id") not in self.executed
                and text_at(process, "parent_exec_id") not in self.inside)

    def text(self, text):
        """A text with the pids in it replaced, save numbers that the trigger names."""
        def replaced(match):
            number = match.group()
            known = (len(number) <= PID_DIGITS and number not in self.chosen
                     and int(number) in self.pids)
            return "<pid of %s>" % self.pids[int(number)] if known else number

        return re.sub(r"(?<!\S)[0-9]+(?!\S)", replaced, text)

    def same(self, key, value):
        """The number of a value among those of its kind, as they come."""
        known = self.things.setdefault(key, {})
        return "<%s %d>" % (key, known.setdefault(value, len(known)))

    def descends(self, program, ancestor):
        while program in self.parents:
            program = self.parents[program]
            if program == ancestor:
                return True
        return False

    def program(self, exec_id):
        if exec_id not in self.inside:
            return "outside"
        return self.programs.get(exec_id, "only forked")

    def pid(self, pid):
        return self.pids.get(pid, "only forked") if type(pid) is int else str(pid)

    def tid(self, process):
        if process.get("tid") == process.get("pid"):
            return "leader"
        key = (str(process.get("pid")), str(process.get("tid")))
        return self.threads.setdefault(key, "thread %d" % len(self.threads))


def varying(key, value, names):
    """What stands for a value that varies: a name, if it has its form; else the value."""
    kind, form = VARYING[key]
    if type(value) is not kind or not re.fullmatch(form, str(value)):
        return value
    return names.same(key, value) if key in NUMBERED else "<%s>" % key


def form(value):
    """What a value is, whatever it says."""
    if isinstance(value, dict):
        return {key: form(element) for key, element in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return "<%s>" % type(value).__name__


def namespace(kind, value, names):
    """Of a namespace that is not one of the first, the number varies."""
    inum = value.get("inum") if isinstance(value, dict) else None
    if type(inum) is not int or value.get("is_host") or not inum:
        return value
    return value | {"inum": names.same("ns " + kind, inum)}


def plain_properties(properties):
    """Files have other inodes each time."""
    file = properties.get("file")
    inode = file.get("inode") if isinstance(file, dict) else None
    number = inode.get("number") if isinstance(inode, dict) else None
    if not isinstance(number, str) or not number.isdigit():
        return properties
    return properties | {"file": file | {"inode": inode | {"number": "<number>"}}}


def plain_process(process, names):
    out = {key: varying(key, value, names) if key in VARYING else value
           for key, value in process.items()}
    for key, name in (("exec_id", names.program), ("parent_exec_id", names.program),
                      ("pid", names.pid), ("tid", lambda _: names.tid(process))):
        if key in out and type(out[key]) is (str if key.endswith("id") and "exec" in key
                                             else int):
            out[key] = name(process[key])
    if isinstance(out.get("arguments"), str):
        out["arguments"] = names.text(out["arguments"])
    if isinstance(out.get("binary_properties"), dict):
        out["binary_properties"] = plain_properties(out["binary_properties"])
    if isinstance(out.get("ns"), dict):
        out["ns"] = {kind: namespace(kind, value, names)
                     for kind, value in out["ns"].items()}
    if names.is_inherited(process):
        out |= {key: form(out[key]) for key in ("binary", "arguments", "cwd")
                if key in out}
    return out


def plain_parent(parent, names):
    """One from outside is another one each time: its form is compared."""
    if text_at(parent, "exec_id") in names.inside:
        return plain_process(parent, names)
    return {key: varying(key, value, names) if key in VARYING else form(value)
            for key, value in parent.items()}


def plain_number(key, value, trigger):
    """Ports that the kernel chose, and addresses inside the trigger program."""
    if key in ("sport", "dport", "port") and type(value) is int and value in EPHEMERAL:
        return value if str(value) in trigger else "ephemeral"
    if (key == "size_arg" and isinstance(value, str) and re.fullmatch(COUNTER, value)
            and LOWEST_ADDRESS <= int(value) < HIGHEST_ADDRESS):
        return "address"
    return value


def plain_value(value, names, trigger):
    if isinstance(value, list):
        return [plain_value(element, names, trigger) for element in value]
    if not isinstance(value, dict):
        return value
    return {key: varying(key, element, names) if key in VARYING else
            plain_number(key, plain_value(element, names, trigger), trigger)
            for key, element in value.items()}


def plain_event(event, names, trigger):
    kind = kind_of(event)
    if not isinstance(event.get(kind), dict):
        return event
    out = {}
    for key, value in event[kind].items():
        if key == "process" and isinstance(value, dict):
            out[key] = plain_process(value, names)
        elif key == "parent" and isinstance(value, dict):
            out[key] = plain_parent(value, names)
        else:
            out |= plain_value({key: value}, names, trigger)
    return {key: out if key == kind else plain_value({key: value}, names, trigger)[key]
            for key, value in event.items()}


class Aside:
    """What is put aside on both sides, where the recorded agent is known to differ: fields,
    events, repetitions of an event, and lines of output. Words of golden-differs.tsv."""

    def __init__(self, words=()):
        rows = [word.split(" ") for word in words]
        self.fields = [row[1].split(".") for row in rows if row[0] == "field"]
        self.events = [[part.split("=", 1) for part in row[1:]] for row in rows
                       if row[0] == "event"]
        self.lines = [" ".join(row[1:]) for row in rows if row[0] == "output"]
        self.repeats = ["repeats"] in rows
        self.taint = sum(int(row[1]) for row in rows if row[0] == "taint")
        known = ("field", "event", "output", "repeats", "taint")
        unknown = [row[0] for row in rows if row[0] not in known]
        if unknown:
            raise ValueError("unknown word '%s'" % unknown[0])

    def has_event(self, event):
        return any(all(str(value_at(body_of(event), path.split("."))) == value
                       for path, value in row) for row in self.events)

    def output(self, text):
        return "\n".join(line for line in text.splitlines() if line not in self.lines)

    def without(self, plain):
        for path in self.fields:
            owner = value_at(body_of(plain), path[:-1])
            if isinstance(owner, dict):
                owner.pop(path[-1], None)
        return plain


def value_at(value, path):
    for key in path:
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return None
    return value


class Stream:
    """A stream in the form in which two can be compared."""

    def __init__(self, text, trigger="", aside=Aside()):
        events, self.problems = compare.parse_lines(text)
        events = between_marks(events)
        if not events:
            self.problems.append("no marker's events")
        # Before names are given: an event that is put aside names nobody.
        events = [event for event in events if not aside.has_event(event)]
        names = self.names = Names(events, trigger)
        self.others, self.exits, after_exit, seen = [], [], set(), set()
        self.together = processes_together(events, names)
        for event in events:
            plain = json.dumps(aside.without(plain_event(event, names, trigger)))
            pid = str(process_of(event).get("pid"))
            if kind_of(event) == "process_exit":
                self.exits.append(plain)
                after_exit.add(pid)
                continue
            if aside.repeats and plain in seen:
                continue
            seen.add(plain)
            self.others.append((names.pid(process_of(event).get("pid")), plain))
            if pid in after_exit:
                self.problems.append("an event of a process after its exit: " + plain)

    def ordered(self, together):
        """The events; runs of exec events in the one order that stands for all allowed."""
        def place_of(numbered):
            place, (_, plain) = numbered
            return -1 if plain.startswith('{"process_exec"') else place

        return [plain for _, run in itertools.groupby(enumerate(self.others), place_of)
                for plain in normal_order([entry for _, entry in run], together)]


def processes_together(events, names):
    """Pairs of processes that, by the stream, ran at the same time, none from the other."""
    spans, programs = {}, {}
    for place, event in enumerate(events):
        process = process_of(event)
        if text_at(process, "exec_id") in names.programs:
            name = names.pid(process.get("pid"))
            spans.setdefault(name, [place, place])[1] = place
            programs.setdefault(name, []).append(names.programs[process["exec_id"]])
    return {frozenset(pair) for pair in itertools.combinations(spans, 2)
            if spans[pair[0]][0] < spans[pair[1]][1]
            and spans[pair[1]][0] < spans[pair[0]][1]
            and not any(names.descends(a, b) or names.descends(b, a)
                        for a in programs[pair[0]] for b in programs[pair[1]])}


def normal_order(entries, together):
    """Of all orders that exchanging neighbours of a pair gives, the first by name."""
    out, left = [], list(entries)
    while left:
        free = [i for i, (name, _) in enumerate(left)
                if all(frozenset((name, earlier)) in together for earlier, _ in left[:i])]
        out.append(left.pop(min(free, key=lambda i: left[i][0]))[1])
    return out


def short(text):
    """An event on one line: what it is, of whom, and what differs is shown apart."""
    event = json.loads(text)
    kind, process = kind_of(event), process_of(event)
    hook = body_of(event).get("function_name", body_of(event).get("event", ""))
    return "%s %s %s %s" % (kind, process.get("binary"), process.get("arguments", ""), hook)


def differing(want, got):
    """The places where two events differ, both ways."""
    want, got = json.loads(want), json.loads(got)
    if set(want) != set(got):
        return ["%s instead of %s" % (kind_of(got), kind_of(want))]
    extra = [text.replace("expected", "unexpected", 1).split(", got")[0]
             for text in compare.misfits(got, want) if text.endswith("got nothing")]
    return compare.misfits(want, got) + extra or ["keys in another order"]


def compare_lists(want, got, what):
    """Differences between two lists of events, aligned as well as they can be."""
    problems = []
    matcher = difflib.SequenceMatcher(None, want, got, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(i_end - i, j_end - j)
        for k in range(pairs):
            problems.append("%s %s: %s" % (what, short(want[i + k]), "; ".join(
                differing(want[i + k], got[j + k])[:6])))
        problems += ["%s missing: %s" % (what, short(text))
                     for text in want[i + pairs:i_end]]
        problems += ["%s too many: %s" % (what, short(text))
                     for text in got[j + pairs:j_end]]
    return problems


def compare_streams(want, got):
    """All that is wrong with the stream got, as a list of texts."""
    together = want.together | got.together
    problems = list(got.problems) + compare_lists(
        want.ordered(together), got.ordered(together), "event")
    if collections.Counter(want.exits) != collections.Counter(got.exits):
        problems += compare_lists(sorted(want.exits), sorted(got.exits), "exit")
    return problems


def parse_outcome(text):
    """(exit status, standard output) of a recording's outcome.txt."""
    head, _, rest = text.partition("--- stdout\n")
    out, _, _ = rest.rpartition("--- stderr")
    return int(head.split(":")[1]), out


def compare_lines(want, got):
    """Differences between two outputs of the trigger, line by line."""
    want, got = want.strip().splitlines(), got.strip().splitlines()
    return ["output " + line for line in difflib.unified_diff(want, got, lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))]
