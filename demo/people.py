"""The people who report: a few on any day, many while something is broken where they are."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.script import CASES, ENDS, STARTS


@dataclass(frozen=True, slots=True)
class Visit:
    """One person who opens the report form at a moment of the script, from an address of their own."""

    at: datetime
    address: str
    country: str
    carrier: str
    problem: str


def visits(seed: int = 2) -> list[Visit]:
    """Return every visit of the day in time order. The same seed gives the same day."""
    draw = random.Random(seed)
    found = []
    at = STARTS
    while at < ENDS:
        at += timedelta(minutes=draw.expovariate(1 / 50))
        found.append(Visit(at, _address(draw), draw.choice(["JP", "ID", "US", "DE"]), "", "messages_delayed"))
    for case in CASES:
        if not case.carrier:
            continue
        at = case.began + timedelta(minutes=4)  # people notice a code that does not come, then look for others
        while at < case.ended:
            crowd = 1.6 if at < case.began + timedelta(hours=2) else 0.7
            at += timedelta(minutes=draw.expovariate(crowd))
            found.append(Visit(at, _address(draw), case.country, case.carrier, "messages_delayed"))
    return sorted(found, key=lambda visit: visit.at)


def _address(draw: random.Random) -> str:
    """An address in a public range, a network of its own per person."""
    return f"{draw.choice([81, 93, 109, 126, 133, 153, 180, 202])}.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
