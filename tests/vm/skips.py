# SPDX-License-Identifier: Apache-2.0
"""Events that did not come because a preemptible kernel skipped the programs that send them.

The ledger counts such runs, and a scenario that only looks for events is played again then.
Whatever else went wrong stays: that something was not stopped, that an event came that should not
have come, or that nothing in the ledger explains what is missing."""

import re

# How often a scenario is played.
TRIES = 3

MISSING = re.compile(r"(?:FAIL )?event .*: (\d+) times instead of (?:at least )?(\d+)(?: \(.*)?\Z",
                     re.DOTALL)
SKIPPED = re.compile(r"^lost: runs skipped +(\d+)$", re.MULTILINE)


def is_missing(problem):
    """Whether a problem is an event that came fewer times than it should."""
    found = MISSING.match(problem)
    return bool(found) and int(found[1]) < int(found[2])


def only_missing(problems):
    """Whether events are missing, and nothing else is wrong."""
    return bool(problems) and all(map(is_missing, problems))


def explain(problems, log):
    """Whether the ledgers in a log, one for each session, explain all of the problems."""
    skipped = sum(int(number) for number in SKIPPED.findall(log))
    return skipped > 0 and only_missing(problems)
