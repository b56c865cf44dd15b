# SPDX-License-Identifier: Apache-2.0
"""Do the events that came fit the events that a scenario expects?

An expectation is a partial JSON object: a key that it names must be there and fit, keys
that it does not name may hold anything. A list must have as many elements as expected.
Special values, each an object with one key:

    {$re: TEXT}      a string that the regular expression finds something in
    {$any: true}     anything, but the key must be there
    {$absent: true}  the key must not be there
    {$has: [...]}    a list in which each of these fits some element
    {$not: X}        anything that X does not fit; the key must be there
    {$lines: [A, B]} a string that contains each of these

An expected entry is {match: PARTIAL, count: N} or {match: PARTIAL, at_least: N} (1 where
neither is given).
"""

import json
import re

ABSENT = object()


def operator(expected):
    """The operator of a special value, or None."""
    if isinstance(expected, dict) and len(expected) == 1:
        key = next(iter(expected))
        if key.startswith("$"):
            return key
    return None


def fits_special(name, operand, actual):
    if name == "$absent":
        return actual is ABSENT
    if actual is ABSENT:
        return False
    if name == "$any":
        return True
    if name == "$not":
        return not fits(operand, actual)
    if name == "$re":
        return isinstance(actual, str) and re.search(operand, actual, re.S) is not None
    if name == "$lines":
        return isinstance(actual, str) and all(text in actual for text in operand)
    if name == "$has":
        return isinstance(actual, list) and all(
            any(fits(want, element) for element in actual) for want in operand)
    raise ValueError("unknown operator '%s'" % name)


def fits(expected, actual):
    """Whether actual, a parsed JSON value, fits the expectation."""
    name = operator(expected)
    if name:
        return fits_special(name, expected[name], actual)
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            fits(value, actual.get(key, ABSENT)) for key, value in expected.items())
    if isinstance(expected, list):
        return (isinstance(actual, list) and len(actual) == len(expected)
                and all(map(fits, expected, actual)))
    # 1 and True are equal in Python, in JSON they are not.
    return type(expected) is type(actual) and expected == actual


def misfits(expected, actual, path=""):
    """The places where actual does not fit: what a failure message tells."""
    if isinstance(expected, dict) and not operator(expected) and isinstance(actual, dict):
        return [text for key, value in expected.items() for text in
                misfits(value, actual.get(key, ABSENT), "%s.%s" % (path, key))]
    if (isinstance(expected, list) and isinstance(actual, list)
            and len(expected) == len(actual)):
        return [text for i, value in enumerate(expected) for text in
                misfits(value, actual[i], "%s[%d]" % (path, i))]
    if fits(expected, actual):
        return []
    got = "nothing" if actual is ABSENT else json.dumps(actual)
    return ["%s: expected %s, got %s" % (path.lstrip("."), json.dumps(expected), got)]


def nearest(expected, events):
    """What separates the event that comes closest, as text."""
    kinds = set(expected)
    candidates = [event for event in events if kinds & set(event)]
    if not candidates:
        return "no event of kind %s at all" % "/".join(sorted(kinds))
    return "closest: " + "; ".join(
        min((misfits(expected, event) for event in candidates), key=len)[:4])


def count_problem(entry, number):
    if "count" in entry:
        if number != entry["count"]:
            return "%d times instead of %d" % (number, entry["count"])
    elif number < entry.get("at_least", 1):
        return "%d times instead of at least %d" % (number, entry.get("at_least", 1))
    return None


def expect_each(expected, events):
    """Problems with the entries, each on its own."""
    problems = []
    for entry in expected:
        number = sum(fits(entry["match"], event) for event in events)
        problem = count_problem(entry, number)
        if problem:
            text = "event %s: %s" % (json.dumps(entry["match"]), problem)
            if number == 0:
                text += " (%s)" % nearest(entry["match"], events)
            problems.append(text)
    return problems


def expect_order(expected, events):
    """The first entry that no event fits after the one that fitted its predecessor."""
    place = 0
    for entry in expected:
        if entry.get("count") == 0 or entry.get("at_least") == 0:
            continue
        while place < len(events) and not fits(entry["match"], events[place]):
            place += 1
        if place == len(events):
            return ["event %s: not after its predecessor" % json.dumps(entry["match"])]
        place += 1
    return []


def check_events(expected, forbidden, events, ordered=False):
    """All that is wrong with the events, as a list of texts."""
    problems = expect_each(expected, events)
    if ordered and not problems:
        problems = expect_order(expected, events)
    for partial in forbidden:
        found = [event for event in events if fits(partial, event)]
        if found:
            problems.append("forbidden event %s came %d times: %s" % (
                json.dumps(partial), len(found), json.dumps(found[0])[:600]))
    return problems


def parse_lines(text):
    """(events, problems) of a text with one JSON object a line."""
    events, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            event = json.loads(line)
        except ValueError as error:
            problems.append("line %d of the output is not JSON (%s): %s" % (
                number, error, line[:200]))
            continue
        if isinstance(event, dict):
            events.append(event)
        else:
            problems.append("line %d of the output is no object" % number)
    return events, problems
