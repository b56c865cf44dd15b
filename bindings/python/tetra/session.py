# SPDX-License-Identifier: Apache-2.0
"""Sessions: policies in force, and the events that come of them.

The journey of a callback: dispatch() enters C, which calls tetra_python_event() with the
subscription's handle. That wraps the event, calls the Python function, and lets the event
expire. An exception cannot pass through C: it is parked in the session, C is told to stop
after this event, and dispatch() raises it once C has returned. The first one wins.
"""

from __future__ import annotations

import collections
import os
import select
import time
import warnings
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Union

from ._ffi import ffi, lib
from .errors import Collector, Finding, check, text_of
from .event import Event
from .policy import Policy, mode_number

EventFunction = Callable[[Event], object]
LogFunction = Callable[[str, str, str], object]
PolicyLike = Union[Policy, str, bytes, "os.PathLike[Any]"]

LOG_LEVELS = {
    lib.TETRA_LOG_ERROR: "error",
    lib.TETRA_LOG_WARNING: "warning",
    lib.TETRA_LOG_INFO: "info",
    lib.TETRA_LOG_DEBUG: "debug",
}
SESSION_FLAGS = {
    "json_cred": lib.TETRA_SESSION_JSON_CRED,
    "json_ns": lib.TETRA_SESSION_JSON_NS,
    "quiet_start": lib.TETRA_SESSION_QUIET_START,
    "strict_paths": lib.TETRA_SESSION_STRICT_PATHS,
    "skip_self": lib.TETRA_SESSION_SKIP_SELF,
    "skip_group": lib.TETRA_SESSION_SKIP_GROUP,
    "raise_memlock": lib.TETRA_SESSION_RAISE_MEMLOCK,
    "json_user": lib.TETRA_SESSION_JSON_USER,
}
# Events per dispatch while iterating: so many may wait in memory for the loop's body.
ITERATION_EVENTS = 256


class HookStatus(NamedTuple):
    """How one hook of a policy is attached."""

    index: int
    function: str
    attach: str
    reason: str | None
    recursion_misses: int


@ffi.def_extern(error=-1)
def tetra_python_event(user: Any, pointer: Any) -> int:
    return ffi.from_handle(user)._deliver(pointer)


@ffi.def_extern()
def tetra_python_log(user: Any, level: int, module: Any, text: Any) -> None:
    ffi.from_handle(user)._log(LOG_LEVELS.get(level, "debug"), text_of(module) or "",
                               text_of(text) or "")


def numbers_of(struct: Any) -> dict[str, int]:
    """The numbers of a C struct whose first member is its size."""
    names = [name for name, _ in ffi.typeof(struct).item.fields]
    return {name: int(getattr(struct, name)) for name in names if name != "size"}


def groups_of(cgroups: Iterable[int] | None) -> tuple[Any, int]:
    """Ids of control groups for C, and how many; None is everywhere, no id is nowhere."""
    if cgroups is None:
        return ffi.NULL, 0
    ids = list(cgroups)
    return ffi.new("uint64_t[]", ids or 1), len(ids)


def filter_of(kinds: Iterable[str], policies: Iterable[str]) -> Any:
    """A filter that its garbage collection drops; NULL for all events."""
    kinds, policies = list(kinds), list(policies)
    if not kinds and not policies:
        return ffi.NULL
    pointer = ffi.new("struct tetra_filter **")
    check(lib.tetra_filter_new(pointer), "filter")
    made = ffi.gc(pointer[0], lib.tetra_filter_unref)
    for name in kinds:
        number = lib.tetra_event_kind_from_name(name.encode())
        if not number:
            raise ValueError("there is no kind of event %r" % name)
        check(lib.tetra_filter_add_kind(made, number), "filter")
    for name in policies:
        check(lib.tetra_filter_add_policy(made, os.fsencode(name)), "filter")
    return made


