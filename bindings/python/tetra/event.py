# SPDX-License-Identifier: Apache-2.0
"""An event: borrowed during its callback, or kept by copy().

A borrowed event raises EventExpired when it is used after its callback. A copy owns its
memory and lives as long as Python refers to it, or to a process taken from it.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any, Callable, Iterator, NamedTuple, Union

from ._ffi import ffi, lib
from .errors import filled, text_of
from .process import Process, enum_names

ACTIONS = {number: name for name, number in enum_names("tetra_action", "TETRA_DID_").items()}
ARG_STATUSES = {number: name for name, number in
                enum_names("tetra_arg_status", "TETRA_ARG_STATUS_").items()}
TYPES = {number: name for name, number in enum_names("tetra_arg_type", "TETRA_TYPE_").items()}

FLAGS = {
    "suppressed": lib.TETRA_EVENT_SUPPRESSED,
    "enforced": lib.TETRA_EVENT_ENFORCED,
    "cut": lib.TETRA_EVENT_CUT,
    "unknown": lib.TETRA_EVENT_UNKNOWN,
    "ancestor": lib.TETRA_EVENT_ANCESTOR,
    "from_proc": lib.TETRA_EVENT_FROM_PROC,
}
ARG_FLAGS = {
    "cut": lib.TETRA_ARG_IS_CUT,
    "unresolved": lib.TETRA_ARG_IS_UNRESOLVED,
    "deleted": lib.TETRA_ARG_IS_DELETED,
    "no_path": lib.TETRA_ARG_HAS_NO_PATH,
    "moved": lib.TETRA_ARG_IS_MOVED,
    "foreign": lib.TETRA_ARG_IS_FOREIGN,
    "on_way": lib.TETRA_ARG_IS_ON_WAY,
    "data": lib.TETRA_ARG_IS_DATA,
}
SKB_PARTS = {name: bit for name, bit in enum_names("tetra_skb_part", "TETRA_SKB_").items()}
BUFFERS = ("char_buf", "const_buf")


class EventExpired(RuntimeError):
    """A borrowed event was used after its callback; event.copy() keeps one."""


class Sock(NamedTuple):
    """A socket as it was when the hook ran; addresses as text, ports as numbers. An address of one
    (sockaddr) has family, saddr and sport alone."""

    family: int
    type: int
    protocol: int
    state: int
    mark: int
    priority: int
    saddr: str
    daddr: str
    sport: int
    dport: int
    cookie: int


class Skb(NamedTuple):
    """A packet as it was when the hook ran; addresses as text, ports as numbers. What it does not
    have, and what could not be read, is named in absent and unreadable."""

    hash: int
    len: int
    mark: int
    priority: int
    family: int
    protocol: int
    saddr: str
    daddr: str
    sport: int
    dport: int
    sec_path_len: int
    sec_path_olen: int
    absent: frozenset[str]
    unreadable: frozenset[str]


class Cred(NamedTuple):
    """Credentials as they were when the hook ran; sets of capabilities as bits."""

    uid: int
    gid: int
    euid: int
    egid: int
    suid: int
    sgid: int
    fsuid: int
    fsgid: int
    securebits: int
    user_ns_level: int
    user_ns_uid: int
    user_ns_gid: int
    user_ns_inum: int
    permitted: int
    effective: int
    inheritable: int


class UserNamespace(NamedTuple):
    """A user namespace: level 0 is the host's."""

    level: int
    uid: int
    gid: int
    inum: int


class BpfProgram(NamedTuple):
    """A program of BPF, or what bpf(2) was asked to load."""

    type: int
    n_insns: int
    name: str


class BpfMap(NamedTuple):
    """A map of BPF."""

    type: int
    key_size: int
    value_size: int
    max_entries: int
    name: str


class PerfEvent(NamedTuple):
    """An event of perf; function and probe_offset are those of a probe."""

    type: int
    config: int
    probe_offset: int
    function: str


class Module(NamedTuple):
    """A module of the kernel; is_signed is known of a load_info alone."""

    taints: int
    is_signed: int
    name: str


# What an argument can be: bytes for buffers, None unless its status is 'ok'.
Value = Union[int, str, bytes, Sock, Skb, Cred, UserNamespace, BpfProgram, BpfMap, PerfEvent, Module,
              None]


class Arg(NamedTuple):
    """One argument."""

    type: str
    value: Value
    label: str | None
    status: str
    flags: frozenset[str]
    permission: str
    orig_size: int


def flags_of(bits: int, names: dict[str, int]) -> frozenset[str]:
    return frozenset(name for name, bit in names.items() if bits & bit)


def address_of(family: int, data: bytes) -> str:
    if family == socket.AF_INET:
        return socket.inet_ntop(family, data[:4])
    return socket.inet_ntop(family, data) if family == socket.AF_INET6 else ""


