"""Counts that senders push, as the watch over several organizations weighs them: so many messages, each with its end.

A push names no messages. Of those that ended it may say how long delivery took; what else ended is taken to have ended in
the minute that it began in, so that what began and what ended balance.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from monitors.core.shares import whole_shares

MOST = 200  # messages of one sender, scope and minute that are weighed: of more only the proportions count


class Ended(NamedTuple):
    """So many messages that ended in one way. `age`: whole minutes since they began; None: the sender does not say."""

    outcome: str  # "delivered", or whose fault it is
    age: int | None
    messages: int


class Weighed(NamedTuple):
    started: int
    ended: list[Ended]


def ages_of(times: Iterable[tuple[float, int]], delivered: int) -> dict[str, int]:
    """Return how many of the delivered messages were delivered how many minutes (the keys) after the one they began in.

    A message may begin anywhere in its minute, so of those that took 90 seconds half end in the next, half in the one after.
    """
    ages: Counter[int] = Counter()
    for seconds, messages in times:
        whole, part = divmod(seconds / 60, 1)
        later = round(part * messages)
        ages[int(whole)] += messages - later
        ages[int(whole) + 1] += later
    ages[0] += delivered - ages.total()
    return {str(age): messages for age, messages in sorted(ages.items()) if messages}


def weighed(said: Mapping[str, Any]) -> Weighed:
    """Return what a pushed minute (monitors.services.pushed_minutes) says, at most MOST messages of it begun or ended.

    Where the sender says nothing about time, nothing is known to wait: then none is said to have started.
    """
    ages: Mapping[str, int] | None = said.get("ages")
    is_timed = ages is not None
    delivered = (
        [Ended("delivered", None, said["delivered"])]
        if ages is None
        else [Ended("delivered", int(age), messages) for age, messages in ages.items()]
    )
    failed = [Ended(fault, 0 if is_timed else None, messages) for _, fault, messages in said["failures"]]
    ended = [*delivered, *failed]
    total = sum(some.messages for some in ended)
    most = MOST / max(MOST, total, said["started"] if is_timed else 0)
    kept = whole_shares([some.messages for some in ended], round(total * most))
    return Weighed(
        round(said["started"] * most) if is_timed else 0,
        [some._replace(messages=messages) for some, messages in zip(ended, kept, strict=True) if messages],
    )
