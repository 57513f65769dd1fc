"""Checks proofs about serialised medicine packs on this machine, believing no server.

The light client and its records are those of the Rust crate ``medproof-core`` under the same names.
"""

from medproof.answer import Message, Messages, Overall
from medproof.checker import Checker, ManyOutcome, Outcome
from medproof.lookup import Failure, Lookup, LookupPolicy
from medproof.medproof_mobile import (
    Advanced,
    AnchorInfo,
    Axes,
    Client,
    ClientError,
    Contents,
    Issuer,
    Many,
    Mode,
    Policy,
    Problem,
    Purpose,
    Reading,
    ScanInfo,
    States,
    Verdict,
    check_fork,
    message_from_text,
    parse_scan,
    read_message,
)

__all__ = [
    "Advanced",
    "AnchorInfo",
    "Axes",
    "Checker",
    "Client",
    "ClientError",
    "Contents",
    "Failure",
    "Issuer",
    "Lookup",
    "LookupPolicy",
    "Many",
    "ManyOutcome",
    "Message",
    "Messages",
    "Mode",
    "Outcome",
    "Overall",
    "Policy",
    "Problem",
    "Purpose",
    "Reading",
    "ScanInfo",
    "States",
    "Verdict",
    "check_fork",
    "message_from_text",
    "parse_scan",
    "read_message",
]
