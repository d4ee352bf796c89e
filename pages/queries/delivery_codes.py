"""Which error codes messages failed with, what they mean, and whose doing that is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from incidents.queries import words_of
from monitors.catalogue.error_codes import WHOSE, meaning_of
from monitors.core.delivery_blame import CodeCount
from monitors.core.shares import whole_shares
from monitors.models import Scope
from monitors.queries.delivery_sums import Failed
from monitors.receipts.base import Fault

MOST = 20


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code of failed messages. `share` is of all failures, 0.0 to 1.0 in thousandths that add up to 1.0 over all codes.

    `where` is the scope with most of them.
    """

    count: CodeCount
    whose: str
    share: float
    where: str
    elsewhere: int  # how many more scopes


def counted(failed: Iterable[Failed], scopes: Mapping[int, Scope]) -> list[CodeCount]:
    """Add failures up by code and fault, the most frequent first. A code means what its provider says."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in failed:
        sums[row.code, _meaning(row, scopes), row.fault] += row.messages
    return [
        CodeCount(*key, messages=number) for key, number in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def by_scope(failed: Iterable[Failed]) -> dict[int, list[Failed]]:
    rows: dict[int, list[Failed]] = {}
    for row in failed:
        rows.setdefault(row.scope_id, []).append(row)
    return rows


def code_lines(failed: Sequence[Failed], scopes: Mapping[int, Scope]) -> list[CodeLine]:
    """Return the most frequent codes of failures in `scopes`."""
    counts = counted(failed, scopes)
    shares = whole_shares([count.messages for count in counts], 1000)
    lines = []
    for count, share in list(zip(counts, shares, strict=True))[:MOST]:
        rows = [r for r in failed if (r.code, _meaning(r, scopes), r.fault) == (count.code, count.meaning, count.fault)]
        top = max(rows, key=lambda row: row.messages)
        whose = WHOSE[Fault(count.fault)]
        lines.append(CodeLine(count, whose, share / 1000, words_of(scopes[top.scope_id]), len(rows) - 1))
    return lines


def _meaning(row: Failed, scopes: Mapping[int, Scope]) -> str:
    provider = scopes[row.scope_id].provider
    return meaning_of(provider.slug if provider else "", row.code)
