"""Store what checks saw: results, the monitors' last words, coverage, evidence and observations."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from kit.clock import real
from monitors.core.quorum import View
from monitors.core.states import State
from monitors.models import CheckEvidence, Monitor
from monitors.probes.base import ProbeResult, Reason
from monitors.queries.regions import region_name
from monitors.services.copying import fill_inbox
from monitors.services.dispatch import Check, plain_cursor
from monitors.services.outvoted import take_back, without_outvoted
from monitors.services.parts import part_observations
from monitors.services.regions import is_shared, say
from monitors.services.states import observe
from monitors.services.steady import COVER_EVERY, record_steady
from monitors.services.storage import reopen
from monitors.services.verdicts import Finding, judged, mark_noisy
from monitors.signals import readings_changed

QUIET_FOR_S = 10
MOST_READERS = 10_000


Outcome = tuple[Check, ProbeResult]


def record(outcomes: Sequence[Outcome], *, now: datetime) -> int:
    """Store the results of checks, at most one of a monitor, and return how many were stored.

    A result whose check was given up, or whose monitor was paused or deleted meanwhile, is dropped. So is one that
    is stored already.
    """
    rest = record_quiet(outcomes, now=now)
    return len(outcomes) - len(rest) + (record_judged(rest, now=now) if rest else 0)


@transaction.atomic
def record_quiet(outcomes: Sequence[Outcome], *, now: datetime) -> list[Outcome]:
    """Store the results that say nothing new, with one statement for all; return the others."""
    steady = record_steady(outcomes)
    if steady:
        reopen({check.slot for check, _ in outcomes if check.monitor_id in steady}, now=now)
        _tell(_quiet_readers.due(set(steady.values()), now))
    return [outcome for outcome in outcomes if outcome[0].monitor_id not in steady]


@transaction.atomic
def record_judged(outcomes: Sequence[Outcome], *, now: datetime) -> int:
    """Store results that may have news, and what they mean; return how many were stored.

    Their monitors are locked meanwhile, and news takes milliseconds each: give it a few at a time.
    """
    findings = without_outvoted(judged(outcomes, now=now))
    accepted = _accept(findings, now)
    findings = [finding for finding in findings if finding.check.monitor_id in accepted]
    if not findings:
        return 0
    _store(findings)
    say(
        [
            (f.monitor.id, View(f.check.region, f.said, f.check.slot), f.result.total_us)
            for f in findings
            if is_shared(f.monitor) and f.said != State.UNKNOWN  # which unsays nothing: its last word stands
        ]
    )
    reopen([*(finding.check.slot for finding in findings), *take_back(findings)], now=now)
    told = [finding for finding in findings if finding.word is not None]
    _cover(told)
    _keep_evidence(findings)
    _refresh(finding for finding in told if not finding.is_news)
    mark_noisy(observe([finding.observation for finding in told if finding.is_news], now=now), now=now)
    observe(part_observations(told), now=now)
    _tell({(finding.monitor.scope.provider_id, finding.monitor.organization_id) for finding in findings})
    return len(findings)


_ACCEPT = """
    WITH result AS (
        SELECT * FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::smallint[], %s::int[], %s::text[], %s::float8[])
            AS result (id, fence, slot, state, total_us, reason, again_in_s)
    ), ours AS (
        SELECT monitor.id FROM monitors_monitor AS monitor JOIN result USING (id, fence)
        WHERE NOT is_paused AND last_check_at IS DISTINCT FROM slot ORDER BY monitor.id FOR NO KEY UPDATE OF monitor
    )
    UPDATE monitors_monitor AS monitor
    SET last_check_at = slot, last_state = state, last_total_us = total_us, last_reason = reason, leased_until = NULL,
        next_check_at = least(next_check_at, %s + again_in_s * interval '1 second')  -- NULL is not least
    FROM result JOIN ours USING (id)
    WHERE monitor.id = result.id
    RETURNING monitor.id
