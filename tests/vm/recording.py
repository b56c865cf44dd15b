# SPDX-License-Identifier: Apache-2.0
"""Compares two streams of events of the same work: a recording and a replay.

What varies from run to run is put aside (times, counts of references, socket cookies,
addresses, the node's name) or replaced by a name (pids, tids, exec ids), so that who did
what and who is whose parent must still agree. A process is named after what it is: its
parent, binary and arguments, numbered where that does not tell it from another; a pid
that the trigger has looked up is replaced in arguments and outputs too. The parent of what
was started from outside the recorded stretch is left out, and so is what a child of it
has inherited until its first exec.

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
VARYING = {"time", "start_time", "refcnt", "node_name", "cookie", "address"}
# What an option of the recording agent adds to each process, and we never print.
FLAG_KEYS = {"--enable-process-ns": {"ns"},
             "--enable-process-cred": {"cap", "process_credentials", "binary_properties"}}
# The kernel's range for ports that nobody chose.
EPHEMERAL = range(32768, 61000)
# Below this, a number is no user address of a static program.
LOWEST_ADDRESS = 0x400000
HIGHEST_ADDRESS = 1 << 47


def kind_of(event):
    return next((key for key in event if key.startswith("process_")), "?")


def body_of(event):
    return event.get(kind_of(event), {})


def is_mark(event):
    return body_of(event).get("process", {}).get("binary") == MARK


def between_marks(events):
    """The events from the first marker's start to the last marker's end."""
    places = [i for i, event in enumerate(events) if is_mark(event)]
    return events[places[0]:places[-1] + 1] if places else []


class Names:
    """Names for processes and programs, after what they are."""

    def __init__(self, events, trigger):
        self.inside = {body_of(e).get("process", {}).get("exec_id") for e in events}
        self.executed = {body_of(e).get("process", {}).get("exec_id") for e in events
                         if kind_of(e) == "process_exec"}
        self.pids, self.programs, self.threads = {}, {}, {}
        self.parents, self.uses = {}, collections.Counter()
        self.chosen = set(re.findall(r"[0-9]+", trigger))
        for event in events:
            if kind_of(event) != "process_exit":
                for key in ("parent", "process"):
                    self.learn(body_of(event).get(key, {}))

    def unique(self, text):
        self.uses[text] += 1
        return text if self.uses[text] == 1 else "%s #%d" % (text, self.uses[text])

    def learn(self, process):
        exec_id, pid = process.get("exec_id"), process.get("pid")
        if exec_id not in self.inside:
            return
        parent = self.program(process.get("parent_exec_id"))
        if exec_id not in self.programs:
            what = "not executed" if self.is_inherited(process) else "%s %s" % (
                process.get("binary"), self.text(process.get("arguments", "")))
            self.programs[exec_id] = self.unique("%s > %s" % (parent, what))
            self.parents[self.programs[exec_id]] = parent
        if pid not in self.pids:
            self.pids[pid] = self.unique("process " + self.programs[exec_id])

    def is_inherited(self, process):
        """Whether its description is that of a parent outside."""
        return (process.get("exec_id") not in self.executed
                and process.get("parent_exec_id") not in self.inside)

    def text(self, text):
        """A text with the pids in it replaced, save numbers that the trigger names."""
        def replaced(match):
            number = match.group()
            known = number not in self.chosen and int(number) in self.pids
            return "<pid of %s>" % self.pids[int(number)] if known else number

        return re.sub(r"(?<!\S)[0-9]+(?!\S)", replaced, text)

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
        return self.pids.get(pid, "only forked")

    def tid(self, process):
        if process.get("tid") == process.get("pid"):
            return "leader"
        key = (process.get("pid"), process.get("tid"))
        return self.threads.setdefault(key, "thread %d" % len(self.threads))


def plain_process(process, names, dropped):
    out = {key: value for key, value in process.items()
           if key not in VARYING and key not in dropped}
    out["exec_id"] = names.program(process.get("exec_id"))
    out["parent_exec_id"] = names.program(process.get("parent_exec_id"))
    out["pid"] = names.pid(process.get("pid"))
    out["tid"] = names.tid(process)
    if "arguments" in out:
        out["arguments"] = names.text(out["arguments"])
    if names.is_inherited(process):
        for key in ("binary", "arguments", "cwd"):
            out.pop(key, None)
    return out


def plain_number(key, value, trigger):
    """Ports that the kernel chose, and addresses inside the trigger program."""
    if key in ("sport", "dport", "port") and value in EPHEMERAL:
        return value if str(value) in trigger else "ephemeral"
    if key == "size_arg" and LOWEST_ADDRESS <= int(value) < HIGHEST_ADDRESS:
        return "address"
    return value


def plain_value(value, trigger):
    if isinstance(value, list):
        return [plain_value(element, trigger) for element in value]
    if not isinstance(value, dict):
        return value
    return {key: plain_number(key, plain_value(element, trigger), trigger)
            for key, element in value.items() if key not in VARYING}


def plain_event(event, names, dropped, trigger):
    kind = kind_of(event)
    out = {key: plain_value(value, trigger) for key, value in body_of(event).items()
           if key not in VARYING and key not in ("process", "parent")}
    process = body_of(event).get("process", {})
    out["process"] = plain_process(process, names, dropped)
    parent = body_of(event).get("parent", {})
    if parent.get("exec_id") in names.inside:
        out["parent"] = plain_process(parent, names, dropped)
    return {kind: out}


class Stream:
    """A stream in the form in which two can be compared."""

    def __init__(self, text, flags=(), trigger=""):
        events, self.problems = compare.parse_lines(text)
        events = between_marks(events)
        if not events:
            self.problems.append("no marker's events")
        names = self.names = Names(events, trigger)
        dropped = set().union(*(FLAG_KEYS.get(flag, set()) for flag in flags))
        self.others, self.exits, after_exit = [], [], set()
        self.together = processes_together(events, names)
        for event in events:
            plain = json.dumps(plain_event(event, names, dropped, trigger),
                               sort_keys=True)
            pid = body_of(event).get("process", {}).get("pid")
            if kind_of(event) == "process_exit":
                self.exits.append(plain)
                after_exit.add(pid)
                continue
            self.others.append((names.pid(pid), plain))
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
        process = body_of(event).get("process", {})
        if process.get("exec_id") in names.programs:
            name = names.pid(process["pid"])
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
    kind = next(iter(event))
    process = event[kind]["process"]
    hook = event[kind].get("function_name", event[kind].get("event", ""))
    return "%s %s %s %s" % (kind, process.get("binary"), process.get("arguments", ""), hook)


def differing(want, got):
    """The places where two events differ, both ways."""
    want, got = json.loads(want), json.loads(got)
    if set(want) != set(got):
        return ["%s instead of %s" % (kind_of(got), kind_of(want))]
    extra = [text.replace("expected", "unexpected", 1).split(", got")[0]
             for text in compare.misfits(got, want) if text.endswith("got nothing")]
    return compare.misfits(want, got) + extra


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


def changed_events(events, place, change):
    copy = json.loads(json.dumps(events))
    change(copy, place)
    return "".join(json.dumps(event) + "\n" for event in copy)


def set_binary(events, place):
    body_of(events[place])["process"]["binary"] += "x"


def set_cwd(events, place):
    body_of(events[place])["process"]["cwd"] = "/elsewhere"


def set_pid(events, place):
    body_of(events[place])["process"]["pid"] = 1


def remove(events, place):
    del events[place]


def repeat(events, place):
    events.insert(place, events[place])


def exchange(events, place):
    events[place - 1:place + 1] = reversed(events[place - 1:place + 1])


def same_process(event, other):
    return (body_of(event)["process"]["pid"] == body_of(other)["process"]["pid"]
            and kind_of(event) != kind_of(other))


def mutations(text):
    """(what was done, text) of streams that must not equal the one given."""
    events, _ = compare.parse_lines(text)
    marks = [i for i, event in enumerate(events) if is_mark(event)]
    inner = [i for i in range(marks[0] + 1, marks[-1]) if not is_mark(events[i])]
    place = inner[len(inner) // 2]
    for change in (set_binary, set_cwd, set_pid, remove, repeat):
        yield change.__name__, changed_events(events, place, change)
    follow = [i for i in inner[1:] if same_process(events[i - 1], events[i])]
    if follow:
        yield exchange.__name__, changed_events(events, follow[-1], exchange)
    hooks = [i for i in inner if body_of(events[i]).get("args")]
    if hooks:
        yield "arguments", changed_events(
            events, hooks[-1], lambda copy, i: body_of(copy[i])["args"].pop())
        yield "action", changed_events(
            events, hooks[-1], lambda copy, i: body_of(copy[i]).pop("action"))
