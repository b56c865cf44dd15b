# SPDX-License-Identifier: Apache-2.0
"""What policies do, in English and as decision tables; what fields of the language mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._ffi import ffi, lib
from .errors import check, text_of
from .policy import Policy


@dataclass(frozen=True)
class Row:
    """A row of a hook's table; selector is None for what happens if no selector decides."""
    selector: int | None
    line: int
    column: int
    label: str | None
    where: dict[str, str]
    effect: str
    decisive: bool
    text: str


@dataclass(frozen=True)
class ExplainedHook:
    """The first row whose conditions all hold decides."""
    hook: str
    function: str
    kind: str
    line: int
    exact: bool
    text: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Explanation:
    name: str
    file: str | None
    text: tuple[str, ...]
    hooks: tuple[ExplainedHook, ...]


@dataclass(frozen=True)
class Field:
    """A field of the language; minimum and maximum are None unless it is an integer."""
    path: str
    type: str
    required: bool
    status: str
    text: str
    default: str | None
    minimum: int | None
    maximum: int | None
    max_items: int
    words: tuple[str, ...]
    fields: tuple[str, ...]
    kernel: str
    tetragon: str | None


def _sized(name: str) -> Any:
    struct = ffi.new("struct %s *" % name)
    struct.size = ffi.sizeof("struct %s" % name)
    return struct


def _lines(text: Any) -> tuple[str, ...]:
    return tuple((text_of(text) or "").split("\n"))


def _row(handle: Any, index: int) -> Row:
    row = _sized("tetra_explained_row")
    check(lib.tetra_explanation_get_row(handle, index, row), "explain")
    where = {text_of(one.name) or "": text_of(one.text) or ""
             for one in (row.where[i] for i in range(row.n_where))}
    return Row(None if row.selector < 0 else row.selector, row.line, row.column,
               text_of(row.label), where, text_of(row.effect) or "", bool(row.is_decisive),
               text_of(row.text) or "")


def _hook(handle: Any, index: int) -> ExplainedHook:
    hook = _sized("tetra_explained_hook")
    check(lib.tetra_explanation_get_hook(handle, index, hook), "explain")
    rows = tuple(_row(handle, hook.first_row + i) for i in range(hook.n_rows))
    return ExplainedHook(text_of(hook.path) or "", text_of(hook.function) or "",
                         text_of(hook.kind) or "", hook.line, bool(hook.is_exact),
                         _lines(hook.text), rows)


def explain(policy: Policy) -> Explanation:
    """What a policy does: sentences, and a table of ordered rows for each hook."""
    pointer = ffi.new("struct tetra_explanation **")
    check(lib.tetra_explain(pointer, policy.handle), "explain")
    handle = ffi.gc(pointer[0], lib.tetra_explanation_free)
    found = _sized("tetra_explained_policy")
    check(lib.tetra_explanation_get_policy(handle, found), "explain")
    hooks = tuple(_hook(handle, i) for i in range(found.n_hooks))
    return Explanation(text_of(found.name) or "", text_of(found.file), _lines(found.text),
                       hooks)


def explain_field(path: str) -> Field:
    """What a field means: "spec.kprobes.selectors.matchArgs", or the end of that."""
    pointer = ffi.new("struct tetra_field **")
    check(lib.tetra_field_find(pointer, path.encode("utf-8")), "field '%s'" % path)
    handle = ffi.gc(pointer[0], lib.tetra_field_free)
    found = _sized("tetra_field_text")
    check(lib.tetra_field_get(handle, found), "explain")
    has_range = bool(found.has_range)
    return Field(text_of(found.path) or "", text_of(found.type) or "", bool(found.is_required),
                 text_of(found.status) or "", text_of(found.text) or "",
                 text_of(found.default_text), found.minimum if has_range else None,
                 found.maximum if has_range else None, found.max_items,
                 tuple(text_of(found.words[i]) or "" for i in range(found.n_words)),
                 tuple(text_of(found.fields[i]) or "" for i in range(found.n_fields)),
                 text_of(found.kernel) or "", text_of(found.tetragon))
