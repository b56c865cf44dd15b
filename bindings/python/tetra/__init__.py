# SPDX-License-Identifier: Apache-2.0
"""libtetra from Python: TracingPolicies in the kernel, their events as objects.

    with tetra.Session() as session:
        session.load("policy.yaml")
        for event in session:
            print(event.json())

Objects that hold something outside of Python are context managers with close().
"""

from ._ffi import lib as _lib
from .compare import Diff, Proof, Region, Rule, diff, prove
from .errors import Finding, FindingText, TetraError, codes, describe, text_of as _text_of
from .event import (
    Arg, BpfMap, BpfProgram, Cred, Event, EventExpired, Module, PerfEvent, Skb, Sock,
    UserNamespace)
from .explain import ExplainedHook, Explanation, Field, Row, explain, explain_field
from .fit import Facts, Fit, HookFit, fit
from .policy import Policy, check, findings_of, schema
from .process import Credentials, Process
from .session import HookStatus, Session, Subscription, Transaction
from .simulate import Verdict, simulate

__all__ = [
    "Arg",
    "BpfMap",
    "BpfProgram",
    "Cred",
    "Credentials",
    "Diff",
    "Event",
    "EventExpired",
    "ExplainedHook",
    "Explanation",
    "Field",
    "Facts",
    "Finding",
    "FindingText",
    "Fit",
    "HookFit",
    "HookStatus",
    "Module",
    "PerfEvent",
    "Policy",
    "Process",
    "Proof",
    "Region",
    "Row",
    "Rule",
    "Session",
    "Skb",
    "Sock",
    "Subscription",
    "TetraError",
    "Transaction",
    "UserNamespace",
    "Verdict",
    "check",
    "codes",
    "describe",
    "diff",
    "explain",
    "explain_field",
    "findings_of",
    "fit",
    "simulate",
    "api_level",
    "prove",
    "schema",
    "version",
]


def api_level() -> int:
    """The level of the interface of the library that is linked."""
    return int(_lib.tetra_api_level())


def version() -> str:
    """The version of the library that is linked."""
    return _text_of(_lib.tetra_version()) or ""
