# SPDX-License-Identifier: Apache-2.0
"""Policies judged for machines: whether a kernel can do what a policy asks, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Union

from ._ffi import ffi, lib
from .errors import Collector, Finding, check, text_of
from .policy import Policy, mode_number


class Facts:
    """What is known of a machine: of this one, or from a file of `save()`."""

    def __init__(self, path: str | bytes | os.PathLike[Any] | None = None) -> None:
        pointer = ffi.new("struct tetra_facts **")
        with Collector() as collector:
            if path is None:
                result = lib.tetra_facts_read(pointer, collector.handle)
            else:
                result = lib.tetra_facts_load(pointer, os.fsencode(path), collector.handle)
            check(result, "facts of this machine" if path is None
                  else "facts " + os.fsdecode(path), collector)
        self._handle = ffi.gc(pointer[0], lib.tetra_facts_free)

    @property
    def handle(self) -> Any:
        if self._handle == ffi.NULL:
            raise ValueError("the facts are closed")
        return self._handle

    def _machine(self) -> Any:
        machine = ffi.new("struct tetra_machine *")
        machine.size = ffi.sizeof("struct tetra_machine")
        check(lib.tetra_facts_get_machine(self.handle, machine), "facts")
        return machine

    @property
    def is_live(self) -> bool:
        return bool(self._machine().is_live)

    @property
    def release(self) -> str:
        """Of the kernel: '6.12.57+deb13-amd64'."""
        return text_of(self._machine().release) or ""

    @property
    def lsm(self) -> str | None:
        """The active security modules, 'lockdown,yama,bpf'; None: not known."""
        return text_of(self._machine().lsm)

    def save(self, path: str | bytes | os.PathLike[Any]) -> None:
        """Writes all that any policy could need; of this machine with privilege only."""
        with Collector() as collector:
            check(lib.tetra_facts_save(self.handle, os.fsencode(path), collector.handle),
                  "facts " + os.fsdecode(path), collector)

    def close(self) -> None:
        if self._handle != ffi.NULL:
            ffi.release(self._handle)
            self._handle = ffi.NULL

    def __enter__(self) -> Facts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class HookFit:
    """How one hook would be attached."""
    index: str
    function: str
    fits: bool
    arguments: tuple[str, ...]
    attach: str
    deny: str
    kill: str
    emulated: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Fit:
    """Whether a session there would load the policy; reason: why not."""
    loads: bool
    reason: str | None
    kernel_bytes: int
    hooks: tuple[HookFit, ...]
    findings: tuple[Finding, ...]


Machine = Union[Facts, str, bytes, "os.PathLike[Any]", None]


def _hook(hook: Any) -> HookFit:
    def text(name: str) -> str:
        return text_of(getattr(hook, name)) or ""

    return HookFit(text("index"), text("function"), bool(hook.fits),
                   tuple(filter(None, text("arguments").split(","))), text("attach"),
                   text("deny"), text("kill"),
                   tuple(text_of(hook.emulated[i]) or "" for i in range(hook.n_emulated)),
                   text("reason"))


def _hooks(handle: Any, count: int) -> tuple[HookFit, ...]:
    hook = ffi.new("struct tetra_hook_fit *")
    hooks = []
    for i in range(count):
        hook.size = ffi.sizeof("struct tetra_hook_fit")
        check(lib.tetra_fit_get_hook(handle, i, hook), "fit")
        hooks.append(_hook(hook))
    return tuple(hooks)


def fit(policy: Policy, machine: Machine = None, *, mode: str = "default") -> Fit:
    """What becomes of the policy on a machine: facts, a file of facts, or None: this one."""
    if not isinstance(machine, Facts):
        with Facts(machine) as facts:
            return fit(policy, facts, mode=mode)
    opts = ffi.new("struct tetra_load_opts *")
    opts.size = ffi.sizeof("struct tetra_load_opts")
    opts.mode = mode_number(mode)
    pointer = ffi.new("struct tetra_fit **")
    with Collector() as collector:
        check(lib.tetra_fit(pointer, policy.handle, machine.handle, opts, collector.handle),
              "fit", collector)
        findings = collector.findings()
    handle = ffi.gc(pointer[0], lib.tetra_fit_free)
    verdict = ffi.new("struct tetra_policy_fit *")
    verdict.size = ffi.sizeof("struct tetra_policy_fit")
    check(lib.tetra_fit_get_policy(handle, verdict), "fit")
    return Fit(bool(verdict.loads), text_of(verdict.reason), verdict.kernel_bytes,
               _hooks(handle, verdict.n_hooks), findings)
