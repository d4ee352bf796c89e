"""Since when a monitor bears a tag: what it bears now, and what was put on it or taken off, as stretches of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.core.windows import Span


@dataclass(frozen=True, slots=True)
class Move:
    """A tag was put on at `at`, or else taken off."""

    at: datetime
    is_put_on: bool


def borne(moves: Sequence[Move], *, bears_it_now: bool, start: datetime, end: datetime) -> list[Span]:
    """Return the parts of `start` to `end` in which one monitor bore one tag, earliest first.

    `moves` are all of that tag on that monitor, oldest first. It is reckoned back from now: a tag that was never
    moved was always there, or never.
    """
    found: list[Span] = []
    until, is_on = end, bears_it_now
    for move in reversed(moves):
        if move.at <= start:
            break
        since = min(move.at, end)
        if is_on and since < until:
            found.append(Span(since, until))
        until, is_on = since, not move.is_put_on
    if is_on and start < until:
        found.append(Span(start, until))
    return found[::-1]
