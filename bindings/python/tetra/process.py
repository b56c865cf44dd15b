# SPDX-License-Identifier: Apache-2.0
"""A process, as an event shows it. It lives as long as the event it was taken from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ._ffi import ffi, lib
from .errors import filled, text_of

if TYPE_CHECKING:
    from .event import Event


def enum_names(tag: str, prefix: str) -> dict[str, int]:
    """{name in lower case: number} of a C enum."""
    values = ffi.typeof("enum " + tag).relements
    return {name[len(prefix):].lower(): number for name, number in values.items()}


NAMESPACES = enum_names("tetra_process_namespace", "TETRA_PROCESS_NS_")
CAPSETS = enum_names("tetra_process_capset", "TETRA_PROCESS_CAPS_")
PRIVILEGES = {
    "setuid": lib.TETRA_PRIVILEGES_SETUID,
    "setgid": lib.TETRA_PRIVILEGES_SETGID,
    "raised_cap": lib.TETRA_PRIVILEGES_RAISED_CAP,
    "raised_uid": lib.TETRA_PRIVILEGES_RAISED_UID,
    "raised_gid": lib.TETRA_PRIVILEGES_RAISED_GID,
}


class Credentials(NamedTuple):
    uid: int
    gid: int
    euid: int
    egid: int
    suid: int
    sgid: int
    fsuid: int
    fsgid: int
    securebits: int
    login_uid: int


class Process:
    """One image of a program. Attributes are None or 0 where nothing is known."""

    def __init__(self, event: Event, pointer: Any) -> None:
        self._event = event
        self._pointer = pointer

    @property
    def handle(self) -> Any:
        self._event.handle  # raises once the event is gone
        return self._pointer

    @property
    def is_known(self) -> bool:
        return bool(lib.tetra_process_is_known(self.handle))

    @property
    def pid(self) -> int:
        return int(lib.tetra_process_get_pid(self.handle))

    @property
    def namespace_pid(self) -> int:
        return int(lib.tetra_process_get_namespace_pid(self.handle))

    @property
    def stamp_ns(self) -> int:
        return int(lib.tetra_process_get_stamp_ns(self.handle))

    @property
    def start_ns(self) -> int:
        return int(lib.tetra_process_get_start_ns(self.handle))

    @property
    def exec_id(self) -> str | None:
        return text_of(lib.tetra_process_get_exec_id(self.handle))

    @property
    def parent_exec_id(self) -> str | None:
        return text_of(lib.tetra_process_get_parent_exec_id(self.handle))

    @property
    def binary(self) -> str | None:
        return text_of(lib.tetra_process_get_binary(self.handle))

    @property
    def executable(self) -> str | None:
        return text_of(lib.tetra_process_get_executable(self.handle))

    @property
    def arguments(self) -> str | None:
        """For people; see argv."""
        return text_of(lib.tetra_process_get_arguments(self.handle))

    @property
    def argv(self) -> list[str]:
        size = ffi.new("size_t *")
        area = lib.tetra_process_get_argv(self.handle, size)
        if area == ffi.NULL:
            return []
        data = bytes(ffi.buffer(area, size[0]))
        return [os.fsdecode(part) for part in data.removesuffix(b"\0").split(b"\0")]

    @property
    def cwd(self) -> str | None:
        return text_of(lib.tetra_process_get_cwd(self.handle))

    @property
    def flags(self) -> list[str]:
        size = lib.tetra_process_get_flags(self.handle, ffi.NULL, 0) + 1
        buffer = ffi.new("char[]", size)
        lib.tetra_process_get_flags(self.handle, buffer, size)
        return os.fsdecode(ffi.string(buffer)).split()

    @property
    def is_in_init_tree(self) -> bool:
        return bool(lib.tetra_process_is_in_init_tree(self.handle))

    @property
    def is_forked(self) -> bool:
        return bool(lib.tetra_process_is_forked(self.handle))

    @property
    def is_foreign(self) -> bool:
        """Whether a user namespace may have made the executable's name."""
        return bool(lib.tetra_process_is_foreign(self.handle))

    @property
    def credentials(self) -> Credentials | None:
        values = filled("tetra_credentials", lib.tetra_process_get_credentials, self.handle,
                        Credentials._fields)
        return None if values is None else Credentials(**values)

    @property
    def user(self) -> str | None:
        """The effective user's name; only in sessions with json_user."""
        return text_of(lib.tetra_process_get_user(self.handle))

    @property
    def capabilities(self) -> dict[str, int]:
        """{'permitted': bits, 'effective': bits, 'inheritable': bits}"""
        return {name: int(lib.tetra_process_get_capabilities(self.handle, number))
                for name, number in CAPSETS.items()}

    @property
    def namespaces(self) -> dict[str, int]:
        """{'mnt': inode number, ...}"""
        return {name: int(lib.tetra_process_get_namespace(self.handle, number))
                for name, number in NAMESPACES.items()}

    @property
    def cgroup_id(self) -> int:
        return int(lib.tetra_process_get_cgroup_id(self.handle))

    @property
    def cgroup(self) -> str | None:
        return text_of(lib.tetra_process_get_cgroup(self.handle))

    @property
    def container_id(self) -> str | None:
        return text_of(lib.tetra_process_get_container_id(self.handle))

    @property
    def privileges(self) -> frozenset[str]:
        """What executing the program did: 'setuid', 'setgid', 'raised_cap', ..."""
        bits = lib.tetra_process_get_privileges(self.handle)
        return frozenset(name for name, bit in PRIVILEGES.items() if bits & bit)

    @property
    def links(self) -> int:
        """Names that the executable has; 0 for a deleted file or a memfd."""
        found = ffi.new("uint32_t *")
        lib.tetra_process_get_inode(self.handle, found)
        return int(found[0])

    @property
    def inode(self) -> int:
        return int(lib.tetra_process_get_inode(self.handle, ffi.NULL))

    def __repr__(self) -> str:
        return "<tetra.Process %d %s>" % (self.pid, self.binary)
