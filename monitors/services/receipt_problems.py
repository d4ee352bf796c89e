"""Count what comes in at a receipt source and cannot be counted as a delivery: the only writer of ReceiptProblem."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from monitors.models import Problem, ReceiptProblem

MOST_WORDS = 30  # of one source; what says more of them is counted under none
_ADD = """
    INSERT INTO monitors_receiptproblem AS t (source_id, kind, word, reason, number, last_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (source_id, kind, word) DO UPDATE
    SET number = t.number + excluded.number, reason = excluded.reason, last_at = excluded.last_at
"""


def add(source_id: int, kind: Problem, now: datetime, *, number: int = 1, word: str = "", reason: str = "") -> None:
    """Count `number` of a problem. The source's own row is not touched: whoever applies its receipts holds that."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [source_id, kind.value, word, reason[:200].replace("\0", "?"), number, now])


def add_words(source_id: int, words: Mapping[str, int], now: datetime) -> None:
    """Count statuses that we do not know, by word."""
    if not words:
        return
    rows = ReceiptProblem.objects.filter(source_id=source_id, kind=Problem.WORD)
    known = set(rows.values_list("word", flat=True))
    for word, number in sorted(words.items()):
        if word not in known and len(known) >= MOST_WORDS:
            word = ""
        known.add(word)
        add(source_id, Problem.WORD, now, number=number, word=word)


def forget(source_id: int) -> None:
    """Begin to count anew, when somebody has seen to it."""
    ReceiptProblem.objects.filter(source_id=source_id).delete()
