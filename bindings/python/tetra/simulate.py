# SPDX-License-Identifier: Apache-2.0
"""What policies would do with events, without a kernel and without privilege."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ._ffi import ffi, lib
from .errors import Collector, check, text_of
from .policy import Policy


@dataclass(frozen=True)
class Verdict:
    """What one hook of a policy says of an event.

    event: position of the event, from 0. verdict: 'none', 'silent', 'post', 'signal', 'kill',
    'deny' or 'unknown'. selector: the one that decided; of 'none' the nearest, of 'unknown' the
    first that may match; None if no selector may match. missed_by: of 'none', the filter that did
    not match; depends_on: of 'unknown', the filter that is not decided.
    """

    event: int
    policy: str
    hook: str
    verdict: str
    selector: int | None
    missed_by: str | None
    depends_on: str | None
    error: int
    signal: int


def _verdict(number: int, it: Any) -> Verdict:
    return Verdict(number, text_of(it.policy_name) or "", text_of(it.hook_name) or "",
                   text_of(lib.tetra_verdict_kind_to_name(it.kind)) or "",
                   it.selector if it.selector >= 0 else None,
                   text_of(it.missed_by) or None, text_of(it.depends_on) or None,
                   it.error, it.signal)


def _run(sim: Any, source: Any, number: int, event: Mapping[str, Any] | str) -> Iterator[Verdict]:
    data = (event if isinstance(event, str) else json.dumps(event)).encode("utf-8")
    name = ffi.new("char[]", b"event %d" % number)
    with Collector() as collector:
        check(lib.tetra_input_read(source, data, len(data), name, collector.handle),
              "event %d" % number, collector)
    n = check(lib.tetra_sim_run(sim, source), "tetra_sim_run")
    for index in range(n):
        verdict = ffi.new("struct tetra_verdict *")
        verdict.size = ffi.sizeof("struct tetra_verdict")
        check(lib.tetra_sim_get_verdict(sim, index, verdict), "tetra_sim_get_verdict")
        yield _verdict(number, verdict)


def simulate(policies: Policy | Sequence[Policy],
             events: Iterable[Mapping[str, Any] | str]) -> Iterator[Verdict]:
    """The verdicts of each hook that an event meets, in the order of the events.

    An event is a mapping, or its text in YAML or JSON: {"function": "tcp_connect", "args":
    [{"dport": 443}], "process": {"binary": "/usr/bin/curl"}}. What it does not say is unknown.
    Raises TetraError for one that is wrong.
    """
    given = [policies] if isinstance(policies, Policy) else list(policies)
    handles = ffi.new("struct tetra_policy *[]", [policy.handle for policy in given])
    opts = ffi.new("struct tetra_sim_opts *")
    opts.size = ffi.sizeof("struct tetra_sim_opts")
    opts.flags = lib.TETRA_SIM_EXPLAIN
    sim, source = ffi.new("struct tetra_sim **"), ffi.new("struct tetra_input **")
    try:
        check(lib.tetra_sim_new(sim, handles, len(given), opts, ffi.NULL), "tetra_sim_new")
        check(lib.tetra_input_new(source), "tetra_input_new")
        for number, event in enumerate(events):
            yield from _run(sim[0], source[0], number, event)
    finally:
        lib.tetra_input_free(source[0])
        lib.tetra_sim_free(sim[0])
