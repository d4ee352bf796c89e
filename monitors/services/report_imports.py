"""Load counts of reports that others made. They stand in charts and habits; no detector takes them for people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from monitors.core.report_rows import Refusal, Row, Unreadable, read
from monitors.models import ImportedCount
from monitors.services.report_places import Refused, place_of
from monitors.services.reports import KEEP
from monitors.services.scopes import scope_of

_AHEAD = timedelta(minutes=5)  # how far another clock may be ahead of ours
_BATCH = 2000
Key = tuple[str, datetime, int]  # source, minute, scope id


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file. Where anything was refused nothing is stored."""

    new: int
    corrected: int
    same: int
    refused: tuple[Refusal, ...]
    is_stored: bool


class _Undone(Exception):
    """Takes back what a dry run or a refused file has made."""


def load(text: str, *, is_json: bool, is_dry: bool, now: datetime) -> Loaded:
    """Store a file of counts whole or not at all. The same file again changes nothing. Raises Unreadable."""
    rows, refused = read(text, is_json=is_json)
    if "\x00" in text:
        raise Unreadable("The file has NUL characters in it: it is no text.")
    found: list[Loaded] = []
    try:
        with transaction.atomic():
            _one_at_a_time()
            counted, more = _placed(rows, now)
            every = tuple(sorted((*refused, *more), key=lambda refusal: refusal.line))
            new, corrected, same = _store(counted)
            is_stored = not every and not is_dry
            found.append(Loaded(new, corrected, same, every, is_stored))
            if not is_stored:
                raise _Undone
    except _Undone:
        pass
    return found[0]


def _one_at_a_time() -> None:
    """Wait for other imports: two of the same file would both add what they find missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('monitors.report_imports'))")


def _placed(rows: Sequence[Row], now: datetime) -> tuple[dict[Key, int], list[Refusal]]:
    scopes: dict[tuple[str, str, str, str], int | str] = {}
    counted: dict[Key, int] = {}
    lines: dict[Key, int] = {}
    refused = []
    for row in rows:
        names = (row.provider, row.component, row.country, row.carrier)
        if names not in scopes:
            scopes[names] = _scope(names)
        scope, reason = scopes[names], _untimely(row.minute, now)
        if isinstance(scope, str) or reason:
            refused.append(Refusal(row.line, reason or str(scope)))
            continue
        key = (row.source, row.minute, scope)
        if key in counted and counted[key] != row.count:
            refused.append(
                Refusal(row.line, f"line {lines[key]} says {counted[key]} for the same source, minute and scope")
            )
        counted.setdefault(key, row.count)
        lines.setdefault(key, row.line)
    return counted, refused


def _scope(names: tuple[str, str, str, str]) -> int | str:
    """Return the scope's id, or why there is none."""
    try:
        place = place_of(*names)
    except Refused as refusal:
        return str(refusal)
    if place.carrier_text:
        return f"No carrier “{place.carrier_text[:60]}” is known in {place.country or 'no country'}."
    return scope_of(place.provider, component=place.component, country=place.country, carrier=place.carrier).id


def _untimely(minute: datetime, now: datetime) -> str:
    if minute > now + _AHEAD:
        return f"minute {minute:%F %H:%M} UTC is in the future"
    if minute < now - KEEP:
        return f"minute {minute:%F %H:%M} UTC is more than {KEEP.days} days ago, which is not kept"
    return ""


def _store(counted: Mapping[Key, int]) -> tuple[int, int, int]:
    """Write counts and what they change in the sums; return how many are new, corrected and the same."""
    new = corrected = same = 0
    for batch in _batches(list(counted.items())):
        sources, minutes, scopes = zip(*(key for key, _ in batch), strict=True)
        rows = ImportedCount.objects.select_for_update().filter(
            source__in=set(sources), scope_id__in=set(scopes), minute__gte=min(minutes), minute__lte=max(minutes)
        )
        before = {
            (source, at, scope): n
            for source, at, scope, n in rows.values_list("source", "minute", "scope_id", "reports")
        }
        changed = [(key, n) for key, n in batch if before.get(key) != n]
        new += sum(key not in before for key, _ in changed)
        corrected += sum(key in before for key, _ in changed)
        same += len(batch) - len(changed)
        ImportedCount.objects.bulk_create(
            (ImportedCount(source=source, minute=at, scope_id=scope, reports=n) for (source, at, scope), n in changed),
            update_conflicts=True, unique_fields=["source", "minute", "scope"], update_fields=["reports"],
        )  # fmt: skip
        _add((scope, at, n - before.get((source, at, scope), 0)) for (source, at, scope), n in changed)
    return new, corrected, same


def _batches(items: Sequence[tuple[Key, int]]) -> Iterable[Sequence[tuple[Key, int]]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _add(changes: Iterable[tuple[int, datetime, int]]) -> None:
    sums: dict[tuple[int, datetime], int] = {}
    for scope, minute, more in changes:
        sums[scope, minute] = sums.get((scope, minute), 0) + more
    with connection.cursor() as cursor:  # a correction may lower a sum, and what is inserted must not be negative
        cursor.executemany(
            "INSERT INTO monitors_reportcount (scope_id, minute, reports, imported) VALUES (%s, %s, 0, greatest(0, %s))"
            " ON CONFLICT (scope_id, minute) DO UPDATE SET imported = greatest(0, monitors_reportcount.imported + %s)",
            [(scope, minute, more, more) for (scope, minute), more in sorted(sums.items())],
        )
