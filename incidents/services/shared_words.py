"""Say what several organizations' deliveries show together: the only evidence of delivery that the public is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitors.core.cells import Cell
from monitors.core.delivery import SEVERE, STILL_SEVERE, Tally, tally
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.queries.counts import Said, said_by
from monitors.queries.evidence import Shared, shared_counts
from monitors.services.scopes import scope_of_cell
from monitors.services.spans import extend_coverage
from monitors.services.states import observe

BEHIND = timedelta(hours=6)  # over which senders and messages are counted before anything is told
RECENT = timedelta(minutes=30)  # that the reason speaks of
SPEAKS_FROM = 2.0  # log-odds from which it is the deliveries that speak, not a post or reports alone
INTERVAL_S = 60


@dataclass(frozen=True, slots=True)
class Found:
    """Trouble that the detector sees: where, how surely (0.0 to 1.0), and what each source argued, in log-odds."""

    cell: Cell
    probability: float
    argued: Mapping[str, float]
    from_delivery: float  # what deliveries argue now, in log-odds


def say(provider_id: int, found: Sequence[Found], *, now: datetime) -> None:
    """Store what shared deliveries say of a provider now: each trouble that may be told, and the end of what was."""
    ref = f"shared:{provider_id}"
    extend_coverage(ref, now=now, interval_s=INTERVAL_S)
    said = {row.cell: row for row in said_by(ref) if row.state.is_impaired}
    told = [_trouble(ref, provider_id, one, said.get(one.cell), now) for one in found]
    observations = [observation for observation in told if observation]
    speaking = {observation.scope_id for observation in observations}
    cells = [one.cell for one, observation in zip(found, told, strict=True) if observation]
    over = [_over(ref, row, cells, now) for row in said.values() if row.scope_id not in speaking]
    observe([*observations, *over], now=now)


def _trouble(ref: str, provider_id: int, one: Found, said: Said | None, now: datetime) -> Observation | None:
    """Return the word about one trouble. None: deliveries do not show it, or too few senders are behind them."""
    if said is None and one.from_delivery < SPEAKS_FROM:
        return None
    shared = shared_counts(provider_id, one.cell, now - BEHIND, now)
    if not shared.may_be_told:
        return None
    recent = tally(shared.minutes, now - RECENT, now)
    return Observation(
        source=Source.DELIVERY,
        ref=ref,
        scope_id=scope_of_cell(provider_id, one.cell).id,
        state=_state(recent, said),
        at=now,
        reason=_reason(recent, shared),
        evidence={
            "symptom": recent.symptom,
            "probability": round(one.probability, 4),
            "argued": {source: round(weight, 2) for source, weight in one.argued.items()},
            "organizations": shared.organizations,
            "messages": shared.messages,
        },
    )


def _state(recent: Tally, said: Said | None) -> State:
    severe = STILL_SEVERE if said and said.state >= State.PARTIAL_OUTAGE else SEVERE
    share = max(recent.late_share, recent.failed_share)
    return State.PARTIAL_OUTAGE if share > severe else State.DEGRADED


def _reason(recent: Tally, shared: Shared) -> str:
    minutes = RECENT.seconds // 60
    return (
        f"{recent.late} of {recent.started} messages late and {recent.failed} of {recent.finished} failed in "
        f"{minutes} min, as {shared.organizations} organizations' receipts show together."
    )


def _over(ref: str, row: Said, told: Sequence[Cell], now: datetime) -> Observation:
    """Return the end of a word. Where the detector now speaks of more, or of less, nothing has come right there."""
    if any(cell.holds(row.cell) for cell in told):
        reason = "It is larger than this, as several organizations' receipts show together."
    elif any(row.cell.holds(cell) for cell in told):
        reason = "It is only a part of this, as several organizations' receipts show together."
    else:
        reason = "Messages arrive as usual again, as several organizations' receipts show together."
    return Observation(
        source=Source.DELIVERY, ref=ref, scope_id=row.scope_id, state=State.OPERATIONAL, at=now, reason=reason
    )
