# SPDX-License-Identifier: Apache-2.0
"""Errors and diagnostics: one function from a C result to an exception."""

from __future__ import annotations

import errno
import os
from typing import Any, Callable, Iterable, NamedTuple

from ._ffi import ffi, lib

SEVERITIES = {
    lib.TETRA_SEVERITY_ERROR: "error",
    lib.TETRA_SEVERITY_WARNING: "warning",
    lib.TETRA_SEVERITY_NOTE: "note",
}


class Finding(NamedTuple):
    """One diagnostic. str() is the text for people, with source line and caret."""

    severity: str
    code: str
    file: str | None
    line: int
    column: int
    path: str | None
    message: str
    hint: str | None
    text: str

    def __str__(self) -> str:
        return self.text


class FindingText(NamedTuple):
    """What the findings of one code mean.

    severity: None if it is not always the same. example: YAML that gets such a finding, the
    part below "spec:" or a whole policy; None if a policy alone does not show it.
    """

    code: str
    severity: str | None
    title: str
    text: str
    cure: str
    example: str | None


def _finding_text(found: Any) -> FindingText:
    return FindingText(text_of(found.code) or "", SEVERITIES.get(found.severity),
                       text_of(found.title) or "", text_of(found.text) or "",
                       text_of(found.cure) or "", text_of(found.example))


def describe(code: str) -> FindingText:
    """What the findings of a code mean; KeyError for an unknown code."""
    found = ffi.new("struct tetra_finding_text *")
    found.size = ffi.sizeof("struct tetra_finding_text")
    if lib.tetra_finding_describe(code.encode("utf-8"), found) < 0:
        raise KeyError(code)
    return _finding_text(found)


def codes() -> tuple[FindingText, ...]:
    """Every code that a finding can have."""
    texts = []
    found = ffi.new("struct tetra_finding_text *")
    found.size = ffi.sizeof("struct tetra_finding_text")
    while lib.tetra_finding_list(len(texts), found) == 0:
        texts.append(_finding_text(found))
    return tuple(texts)


class TetraError(OSError):
    """A call failed. errno says how, diagnostics say why."""

    def __init__(self, number: int, message: str,
                 diagnostics: tuple[Finding, ...] = ()) -> None:
        super().__init__(number, message)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "".join([str(self.strerror), *("\n" + f.text for f in self.diagnostics)])


def text_of(pointer: Any) -> str | None:
    """A C string; NULL is None. Bytes that are no UTF-8 come as os.fsdecode() has them."""
    return None if pointer == ffi.NULL else os.fsdecode(ffi.string(pointer))


def filled(tag: str, call: Callable[[Any, Any], int], source: Any, names: Iterable[str]
           ) -> dict[str, Any] | None:
    """The members @names of a struct that a call fills; None if it has nothing to fill in."""
    found = ffi.new("struct %s *" % tag)
    found.size = ffi.sizeof("struct " + tag)
    if call(source, found) < 0:
        return None
    return {name: getattr(found, name) for name in names}


class Collector:
    """A diagnostic collector for the calls of one `with` block."""

    def __init__(self) -> None:
        pointer = ffi.new("struct tetra_diag **")
        check(lib.tetra_diag_new(pointer), "no memory for diagnostics")
        self.handle = pointer[0]

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, *exception: object) -> None:
        self.handle = lib.tetra_diag_free(self.handle)

    def _text(self, index: int) -> str:
        size = lib.tetra_diag_render(self.handle, index, ffi.NULL, 0) + 1
        buffer = ffi.new("char[]", size)
        lib.tetra_diag_render(self.handle, index, buffer, size)
        return os.fsdecode(ffi.string(buffer)).rstrip("\n")

    def findings(self) -> tuple[Finding, ...]:
        found = []
        finding = ffi.new("struct tetra_finding *")
        finding.size = ffi.sizeof("struct tetra_finding")
        while lib.tetra_diag_get(self.handle, len(found), finding) == 0:
            found.append(Finding(
                SEVERITIES.get(finding.severity, "note"), text_of(finding.code) or "",
                text_of(finding.file), finding.line, finding.column, text_of(finding.path),
                text_of(finding.message) or "", text_of(finding.hint),
                self._text(len(found))))
        return tuple(found)


def reason_of(number: int) -> str:
    """What an errno means to this library, where strerror() would be misleading."""
    return "not found" if number == errno.ENOENT else os.strerror(number)


def check(result: int, what: str, collector: Collector | None = None) -> int:
    """The result of a C call, or the exception that it stands for."""
    if result >= 0:
        return result
    diagnostics = collector.findings() if collector else ()
    raise TetraError(-result, "%s: %s" % (what, reason_of(-result)), diagnostics)
