# SPDX-License-Identifier: Apache-2.0
"""libtetra from Python: TracingPolicies in the kernel, their events as objects.

    with tetra.Session() as session:
        session.load("policy.yaml")
        for event in session:
            print(event.json())

Objects that hold something outside of Python are context managers with close().
"""

from ._ffi import lib as _lib
from .errors import Finding, TetraError, text_of as _text_of
from .event import Arg, Cred, Event, EventExpired, Sock
from .policy import Policy, findings_of
from .process import Credentials, Process
from .session import HookStatus, Session, Subscription, Transaction

__all__ = [
    "Arg",
    "Cred",
    "Credentials",
    "Event",
    "EventExpired",
    "Finding",
    "HookStatus",
    "Policy",
    "Process",
    "Session",
    "Sock",
    "Subscription",
    "TetraError",
    "Transaction",
    "findings_of",
    "api_level",
    "version",
]


def api_level() -> int:
    """The level of the interface of the library that is linked."""
    return int(_lib.tetra_api_level())


def version() -> str:
    """The version of the library that is linked."""
    return _text_of(_lib.tetra_version()) or ""
