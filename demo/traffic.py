"""The tenant's messages: which receipts Twilio would send for them, and when."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.script import CARRIERS, ENDS, STARTS, Carrier, trouble_of


@dataclass(frozen=True, slots=True)
class Callback:
    """One status callback that is due at a moment of the script."""

    at: datetime
    message_id: str
    to: str
    status: str
    error_code: str = ""


def callbacks(seed: int = 1) -> list[Callback]:
    """Return every callback of the day in time order. The same seed gives the same day."""
    return sorted((c for carrier in CARRIERS for c in _of(carrier, seed)), key=lambda c: (c.at, c.message_id, c.status))


def _of(carrier: Carrier, seed: int) -> Iterator[Callback]:
    draw = random.Random(f"{seed} {carrier.name}")
    at = STARTS
    number = 0
    while at < ENDS:
        at += timedelta(minutes=draw.expovariate(carrier.per_minute))
        number += 1
        rest = carrier.length - len(carrier.numbers)
        to = f"+{carrier.numbers}{draw.randrange(10**rest):0{rest}d}"
        message_id = "SM" + draw.randbytes(16).hex()
        yield Callback(at, message_id, to, "sent")
        yield from _outcome(carrier, draw, at, message_id, to)


def _outcome(carrier: Carrier, draw: random.Random, sent: datetime, message_id: str, to: str) -> Iterator[Callback]:
    """The final status: mostly within seconds; in trouble, hours later, once the backlog drains."""
    usual = timedelta(seconds=carrier.habit_s * draw.lognormvariate(0, 0.6))
    case = trouble_of(carrier, sent)
    if case and draw.random() < 0.92:
        if draw.random() < 0.05:
            yield Callback(sent + timedelta(minutes=draw.uniform(5, 40)), message_id, to, "undelivered", "30008")
            return
        drained = case.ended + timedelta(minutes=draw.uniform(0, 12))
        yield Callback(drained, message_id, to, "delivered")
    elif draw.random() < 0.02:
        yield Callback(sent + usual, message_id, to, "undelivered", "30003")
    elif draw.random() < 0.01:
        yield Callback(sent + usual, message_id, to, "undelivered", "21610")
    else:
        yield Callback(sent + usual, message_id, to, "delivered")