def sock_of(arg: Any) -> Sock | None:
    values = filled("tetra_sock", lib.tetra_arg_get_sock, arg, Sock._fields)
    if values is None:
        return None
    for name in ("saddr", "daddr"):
        values[name] = address_of(values["family"], bytes(ffi.buffer(values[name])))
    return Sock(**values)


def skb_of(arg: Any) -> Skb | None:
    values = filled("tetra_skb", lib.tetra_arg_get_skb, arg, Skb._fields)
    if values is None:
        return None
    for name in ("saddr", "daddr"):
        values[name] = address_of(values["family"], bytes(ffi.buffer(values[name])))
    for name in ("absent", "unreadable"):
        values[name] = flags_of(values[name], SKB_PARTS)
    return Skb(**values)


def cred_of(arg: Any) -> Cred | None:
    values = filled("tetra_cred", lib.tetra_arg_get_cred, arg, Cred._fields)
    return None if values is None else Cred(**values)


def object_of(kind: Any, struct: str, getter: Any, text: str = "") -> Callable[[Any], Value]:
    """A reader of a struct whose last member may be a text with a length."""
    def read(arg: Any) -> Value:
        fields = kind._fields + ((text + "_len",) if text else ())
        values = filled(struct, getter, arg, fields)
        if values is None:
            return None
        if text:
            length = values.pop(text + "_len")
            data = ffi.buffer(values[text], length)[:] if length else b""
            values[text] = data.decode("utf-8", "replace")
        value: Value = kind(**values)
        return value
    return read


program_of = object_of(BpfProgram, "tetra_bpf_program", lib.tetra_arg_get_bpf_program, "name")
module_of = object_of(Module, "tetra_module", lib.tetra_arg_get_module, "name")

# Types whose values are structs, and what reads them.
STRUCTS: dict[str, Callable[[Any], Value]] = {
    "sock": sock_of, "socket": sock_of, "sockaddr": sock_of, "skb": skb_of,
    "cred": cred_of,
    "user_namespace": object_of(UserNamespace, "tetra_user_namespace",
                                lib.tetra_arg_get_user_namespace),
    "bpf_prog": program_of, "bpf_attr": program_of,
    "bpf_map": object_of(BpfMap, "tetra_bpf_map", lib.tetra_arg_get_bpf_map, "name"),
    "perf_event": object_of(PerfEvent, "tetra_perf_event", lib.tetra_arg_get_perf_event,
                            "function"),
    "module": module_of, "load_info": module_of}


def value_of(arg: Any, kind: str) -> Value:
    if arg.status != lib.TETRA_ARG_STATUS_OK:
        return None
    if kind in STRUCTS:
        return STRUCTS[kind](arg)
    if arg.text != ffi.NULL:
        data = bytes(ffi.buffer(arg.text, arg.text_len))
        return data if kind in BUFFERS else os.fsdecode(data)
    unsigned = kind == "size" or kind.startswith(("uint", "cap_", "kernel_cap"))
    return int(arg.as_uint if unsigned else arg.as_int)


def arg_of(arg: Any) -> Arg:
    kind = TYPES.get(arg.type, "unknown")
    return Arg(kind, value_of(arg, kind), text_of(arg.label),
               ARG_STATUSES.get(arg.status, "unknown"), flags_of(arg.flags, ARG_FLAGS),
               os.fsdecode(ffi.string(arg.permission)), arg.orig_size)