class Subscription:
    """A function that receives events, until close() or the session's end."""

    def __init__(self, session: Session, function: EventFunction, chosen: Any) -> None:
        self._session = session
        self._function = function
        self._user = ffi.new_handle(self)
        pointer = ffi.new("struct tetra_sub **")
        check(lib.tetra_subscribe(session.handle, chosen, lib.tetra_python_event,
                                  self._user, pointer), "subscribe")
        self._handle = pointer[0]

    def _deliver(self, pointer: Any) -> int:
        event = Event(pointer)
        try:
            self._function(event)
            return 0
        except BaseException as error:  # goes on in dispatch()
            self._session._park(error)
            return -1
        finally:
            event.expire()

    def close(self) -> None:
        if self in self._session._subscriptions:
            self._session._subscriptions.remove(self)
            lib.tetra_unsubscribe(self._handle)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Transaction:
    """Changes that take effect together, when the `with` block ends without an exception."""

    def __init__(self, session: Session) -> None:
        pointer = ffi.new("struct tetra_txn **")
        check(lib.tetra_txn_begin(session.handle, pointer), "transaction")
        self._handle = pointer[0]
        self.findings: tuple[Finding, ...] = ()

    @property
    def handle(self) -> Any:
        if self._handle == ffi.NULL:
            raise ValueError("the transaction is over")
        return self._handle

    def load(self, policy: PolicyLike, *, mode: str = "default", replace: bool = False,
             cgroups: Iterable[int] | None = None) -> tuple[Finding, ...]:
        """Adds a policy, or a file of one. Returns what there is to say about it.

        With cgroups, ids of control groups (os.stat(folder).st_ino), it holds for these and those
        below them; with none in the list, for no process yet.
        """
        if not isinstance(policy, Policy):
            with Policy.from_file(policy) as opened:
                return self.load(opened, mode=mode, replace=replace, cgroups=cgroups)
        opts = ffi.new("struct tetra_load_opts *")
        opts.size = ffi.sizeof("struct tetra_load_opts")
        opts.mode = mode_number(mode)
        opts.flags = replace * lib.TETRA_LOAD_REPLACE
        groups, opts.n_cgroups = groups_of(cgroups)
        opts.cgroups = groups
        with Collector() as collector:
            check(lib.tetra_txn_load(self.handle, policy.handle, opts, collector.handle),
                  "policy " + policy.name, collector)
            return collector.findings()

    def _change(self, call: Any, name: str, *values: Any) -> None:
        with Collector() as collector:
            check(call(self.handle, os.fsencode(name), *values, collector.handle),
                  "policy " + name, collector)

    def unload(self, name: str) -> None:
        self._change(lib.tetra_txn_unload, name)

    def set_mode(self, name: str, mode: str) -> None:
        self._change(lib.tetra_txn_set_mode, name, mode_number(mode))

    def set_enabled(self, name: str, enabled: bool) -> None:
        self._change(lib.tetra_txn_set_enabled, name, int(enabled))

    def set_scope(self, name: str, cgroups: Iterable[int] | None) -> None:
        """The control groups that the policy is for from now on; None: all processes."""
        self._change(lib.tetra_txn_set_scope, name, *groups_of(cgroups))

    def commit(self) -> None:
        handle, self._handle = self.handle, ffi.NULL
        with Collector() as collector:
            check(lib.tetra_txn_commit(handle, collector.handle), "commit", collector)
            self.findings = collector.findings()

    def close(self) -> None:
        """Gives up what was not committed."""
        self._handle = lib.tetra_txn_free(self._handle)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        if kind is None and self._handle != ffi.NULL:
            self.commit()
        self.close()


