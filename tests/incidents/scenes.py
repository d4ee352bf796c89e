"""Scenes: evidence that comes in through monitors, as it does in the product."""

from datetime import UTC, datetime, timedelta

from incidents import services
from incidents.models import Incident
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import Feed, OfficialPost, Scope
from monitors.services.states import observe

NOON = datetime(2026, 1, 24, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return so many minutes after noon of the scene's day."""
    return NOON + timedelta(minutes=minutes)


def say(
    scope: Scope,
    state: State,
    *,
    minutes: float,
    source: Source = Source.OFFICIAL,
    ref: str = "feed:1",
    organization_id: int | None = None,
    reason: str = "it said so",
    fresh_for_s: int = 86_400,
) -> None:
    """Let one source say something, confirmed at once."""
    seen = Observation(source, ref, scope.id, state, at(minutes), reason, {}, organization_id, 1, fresh_for_s)
    observe([seen], now=at(minutes))


def receipts(scope: Scope, state: State, *, minutes: float, organization_id: int, ref: str = "receipts:1") -> None:
    say(
        scope, state, minutes=minutes, source=Source.DELIVERY, ref=ref, organization_id=organization_id,
        reason="12 of 14 messages failed",
    )  # fmt: skip


def posted(post: OfficialPost, scope: Scope, state: State, *, minutes: float) -> None:
    say(scope, state, minutes=minutes, ref=f"post:{post.id}", reason=f"The vendor posted “{post.title}”")


def read(feed: Feed, minutes: float) -> None:
    """Note that a feed could be read."""
    Feed.objects.filter(id=feed.id).update(last_read_at=at(minutes))


def correlate(minutes: float) -> int:
    """Read every change that waits; return how many turns it took."""
    turns = 0
    while services.correlate_next(at(minutes)):
        turns += 1
    return turns


def events(incident: Incident) -> list[tuple[int, str, State]]:
    return [(e.number, e.kind, e.state) for e in incident.events.all()]
