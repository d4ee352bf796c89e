"""What every probe gives: one measured look at a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from monitors.core.states import State


class Reason(IntEnum):
    """Why a check ended as it did; stored as its number, shown as its words."""

    OK = 0
    DNS_ERROR = 1
    CONNECT_TIMEOUT = 2
    CONNECT_REFUSED = 3
    CONNECT_ERROR = 4
    TLS_EXPIRED = 5
    TLS_NAME = 6
    TLS_UNTRUSTED = 7
    TLS_ERROR = 8
    TIMEOUT = 9
    PROTOCOL_ERROR = 10
    STATUS = 11
    KEYWORD = 12
    TOO_MANY_REDIRECTS = 13
    BAD_ENCODING = 14
    BODY_TRUNCATED = 15
    SLOW = 16
    BLOCKED = 17  # we refused to go there: never downtime
    OVERLOADED = 18  # our own prober was late: never downtime

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def is_ours(self) -> bool:
        """Whether this says something about us and nothing about the target."""
        return self in (Reason.BLOCKED, Reason.OVERLOADED)


@dataclass(frozen=True, slots=True)
class Phases:
    """Durations in microseconds; 0 where a phase did not take place."""

    dns: int = 0
    connect: int = 0
    tls: int = 0
    first_byte: int = 0
    transfer: int = 0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one check saw. `detail` is evidence for people: status, headers, piece of body, address, chain."""

    state: State
    reason: Reason
    total_us: int
    phases: Phases = Phases()
    summary: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
