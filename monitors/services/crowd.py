"""Turn reports into observations: what people say of each scope, against what is usual at that hour."""

from collections.abc import Sequence
from datetime import datetime

from monitors.core.crowd import CALM, Crowd, Vote, cells_of, judge
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.queries.counts import said_by
from monitors.queries.report_habits import usual_reports
from monitors.services.scopes import scope_of_cell
from monitors.services.states import observe


def judge_provider(provider_id: int, recent: Sequence[Vote], *, now: datetime) -> None:
    """Judge what people say about a provider, given the reports since LOOK_BACK ago. Safe to repeat."""
    observe(_observations(provider_id, recent, now), now=now)


def _observations(provider_id: int, recent: Sequence[Vote], now: datetime) -> list[Observation]:
    ref = f"crowd:{provider_id}"
    spoken = {row.cell for row in said_by(ref) if row.state.is_impaired}
    usual = usual_reports(provider_id, cells_of(vote.cell for vote in recent) | spoken, now)
    return [_observation(provider_id, crowd, now) for crowd in judge(recent, usual, spoken, now)]


def _observation(provider_id: int, crowd: Crowd, now: datetime) -> Observation:
    calm = f"No more reports than usual for {CALM.seconds // 60} min. {crowd.reason}"
    return Observation(
        source=Source.CROWD,
        ref=f"crowd:{provider_id}",
        scope_id=scope_of_cell(provider_id, crowd.cell).id,
        state=State.DEGRADED if crowd.is_loud else State.OPERATIONAL,
        at=now,
        reason=crowd.reason if crowd.is_loud else calm,
        evidence={"networks": crowd.networks, "usual": round(crowd.usual, 2)},
    )
