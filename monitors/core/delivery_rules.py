"""The two simple rules that people know, for organizations that switched them on. Exact at their borders.

They know nothing of what is usual: a list of old numbers sets them off every day, and a stall never. That is why they
are offered, and the detectors of monitors.core.delivery decide. The sender's own failures are no failures here either.
A window is made of whole clock minutes, the running one included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitors.core.delivery import MINUTE, Minute
from monitors.core.states import State

HOLD = timedelta(minutes=10)  # so long a rule must not have applied before it is over


class Rule(StrEnum):
    """BURST: more than 10 failures in 5 minutes. SHARE: over 5 % of more than 20 messages in 15 minutes."""

    BURST = "burst"
    SHARE = "share"


WINDOW = {Rule.BURST: timedelta(minutes=5), Rule.SHARE: timedelta(minutes=15)}
MOST_FAILED = 10  # of a burst: one more fires
MOST_FINISHED = 20  # of a share: one more is looked at
MOST_PERCENT = 5  # of a share: what is more fires
WORDS = {
    Rule.BURST: f"More than {MOST_FAILED} failures in 5 minutes",
    Rule.SHARE: f"Over {MOST_PERCENT} % of more than {MOST_FINISHED} messages in 15 minutes",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a scope: that it applies, or that it is over. The counts are those of its window."""

    fires: bool
    finished: int
    failed: int
    reason: str

    def state(self, *, of_component: bool) -> State:
        """Return it as a state. Failures in a narrow scope are a part of it; in a whole account they may be anything."""
        if not self.fires:
            return State.OPERATIONAL
        return State.PARTIAL_OUTAGE if of_component else State.DEGRADED


def apply_rule(rule: Rule, minutes: Sequence[Minute], now: datetime, *, fired: bool) -> Finding | None:
    """Return what a rule says at `now`, where it `fired` before; None: nothing new, or nothing to go by.

    It is over when it has not applied for HOLD and a message was delivered in that time: silence ends nothing.
    `minutes` are those of the longest window and HOLD at least.
    """
    last = now.replace(second=0, microsecond=0)
    finished, failed = _sums(minutes, last, WINDOW[rule])
    if _applies(rule, finished, failed):
        return Finding(True, finished, failed, _reason(rule, finished, failed))
    if not fired:
        return None
    steps = range(1, HOLD // MINUTE)
    if any(_applies(rule, *_sums(minutes, last - step * MINUTE, WINDOW[rule])) for step in steps):
        reason = f"{_reason(rule, finished, failed)} It ends when it has not applied for {HOLD // MINUTE} min."
        return Finding(True, finished, failed, reason)
    if not any(minute.delivered for minute in _within(minutes, last, HOLD)):
        return None
    return Finding(False, finished, failed, _reason(rule, finished, failed))


def _applies(rule: Rule, finished: int, failed: int) -> bool:
    if rule is Rule.BURST:
        return failed > MOST_FAILED
    return finished > MOST_FINISHED and 100 * failed > MOST_PERCENT * finished


def _sums(minutes: Iterable[Minute], last: datetime, width: timedelta) -> tuple[int, int]:
    """Return (finished, failed) of the window whose last minute is `last`."""
    counted = list(_within(minutes, last, width))
    failed = sum(minute.failed for minute in counted)
    return sum(minute.delivered for minute in counted) + failed, failed


def _within(minutes: Iterable[Minute], last: datetime, width: timedelta) -> Iterable[Minute]:
    return (minute for minute in minutes if last - width < minute.at <= last)


def _reason(rule: Rule, finished: int, failed: int) -> str:
    if rule is Rule.BURST:
        return f"{failed} message{'' if failed == 1 else 's'} failed in 5 min; your rule allows {MOST_FAILED}."
    share = f" ({100 * failed / finished:.1f} %)" if finished else ""
    allows = f"your rule allows {MOST_PERCENT} % of more than {MOST_FINISHED}"
    return f"{failed} of {finished} messages failed in 15 min{share}; {allows}."
