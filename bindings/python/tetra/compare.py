# SPDX-License-Identifier: Apache-2.0
"""Policies compared over all events: where two sets differ, and whether claims hold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Sequence, Union

from ._ffi import ffi, lib
from .errors import Collector, Finding, check, text_of
from .policy import Policy

Policies = Union[Policy, Iterable[Policy]]


@dataclass(frozen=True)
class Rule:
    """The selector that decides."""
    policy: str
    file: str
    hook: str
    selector: int
    line: int


@dataclass(frozen=True)
class Region:
    """Events that two sets of policies treat differently; .witness is one of them."""
    function: str
    hook: str
    difference: str
    old: str
    new: str
    tightens: bool
    where: dict[str, str]
    witness: dict[str, Any]
    old_rule: Rule | None
    new_rule: Rule | None


@dataclass(frozen=True)
class Diff:
    regions: tuple[Region, ...]
    equal: bool
    only_tightens: bool
    complete: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Proof:
    """status: 'proved', 'refuted' or 'not-decided'."""
    text: str
    status: str
    line: int
    reason: str | None
    witness: dict[str, Any] | None


def _listed(policies: Policies) -> Sequence[Policy]:
    return [policies] if isinstance(policies, Policy) else list(policies)


def _handles(policies: Sequence[Policy]) -> Any:
    return ffi.new("struct tetra_policy *[]", [policy.handle for policy in policies])


def _opts(max_states: int) -> Any:
    opts = ffi.new("struct tetra_compare_opts *")
    opts.size = ffi.sizeof("struct tetra_compare_opts")
    opts.max_states = max_states
    return opts


def _rule(region: Any, side: str) -> Rule | None:
    def member(name: str) -> Any:
        return getattr(region, side + "_" + name)

    if member("selector") < 0:
        return None
    return Rule(text_of(member("policy")) or "", text_of(member("file")) or "",
                text_of(member("path")) or "", member("selector"), member("line"))


def _region(region: Any) -> Region:
    where = {text_of(one.name) or "": text_of(one.text) or ""
             for one in (region.where[i] for i in range(region.n_where))}
    return Region(text_of(region.function) or "", text_of(region.hook) or "",
                  text_of(region.class_name) or "", text_of(region.old_effect) or "",
                  text_of(region.new_effect) or "", bool(region.tightens), where,
                  json.loads(text_of(region.witness) or "null"), _rule(region, "old"),
                  _rule(region, "new"))


def diff(old: Policies, new: Policies, *, max_states: int = 0) -> Diff:
    """Where `new` does something else than `old`, for all events."""
    before, after = _listed(old), _listed(new)
    pointer = ffi.new("struct tetra_diff **")
    with Collector() as collector:
        check(lib.tetra_diff(pointer, _handles(before), len(before), _handles(after),
                             len(after), _opts(max_states), collector.handle),
              "diff", collector)
        findings = collector.findings()
    handle = ffi.gc(pointer[0], lib.tetra_diff_free)
    region = ffi.new("struct tetra_region *")
    regions = []
    for i in range(lib.tetra_diff_count(handle)):
        region.size = ffi.sizeof("struct tetra_region")
        check(lib.tetra_diff_get(handle, i, region), "diff")
        regions.append(_region(region))
    return Diff(tuple(regions), bool(lib.tetra_diff_is_equal(handle)),
                bool(lib.tetra_diff_only_tightens(handle)),
                bool(lib.tetra_diff_is_complete(handle)), findings)


def prove(policies: Policies, claims: Any, *, max_states: int = 0) -> tuple[Proof, ...]:
    """Whether claims hold for all events.

    claims: a list of {"never-allowed": {...}} and so on, or YAML that says the same.
    """
    listed = _listed(policies)
    text = claims if isinstance(claims, (str, bytes)) else json.dumps(claims)
    data = text.encode("utf-8") if isinstance(text, str) else text
    pointer = ffi.new("struct tetra_proofs **")
    with Collector() as collector:
        check(lib.tetra_prove(pointer, _handles(listed), len(listed), data, len(data),
                              _opts(max_states), collector.handle), "prove", collector)
    handle = ffi.gc(pointer[0], lib.tetra_proofs_free)
    proof = ffi.new("struct tetra_proof *")
    proofs = []
    for i in range(lib.tetra_proofs_count(handle)):
        proof.size = ffi.sizeof("struct tetra_proof")
        check(lib.tetra_proofs_get(handle, i, proof), "prove")
        witness = text_of(proof.witness)
        proofs.append(Proof(text_of(proof.text) or "", text_of(proof.status_name) or "",
                            proof.line, text_of(proof.reason),
                            json.loads(witness) if witness else None))
    return tuple(proofs)
