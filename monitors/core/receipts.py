"""What a receipt does to its message, whatever the order and number in which receipts come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.receipts.base import FINAL_RANK, RANKS, Fault

SENT_RANK = RANKS["sent"]
ARRIVED = ("delivered", "read")
PROMPT = timedelta(minutes=3)  # a message that has no end after this long is late: see monitors.core.delivery


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands. `first_at` is its first receipt, `sent_at` when it was handed to a carrier."""

    first_at: datetime
    status: str = ""
    rank: int = -1
    error_code: str = ""
    sent_at: datetime | None = None
    final_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message's end counts as: "delivered", or whose fault its failure is; `seconds` from its first receipt."""

    kind: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Applied:
    """The message after a receipt. `outcome` is set by the one receipt that ended it, `is_prompt` if it ended in time."""

    standing: Standing
    moved: bool
    outcome: Outcome | None = None
    is_prompt: bool = False


def apply(before: Standing, status: str, error_code: str, at: datetime, fault: Fault) -> Applied:
    """Return where a message stands after one more receipt: a status moves it only to a higher rank.

    "read" after "delivered" moves it without a second outcome; a cancelled message was never tried and has none.
    """
    rank = RANKS[status]
    first_at = min(before.first_at, at)
    sent_at = before.sent_at or (at if rank >= SENT_RANK else None)
    if rank <= before.rank:
        return Applied(replace(before, first_at=first_at), moved=False)
    ended = rank >= FINAL_RANK and before.final_at is None
    after = Standing(first_at, status, rank, error_code, sent_at, before.final_at or (at if ended else None))
    is_prompt = ended and at - first_at <= PROMPT
    if not ended or status == "canceled":
        return Applied(after, moved=True, is_prompt=is_prompt)
    kind = "delivered" if status in ARRIVED else fault.value
    return Applied(after, moved=True, outcome=Outcome(kind, (at - first_at).total_seconds()), is_prompt=is_prompt)