"""


def _accept(findings: Sequence[Finding], now: datetime) -> set[int]:
    """Write the monitors' last words where the fence is still ours; return the ids of those.

    Who lost the database after a commit stores the same again: one failure must not confirm itself.
    """
    rows = [
        (
            finding.check.monitor_id,
            finding.check.fence,
            finding.check.slot,
            int(finding.result.state),
            finding.result.total_us,
            "" if finding.result.reason == Reason.OK else finding.result.reason.word,
            finding.recheck_in_s,
        )
        for finding in findings
    ]
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, [*(list(column) for column in zip(*rows, strict=True)), now])
        return {row[0] for row in cursor.fetchall()}


_STORE = """
    INSERT INTO monitors_checkresult
        (monitor_id, slot, state, reason, total_us, dns, connect, tls, first_byte, transfer, region)
    SELECT monitor_id, slot, state, reason, total_us, dns, connect, tls, first_byte, transfer, region FROM checks_inbox
    ON CONFLICT DO NOTHING
"""


def _store(findings: Sequence[Finding]) -> None:
    """Write results by COPY; a slot that already has one keeps it."""
    with plain_cursor() as cursor:
        fill_inbox(cursor, [(finding.check, finding.result) for finding in findings])
        cursor.execute(_STORE)


_COVER = """
    WITH seen AS (
        SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::interval[]) AS seen (ref, at, gap)
    ), extended AS (
        UPDATE monitors_coverage AS span SET ended_at = greatest(ended_at, at) FROM seen
        WHERE span.ref = seen.ref AND ended_at >= at - gap AND began_at <= at
        RETURNING span.ref
    )
    INSERT INTO monitors_coverage (ref, began_at, ended_at)
    SELECT ref, at, at FROM seen WHERE ref NOT IN (SELECT ref FROM extended)
"""


def _cover(findings: Sequence[Finding]) -> None:
    """Extend the spans in which the monitors saw something."""
    rows = [
        (f"monitor:{finding.monitor.id}", finding.check.slot, finding.fresh_for + COVER_EVERY) for finding in findings
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_COVER, [list(column) for column in zip(*rows, strict=True)])


def _keep_evidence(findings: Iterable[Finding]) -> None:
    CheckEvidence.objects.bulk_create(
        CheckEvidence(
            monitor=finding.monitor,
            at=finding.check.slot,
            reason=finding.result.reason.word,
            detail=_evidence(finding),
        )
        for finding in findings
        if finding.begins_spell
    )


def _evidence(finding: Finding) -> dict[str, object]:
    where = {"region": region_name(finding.check.region)} if is_shared(finding.monitor) else {}
    return {"summary": finding.result.summary, **where, **finding.result.detail}


_REFRESH = """
    UPDATE monitors_sourcestate AS word SET observed_at = at, fresh_for_s = seen.fresh_for_s
    FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::int[]) AS seen (id, state, at, fresh_for_s)
    WHERE word.id = seen.id AND word.state = seen.state AND word.pending IS NULL AND word.observed_at <= at
"""


def _refresh(findings: Iterable[Finding]) -> None:
    """Note that sources still say the same, without locking each of them first."""
    rows = [
        (finding.before.id, int(finding.word.state), finding.check.slot, int(finding.fresh_for.total_seconds()))
        for finding in findings
        if finding.before is not None and finding.word is not None
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH, [list(column) for column in zip(*rows, strict=True)])


Reader = tuple[int | None, int]  # provider and organization


class _QuietReaders:
    """Who may wait: pages that show nothing but newer times and readings hear of them every QUIET_FOR_S at most."""

    def __init__(self) -> None:
        self._told: dict[Reader, datetime] = {}

    def due(self, readers: Collection[Reader], now: datetime) -> set[Reader]:
        """Return those that have not been told for long enough, as told now."""
        late = now - real(QUIET_FOR_S)
        due = {reader for reader in readers if not late < self._told.get(reader, late) <= now}
        if len(self._told) > MOST_READERS:
            self._told.clear()
        self._told.update(dict.fromkeys(due, now))
        return due


_quiet_readers = _QuietReaders()


def _tell(readers: Iterable[Reader]) -> None:
    """Say once per provider and organization that there is something new to read, after the commit."""
    for provider_id, organization_id in sorted(readers, key=str):
        send = partial(readings_changed.send, Monitor, provider_id=provider_id, organization_id=organization_id)
        transaction.on_commit(send)