class Session:
    """A session; it belongs to one thread at a time.

    Keywords: json_cred, json_ns, quiet_start, strict_paths, skip_self, skip_group,
    raise_memlock, ring_bytes, max_processes, node_name, and log, a function of level, module and text.
    """

    def __init__(self, *, ring_bytes: int = 0, max_processes: int = 0,
                 node_name: str | None = None, log: LogFunction | None = None,
                 **flags: bool) -> None:
        self._handle = ffi.NULL
        self._parked: BaseException | None = None
        self._is_dispatching = False
        self._subscriptions: set[Subscription] = set()
        self._log_function = log
        self._user = ffi.new_handle(self)
        unknown = set(flags) - set(SESSION_FLAGS)
        if unknown:
            raise TypeError("there is no option %r" % sorted(unknown)[0])
        opts = ffi.new("struct tetra_session_opts *")
        opts.size = ffi.sizeof("struct tetra_session_opts")
        opts.flags = sum(SESSION_FLAGS[name] for name, value in flags.items() if value)
        opts.ring_bytes = ring_bytes
        opts.max_processes = max_processes
        name = ffi.NULL if node_name is None else ffi.new("char[]", os.fsencode(node_name))
        opts.node_name = name
        if log:
            opts.log = lib.tetra_python_log
            opts.log_user = self._user
        pointer = ffi.new("struct tetra_session **")
        with Collector() as collector:
            check(lib.tetra_session_new(pointer, opts, collector.handle), "session",
                  collector)
        self._handle = pointer[0]

    @property
    def handle(self) -> Any:
        if self._handle == ffi.NULL:
            raise ValueError("the session is closed")
        return self._handle

    def _log(self, level: str, module: str, text: str) -> None:
        try:
            if self._log_function:
                self._log_function(level, module, text)
        except BaseException as error:  # goes on in dispatch()
            self._park(error)

    def _park(self, error: BaseException) -> None:
        self._parked = self._parked or error

    def fileno(self) -> int:
        """Readable when there is something to dispatch."""
        return int(lib.tetra_session_get_fd(self.handle))

    def subscribe(self, function: EventFunction, *, kinds: Iterable[str] = (),
                  policies: Iterable[str] = ()) -> Subscription:
        """Calls function(event) for each event, or for those of some kinds or policies."""
        subscription = Subscription(self, function, filter_of(kinds, policies))
        self._subscriptions.add(subscription)
        return subscription

    def dispatch(self, max_events: int = 0) -> int:
        """Delivers what is there, and returns how many; raises what a callback raised."""
        handle = self.handle
        nested, self._is_dispatching = self._is_dispatching, True
        try:
            result = lib.tetra_session_dispatch(handle, max_events)
        finally:
            self._is_dispatching = nested
        if nested:
            return check(result, "dispatch inside a callback")
        parked, self._parked = self._parked, None
        if parked is not None:
            raise parked
        return check(result, "dispatch")

    def poll(self, timeout: float | None = None, max_events: int = 0) -> int:
        """Waits for events, for so many seconds at most, and dispatches them."""
        # Not select(): its descriptors end at 1023.
        ready = select.poll()
        ready.register(self, select.POLLIN)
        if not ready.poll(None if timeout is None else max(0.0, timeout) * 1000):
            return 0
        return self.dispatch(max_events)

    def events(self, timeout: float | None = None, *, kinds: Iterable[str] = (),
               policies: Iterable[str] = ()) -> Iterator[Event]:
        """Copies of the events, until so many seconds have passed without one."""
        queue: collections.deque[Event] = collections.deque()
        with self.subscribe(lambda event: queue.append(event.copy()), kinds=kinds,
                            policies=policies):
            end = time.monotonic() + (timeout or 0)
            while self._handle != ffi.NULL:
                while queue:
                    yield queue.popleft()
                    end = time.monotonic() + (timeout or 0)
                left = None if timeout is None else end - time.monotonic()
                if left is not None and left < 0:
                    return
                if self._handle != ffi.NULL:
                    self.poll(left, ITERATION_EVENTS)

    def __iter__(self) -> Iterator[Event]:
        return self.events()

    def transaction(self) -> Transaction:
        return Transaction(self)

    def load(self, policy: PolicyLike, *, mode: str = "default", replace: bool = False,
             cgroups: Iterable[int] | None = None) -> tuple[Finding, ...]:
        """Puts a policy, or a file of one, into force; returns the load report."""
        with self.transaction() as transaction:
            findings = transaction.load(policy, mode=mode, replace=replace,
                                        cgroups=cgroups)
        return findings + transaction.findings

    def unload(self, name: str) -> None:
        with self.transaction() as transaction:
            transaction.unload(name)

    def set_mode(self, name: str, mode: str) -> None:
        with self.transaction() as transaction:
            transaction.set_mode(name, mode)

    def set_enabled(self, name: str, enabled: bool) -> None:
        with self.transaction() as transaction:
            transaction.set_enabled(name, enabled)

    def set_scope(self, name: str, cgroups: Iterable[int] | None) -> None:
        with self.transaction() as transaction:
            transaction.set_scope(name, cgroups)

    @property
    def policies(self) -> list[str]:
        names: list[str] = []
        while name := text_of(lib.tetra_session_get_policy_name(self.handle, len(names))):
            names.append(name)
        return names

    def hooks(self, policy: str) -> list[HookStatus]:
        status = ffi.new("struct tetra_hook_status *")
        status.size = ffi.sizeof("struct tetra_hook_status")
        found: list[HookStatus] = []
        while lib.tetra_policy_get_hook_status(self.handle, os.fsencode(policy), len(found),
                                               status) == 0:
            found.append(HookStatus(status.index, text_of(status.function) or "",
                                    text_of(status.attach) or "", text_of(status.reason),
                                    status.recursion_misses))
        return found

    def counts(self, policy: str, hook: int | None = None,
               selector: int | None = None) -> dict[str, int]:
        """What a policy, one of its hooks or a selector did; None stands for the sum."""
        found = ffi.new("struct tetra_counts *")
        found.size = ffi.sizeof("struct tetra_counts")
        everything = lib.TETRA_ALL
        check(lib.tetra_stats_policy(self.handle, os.fsencode(policy),
                                     everything if hook is None else hook,
                                     everything if selector is None else selector, found),
              "policy " + policy)
        return numbers_of(found)

    @property
    def stats(self) -> dict[str, int]:
        """The session's ledger."""
        found = ffi.new("struct tetra_session_stats *")
        found.size = ffi.sizeof("struct tetra_session_stats")
        check(lib.tetra_stats_session(self.handle, found), "statistics")
        return numbers_of(found)

    def close(self) -> None:
        if self._is_dispatching:
            raise ValueError("a session cannot be closed inside a callback")
        self._handle = lib.tetra_session_free(self._handle)
        self._subscriptions.clear()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", ffi.NULL) != ffi.NULL:
            warnings.warn("a tetra.Session was not closed", ResourceWarning, source=self)
