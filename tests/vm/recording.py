# SPDX-License-Identifier: Apache-2.0
"""Compares two streams of events of the same work: a recording and a replay.

What varies from run to run is put aside (times, counts of references, socket cookies,
addresses, the node's name) or replaced by a name (pids, tids, exec ids), so that who did
what and who is whose parent must still agree. A process is named after what it is: its
parent, binary and arguments, numbered where that does not tell it from another. The
parent of what was started from outside the recorded stretch is left out.

Events must come in the same order, with two exceptions: exit events may change places
with those of other processes, and so may exec events that follow one another of processes
that one parent runs at the same time (a pipeline's members). Within one process the order
always holds.
"""

import collections
import difflib
import itertools
import json

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

    def __init__(self, events):
        self.inside = {body_of(e).get("process", {}).get("exec_id") for e in events}
        self.pids, self.programs, self.threads = {}, {}, {}
        self.uses = collections.Counter()
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
        if exec_id not in self.programs:
            self.programs[exec_id] = self.unique("%s > %s %s" % (
                self.program(process.get("parent_exec_id")), process.get("binary"),
                process.get("arguments", "")))
        if pid not in self.pids:
            self.pids[pid] = self.unique("process " + self.programs[exec_id])

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
        names = Names(events)
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

    def ordered(self, movable):
        """The events; where exec events of the movable follow one another, by name."""
        def place_of(numbered):
            place, (name, plain) = numbered
            movable_exec = name in movable and plain.startswith('{"process_exec"')
            return movable[name] if movable_exec else place

        out = []
        for _, run in itertools.groupby(enumerate(self.others), place_of):
            out += [plain for _, (name, plain) in
                    sorted(run, key=lambda numbered: numbered[1][0])]
        return out


def processes_together(events, names):
    """{process: parent} of those that ran while another child of their parent did."""
    spans = {}
    for place, event in enumerate(events):
        process = body_of(event).get("process", {})
        if process.get("exec_id") in names.programs:
            span = spans.setdefault(names.pid(process["pid"]), [
                names.program(process.get("parent_exec_id")), place, place])
            span[2] = place
    return {name: parent for name, (parent, start, end) in spans.items()
            for other, (parent_too, start_too, end_too) in spans.items()
            if name != other and parent == parent_too != "outside"
            and start < end_too and start_too < end}


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
    movable = want.together | got.together
    problems = list(got.problems) + compare_lists(
        want.ordered(movable), got.ordered(movable), "event")
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


def mutations(text):
    """(what was done, text) of streams that must not equal the one given."""
    events, _ = compare.parse_lines(text)
    marks = [i for i, event in enumerate(events) if is_mark(event)]
    inner = [i for i in range(marks[0] + 1, marks[-1]) if not is_mark(events[i])]
    place = inner[len(inner) // 2]
    for change in (set_binary, set_cwd, set_pid, remove, repeat):
        yield change.__name__, changed_events(events, place, change)
    hooks = [i for i in inner if body_of(events[i]).get("args")]
    if hooks:
        yield "arguments", changed_events(
            events, hooks[-1], lambda copy, i: body_of(copy[i])["args"].pop())
        yield "action", changed_events(
            events, hooks[-1], lambda copy, i: body_of(copy[i]).pop("action"))
