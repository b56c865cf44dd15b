# SPDX-License-Identifier: Apache-2.0
"""Every kind of change to a stream of events: what a comparison must notice.

A kind is what is done to which key of which kind of event. Of each kind that a stream has
room for, one change is made: keys are deleted, renamed, added and brought into another order,
values get another type, another value, another value of the same form; events are dropped,
repeated, and exchanged. UNNOTICED lists what a comparison may overlook, each with its reason;
what of it is noticed all the same is no fault.
"""

import collections
import json
import re
from functools import partial

import recording

Change = collections.namedtuple("Change", "what kind path")

# (what, path): regular expressions, and why such a change may pass. The form of all of them
# is compared: deleting, renaming, another type and another form are noticed.
UNNOTICED = [
    (r"same form", r".*\b(?:time|start_time)", "times vary"),
    (r"same form|value", r".*refcnt", "the number of references depends on what was forgotten"),
    (r"same form", r"node_name|.*\baddress", "names of machines, and addresses, vary"),
    (r"same form", r".*\bcookie", "addresses of sockets vary, and are used again"),
    (r"same form", r".*\b(?:sport|dport|port)", "one port that the kernel chose for another"),
    (r"same form", r".*\bsize_arg", "one address of the trigger program for another"),
    (r"same form|value|.* list", r"parent\..*", "the parent from outside is another each time"),
    (r"same form|value", r"process\.(?:parent_exec_id)", "so is its identity"),
    (r"same form|value", r"process\.(?:binary|arguments|cwd)",
     "inherited from outside, until the first exec"),
    (r"same form|value", r".*\binum", "namespaces of the run are numbered by the kernel"),
    (r"same form|value", r"process\.(?:pid|tid)", "one process that only forked for another"),
    (r"exchange", r"", "exits, and members of a pipeline, may change places"),
]


def unnoticed_reason(change):
    return next((reason for what, path, reason in UNNOTICED
                 if re.fullmatch(what, change.what) and re.fullmatch(path, change.path)), None)


def nodes(value, path=()):
    """(path, owner, key) of every value in an object; a list's elements are one kind."""
    items = (value.items() if isinstance(value, dict)
             else enumerate(value[:1]) if isinstance(value, list) else ())
    for key, element in items:
        yield path + (key,), value, key
        yield from nodes(element, path + (key,))


def other_type(value):
    if isinstance(value, str):
        return int(value) if value.isdigit() and len(value) < 20 else [value]
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return str(value)
    return [value] if isinstance(value, dict) else {"0": value}


def other_value(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    return None


def same_form(value):
    """Another value that looks alike; None where there is none."""
    if isinstance(value, str) and re.search(r"[0-9]", value):
        return re.sub(r"[0-9](?!.*[0-9])", lambda m: str((int(m[0]) + 1) % 10), value)
    if isinstance(value, str) and value:
        return value[:-1] + ("a" if value[-1] != "a" else "b")
    return None


def rename(owner, key):
    place = list(owner.items())
    owner.clear()
    owner.update((name + "_" if name == key else name, value) for name, value in place)


def reverse(owner):
    place = list(reversed(owner.items()))
    owner.clear()
    owner.update(place)


def value_changes(value):
    yield "type", other_type(value)
    for what, other in (("value", other_value(value)), ("same form", same_form(value))):
        if other is not None and other != value:
            yield what, other


def key_changes(owner, key):
    """(what, function of the owner and the key)."""
    value = owner[key]
    if isinstance(owner, dict):
        yield "delete", lambda owner, key: owner.pop(key)
        yield "rename", rename
    for what, other in value_changes(value):
        yield what, lambda owner, key, other=other: owner.__setitem__(key, other)
    if isinstance(value, dict):
        yield "add", lambda owner, key: owner[key].update(unheard_of=1)
        if len(value) > 1:
            yield "order", lambda owner, key: reverse(owner[key])
    if isinstance(value, list):
        yield "shorter list", lambda owner, key: owner[key].pop()
        yield "longer list", lambda owner, key: owner[key].append(owner[key][-1])


def owner_at(event, path):
    for key in path[:-1]:
        event = event[key]
    return event


def text_of(events):
    return "".join(json.dumps(event) + "\n" for event in events)


def text_with(events, place, event):
    return text_of(events[:place] + [event] + events[place + 1:])


def event_changes(events, place):
    """(change, text) of the changes inside one event."""
    kind = recording.kind_of(events[place])
    for path, owner, key in nodes(events[place]):
        inner = path[1:] if path[0] == kind else path
        name = ".".join("[]" if isinstance(part, int) else part for part in inner)
        for what, apply in key_changes(owner, key):
            copy = json.loads(json.dumps(events[place]))
            try:
                apply(owner_at(copy, path), key)
            except IndexError:
                continue  # an empty list has no element to lose or to repeat
            yield Change(what, kind, name), partial(text_with, events, place, copy)
    for what, apply in (("add", lambda e: e.update(unheard_of=1)), ("order", reverse)):
        copy = json.loads(json.dumps(events[place]))
        apply(copy)
        yield Change(what, kind, ""), partial(text_with, events, place, copy)


def stream_changes(events, place):
    kind, before, this = recording.kind_of(events[place]), events[:place], events[place]
    for what, copy in (("drop", before + events[place + 1:]),
                       ("repeat", before + [this] + events[place:]),
                       ("exchange", before[:-1] + [this, events[place - 1]]
                        + events[place + 1:])):
        yield Change(what, kind, ""), partial(text_of, copy)


def changes(text, done=None):
    """(change, changed text) of each kind that the stream has room for and that is not among
    those done already."""
    events = [json.loads(line) for line in text.splitlines() if line.strip()]
    marks = [i for i, event in enumerate(events) if recording.is_mark(event)]
    done = set() if done is None else done
    for place in range(marks[0] + 1, marks[-1]) if marks else ():
        if recording.is_mark(events[place]):
            continue
        for make in (event_changes, stream_changes):
            for change, changed in make(events, place):
                if change not in done:
                    done.add(change)
                    yield change, changed()


class Tally:
    """Which kinds of change were noticed, over all streams."""

    def __init__(self):
        self.seen, self.missed = set(), set()

    def add(self, change, noticed):
        self.seen.add(change)
        if not noticed:
            self.missed.add(change)

    def noticed(self):
        return len(self.seen) - len(self.missed)

    def wrong(self):
        return sorted(change for change in self.missed if not unnoticed_reason(change))

    def lines(self):
        out = ["%d kinds of change, %d noticed wherever they were made" % (
            len(self.seen), self.noticed())]
        reasons = collections.Counter(filter(None, map(unnoticed_reason, self.missed)))
        out += ["%4d may pass: %s" % (count, reason) for reason, count in
                reasons.most_common()]
        return out + ["FAIL not noticed: %s of %s in %s" % (
            change.what, change.path or "the event", change.kind) for change in self.wrong()]