class Event:
    """What happened, when, in which process, under which policy."""

    def __init__(self, pointer: Any) -> None:
        self._pointer = pointer

    @property
    def handle(self) -> Any:
        if self._pointer is None:
            raise EventExpired("the event is gone with its callback; use event.copy()")
        return self._pointer

    def copy(self) -> Event:
        """An event that stays; it shares nothing with the session."""
        kept = lib.tetra_event_ref(self.handle)
        if kept == ffi.NULL:
            raise MemoryError("no memory to keep an event")
        return Event(ffi.gc(kept, lib.tetra_event_unref))

    def expire(self) -> None:
        """The callback has returned."""
        self._pointer = None

    @property
    def kind(self) -> str:
        """'process_exec', 'process_kprobe', ...: the key in JSON."""
        number = lib.tetra_event_get_kind(self.handle)
        return text_of(lib.tetra_event_kind_to_name(number)) or str(number)

    @property
    def time_ns(self) -> int:
        """CLOCK_BOOTTIME."""
        return int(lib.tetra_event_get_time_ns(self.handle))

    @property
    def wall_ns(self) -> int:
        """Since 1970."""
        return int(lib.tetra_event_get_wall_ns(self.handle))

    @property
    def flags(self) -> frozenset[str]:
        return flags_of(lib.tetra_event_get_flags(self.handle), FLAGS)

    @property
    def tid(self) -> int:
        return int(lib.tetra_event_get_tid(self.handle))

    def _process(self, pointer: Any) -> Process | None:
        return None if pointer == ffi.NULL else Process(self, pointer)

    @property
    def process(self) -> Process | None:
        return self._process(lib.tetra_event_get_process(self.handle))

    @property
    def parent(self) -> Process | None:
        return self._process(lib.tetra_event_get_parent(self.handle))

    @property
    def ancestors(self) -> Iterator[Process]:
        """The parent, the parent's parent, and so on, as far as they are known."""
        index = 0
        while ancestor := self._process(lib.tetra_event_get_ancestor(self.handle, index)):
            yield ancestor
            index += 1

    @property
    def policy(self) -> str | None:
        return text_of(lib.tetra_event_get_policy(self.handle))

    @property
    def function(self) -> str | None:
        return text_of(lib.tetra_event_get_function(self.handle))

    @property
    def subsystem(self) -> str | None:
        return text_of(lib.tetra_event_get_subsystem(self.handle))

    @property
    def file(self) -> str | None:
        return text_of(lib.tetra_event_get_file(self.handle))

    @property
    def provider(self) -> str | None:
        return text_of(lib.tetra_event_get_provider(self.handle))

    @property
    def file_offset(self) -> int:
        return lib.tetra_event_get_file_offset(self.handle)

    @property
    def counter_offset(self) -> int:
        return lib.tetra_event_get_counter_offset(self.handle)

    @property
    def message(self) -> str | None:
        return text_of(lib.tetra_event_get_message(self.handle))

    @property
    def tags(self) -> list[str]:
        return [text_of(lib.tetra_event_get_tag(self.handle, i)) or ""
                for i in range(lib.tetra_event_count_tags(self.handle))]

    @property
    def action(self) -> str:
        """'nothing', 'post', 'sigkill', 'override', ..."""
        return ACTIONS.get(lib.tetra_event_get_action(self.handle), "unknown")

    @property
    def return_action(self) -> str:
        return ACTIONS.get(lib.tetra_event_get_return_action(self.handle), "unknown")

    @property
    def selector(self) -> int:
        return int(lib.tetra_event_get_selector(self.handle))

    @property
    def args(self) -> list[Arg]:
        arg = ffi.new("struct tetra_arg *")
        arg.size = ffi.sizeof("struct tetra_arg")
        found = []
        while lib.tetra_event_get_arg(self.handle, len(found), arg) == 0:
            found.append(arg_of(arg))
        return found

    def find_arg(self, label: str) -> Arg | None:
        """The argument that the policy gave this label; None if there is none."""
        arg = ffi.new("struct tetra_arg *")
        arg.size = ffi.sizeof("struct tetra_arg")
        found = lib.tetra_event_find_arg(self.handle, os.fsencode(label), arg)
        return arg_of(arg) if found == 0 else None

    @property
    def return_value(self) -> Arg | None:
        arg = ffi.new("struct tetra_arg *")
        arg.size = ffi.sizeof("struct tetra_arg")
        return arg_of(arg) if lib.tetra_event_get_return(self.handle, arg) == 0 else None

    @property
    def exit(self) -> tuple[int, int] | None:
        """(status, signal) of process_exit."""
        status, number = ffi.new("uint32_t *"), ffi.new("uint32_t *")
        if lib.tetra_event_get_exit(self.handle, status, number) < 0:
            return None
        return status[0], number[0]

    @property
    def lost(self) -> tuple[str, int] | None:
        """(cause, count) of tetra_lost."""
        count = ffi.new("uint64_t *")
        cause = text_of(lib.tetra_event_get_lost(self.handle, count))
        return None if cause is None else (cause, count[0])

    def json(self) -> str:
        """One line, as Tetragon exports it."""
        size = 4096
        while True:
            buffer = ffi.new("char[]", size)
            needed = lib.tetra_event_to_json(self.handle, buffer, size)
            if needed < size:
                return bytes(ffi.buffer(buffer, needed)).decode("utf-8")
            size = needed + 1

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.json())
        return found

    def compact(self, *, color: bool = False, time: bool = False) -> str:
        """One short line for people."""
        opts = ffi.new("struct tetra_compact_opts *")
        opts.size = ffi.sizeof("struct tetra_compact_opts")
        opts.flags = (color * lib.TETRA_COMPACT_COLOR) | (time * lib.TETRA_COMPACT_TIME)
        size = lib.tetra_event_to_compact(self.handle, ffi.NULL, 0, opts) + 1
        buffer = ffi.new("char[]", size)
        lib.tetra_event_to_compact(self.handle, buffer, size, opts)
        return bytes(ffi.buffer(buffer, size - 1)).decode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        if self._pointer is None:
            return "<tetra.Event, gone>"
        return "<tetra.Event %s %r>" % (self.kind, self.process)
