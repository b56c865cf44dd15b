# SPDX-License-Identifier: Apache-2.0
"""Policies: read and described, without a kernel and without privilege."""

from __future__ import annotations

import json
import os
import warnings
from typing import Any, Callable

from ._ffi import ffi, lib
from .errors import Collector, Finding, TetraError, text_of
from .errors import check as check_result

MODES = {
    "default": lib.TETRA_MODE_DEFAULT,
    "enforce": lib.TETRA_MODE_ENFORCE,
    "monitor": lib.TETRA_MODE_MONITOR,
}
MODE_NAMES = {number: name for name, number in MODES.items()}


def mode_number(name: str) -> int:
    if name not in MODES:
        raise ValueError("mode %r is none of %s" % (name, ", ".join(sorted(MODES))))
    return MODES[name]


def check(text: str | bytes, *, file: str = "-") -> tuple[Finding, ...]:
    """All findings about the text of a policy, valid or not, with what this machine shows."""
    data = text.encode("utf-8") if isinstance(text, str) else text
    name = ffi.new("char[]", os.fsencode(file))
    opts = ffi.new("struct tetra_parse_opts *")
    opts.size = ffi.sizeof("struct tetra_parse_opts")
    opts.file = name
    opts.lint = lib.TETRA_LINT_HERE
    pointer = ffi.new("struct tetra_policy **")
    with Collector() as collector:
        result = lib.tetra_policy_parse(pointer, data, len(data), opts, collector.handle)
        findings = collector.findings()
        lib.tetra_policy_unref(pointer[0])
        if result < 0 and not findings:
            check_result(result, "policy " + file)
    return findings


def schema() -> dict[str, Any]:
    """The language of policies as a JSON Schema (draft 2020-12)."""
    size = check_result(lib.tetra_policy_schema(ffi.NULL, 0), "schema") + 1
    buffer = ffi.new("char[]", size)
    check_result(lib.tetra_policy_schema(buffer, size), "schema")
    found: dict[str, Any] = json.loads(ffi.string(buffer))
    return found


class Policy:
    """One TracingPolicy; immutable.

    findings: what there was to say about a policy that was accepted.
    """

    def __init__(self, text: str | bytes, *, file: str = "-", lint: bool = False) -> None:
        data = text.encode("utf-8") if isinstance(text, str) else text
        self._handle = ffi.NULL
        self._read(file, lint, lambda pointer, opts, diag: lib.tetra_policy_parse(
            pointer, data, len(data), opts, diag))

    @classmethod
    def from_file(cls, path: str | bytes | os.PathLike[Any], *, lint: bool = False) -> Policy:
        policy = cls.__new__(cls)
        policy._handle = ffi.NULL
        name = os.fsencode(path)
        policy._read(os.fsdecode(name), lint,
                     lambda pointer, opts, diag: lib.tetra_policy_parse_file(
                         pointer, name, opts, diag))
        return policy

    def _read(self, file: str, lint: bool, call: Callable[[Any, Any, Any], int]) -> None:
        name = ffi.new("char[]", os.fsencode(file))
        opts = ffi.new("struct tetra_parse_opts *")
        opts.size = ffi.sizeof("struct tetra_parse_opts")
        opts.file = name
        opts.lint = int(lint)
        pointer = ffi.new("struct tetra_policy **")
        with Collector() as collector:
            check_result(call(pointer, opts, collector.handle), "policy " + file, collector)
            self.findings: tuple[Finding, ...] = collector.findings()
        self._handle = pointer[0]

    @property
    def handle(self) -> Any:
        if self._handle == ffi.NULL:
            raise ValueError("the policy is closed")
        return self._handle

    @property
    def name(self) -> str:
        return text_of(lib.tetra_policy_get_name(self.handle)) or ""

    @property
    def mode(self) -> str:
        """What the text asks for: 'default', 'enforce' or 'monitor'."""
        return MODE_NAMES[lib.tetra_policy_get_mode(self.handle)]

    @property
    def enforces(self) -> bool:
        """Whether some action is meant to stop something."""
        return bool(lib.tetra_policy_enforces(self.handle))

    @property
    def n_hooks(self) -> int:
        return int(lib.tetra_policy_count_hooks(self.handle))

    def close(self) -> None:
        self._handle = lib.tetra_policy_unref(self._handle)

    def __enter__(self) -> Policy:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", ffi.NULL) != ffi.NULL:
            warnings.warn("a tetra.Policy was not closed", ResourceWarning, source=self)


def findings_of(path: str | bytes | os.PathLike[Any]) -> tuple[Finding, ...]:
    """All findings about a policy file, whether it is accepted or not."""
    try:
        with Policy.from_file(path, lint=True) as policy:
            return policy.findings
    except TetraError as error:
        return error.diagnostics
