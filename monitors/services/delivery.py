"""Turn delivery counts into observations: what an organization's own messages say of each scope."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitors.core.cells import Cell
from monitors.core.delivery import BEST, Verdict, counts_from, habit_of, judge
from monitors.core.lifting import lifted
from monitors.core.observations import Observation
from monitors.core.sight import sees_since
from monitors.core.states import Source, State
from monitors.models import DeliveryCount, DeliveryFailure, DeliveryHour
from monitors.queries.counts import Said, Witness, delivery_history, said_by
from monitors.services.scopes import scope_of_cell
from monitors.services.spans import extend_coverage
from monitors.services.states import observe

REPEAT = timedelta(minutes=5)  # how often a scope that is well says so again
INTERVAL_S = 60  # of the evaluation
KEEP = timedelta(days=90)


def judge_witness(witness: Witness, *, now: datetime) -> None:
    """Judge every scope that an organization had messages to lately. Safe to repeat."""
    observe(_observations(witness, now), now=now)


def _observations(witness: Witness, now: datetime) -> list[Observation]:
    since = sees_since(witness.all_minutes, now)
    if since is None:  # no receipts at all: our trouble or the hook's, and no news of any carrier
        return []
    extend_coverage(witness.ref, now=now, interval_s=INTERVAL_S)
    said = {row.scope_id: row for row in said_by(witness.ref)}
    verdicts = _verdicts(witness, said, since, now)
    by_cell = {witness.cells[scope_id]: verdict for scope_id, verdict in verdicts.items()}
    verdicts |= _of_wholes(witness, by_cell, said)
    return [
        _observation(witness, scope_id, verdict, now)
        for scope_id, verdict in verdicts.items()
        if _is_news(said.get(scope_id), verdict, now)
    ]


def _verdicts(witness: Witness, said: Mapping[int, Said], since: datetime, now: datetime) -> dict[int, Verdict]:
    """Judge scope by scope. The history is read only where something could be wrong, which is seldom."""
    history = None
    found: dict[int, Verdict] = {}
    for scope_id, minutes in witness.minutes.items():
        before = said.get(scope_id)
        state = before.state if before else State.UNKNOWN
        start = counts_from(since, state, before.since) if before else since
        counted = [minute for minute in minutes if minute.at >= start]
        verdict = judge(counted, BEST, state, now)
        if verdict and (verdict.state.is_impaired or state.is_impaired):
            history = delivery_history(witness, now) if history is None else history
            verdict = judge(counted, habit_of(witness.cells[scope_id], history), state, now)
        if verdict:
            found[scope_id] = verdict
    return found


def _of_wholes(witness: Witness, verdicts: Mapping[Cell, Verdict], said: Mapping[int, Said]) -> dict[int, Verdict]:
    """Judge countries by their carriers and components by their countries, and clear those that were impaired so."""
    found = lifted(verdicts)
    wholes = {scope_of_cell(witness.provider_id, cell).id: verdict for cell, verdict in found.items()}
    for row in said.values():
        parts = [verdict for cell, verdict in verdicts.items() if row.cell.holds(cell) and row.cell != cell]
        if row.scope_id in wholes or row.cell in verdicts or not row.state.is_impaired or not parts:
            continue
        bad = [verdict for verdict in parts if verdict.state.is_impaired]
        state = row.state if 2 * len(bad) >= len(parts) else State.OPERATIONAL
        reason = f"{len(bad)} of {len(parts)} parts are still impaired."
        wholes[row.scope_id] = Verdict(state, parts[0].tally, parts[0].minutes, parts[0].habit, reason)
    return wholes


def _is_news(before: Said | None, verdict: Verdict, now: datetime) -> bool:
    """Whether to say it: what is well says so now and then, what is impaired each time."""
    repeats = before is not None and before.state is State.OPERATIONAL and verdict.state is State.OPERATIONAL
    return not (repeats and before is not None and now - before.observed_at < REPEAT)


def _observation(witness: Witness, scope_id: int, verdict: Verdict, now: datetime) -> Observation:
    counted = verdict.tally
    return Observation(
        source=Source.DELIVERY,
        ref=witness.ref,
        scope_id=scope_id,
        state=verdict.state,
        at=now,
        reason=verdict.reason,
        evidence={
            "symptom": counted.symptom,
            "minutes": verdict.minutes,
            "started": counted.started,
            "late": counted.late,
            "finished": counted.finished,
            "failed": counted.failed,
            "usually_late": round(verdict.habit.late, 4),
            "usually_failed": round(verdict.habit.failed, 4),
        },
        organization_id=witness.organization_id,
    )


def prune(now: datetime) -> int:
    """Delete counts that are older than 90 days; return how many rows went."""
    minutes, _ = DeliveryCount.objects.filter(minute__lt=now - KEEP).delete()
    hours, _ = DeliveryHour.objects.filter(hour__lt=now - KEEP).delete()
    failures, _ = DeliveryFailure.objects.filter(at__lt=now - KEEP).delete()
    return minutes + hours + failures
