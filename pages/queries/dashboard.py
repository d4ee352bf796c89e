"""An organization's dashboard in a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.models import Channel
from alerts.queries import LogEntry, latest_notifications, scope_label
from incidents.queries import PARTS, IncidentLink, ScopeView, open_incidents, scope_board
from monitors.core.states import WORST_FIRST, State
from monitors.models import Follow, ReceiptSource, Scope
from monitors.queries.delivery import DeliveryRow, delivery_table
from monitors.queries.listing import Overview, overview

TROUBLED = 20  # monitors shown
TOLD = 8  # notifications shown
DELIVERED = 6  # destinations shown, the worst first
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """A followed scope: its name with its provider's, and how it does."""

    label: str
    provider_slug: str
    view: ScopeView

    @property
    def state(self) -> State:
        return self.view.state.state


@dataclass(frozen=True, slots=True)
class Missing:
    """What an organization has not set up yet."""

    follow: bool
    channel: bool
    monitor: bool
    receipts: bool

    @property
    def steps(self) -> int:
        return sum((self.follow, self.channel, self.monitor, self.receipts))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Rows come trouble first, then by name; `healthy` are apart, to be folded away."""

    counts: Sequence[tuple[State, int]]
    incidents: Sequence[IncidentLink]
    oldest_open_at: datetime | None
    rows: Sequence[FollowedRow]
    healthy: Sequence[FollowedRow]
    monitors: Overview
    delivery: Sequence[DeliveryRow]  # of 24 hours
    told: Sequence[LogEntry]
    missing: Missing


def dashboard(organization_id: int, now: datetime) -> Dashboard:
    rows = followed_rows(organization_id, now)
    incidents = open_incidents(organization_id)
    monitors = overview(organization_id, few=TROUBLED, now=now)
    return Dashboard(
        counts=counted(row.state for row in rows),
        incidents=incidents,
        oldest_open_at=min((i.started_at for i in incidents), default=None),
        rows=[row for row in rows if row.state is not State.OPERATIONAL],
        healthy=[row for row in rows if row.state is State.OPERATIONAL],
        monitors=monitors,
        delivery=delivery_table(organization_id, now - DAY, now)[:DELIVERED],
        told=latest_notifications(organization_id, limit=TOLD),
        missing=Missing(
            follow=not rows,
            channel=not Channel.objects.filter(organization=organization_id).exists(),
            monitor=not monitors.all,
            receipts=not ReceiptSource.objects.filter(organization=organization_id).exists(),
        ),
    )


def followed_rows(organization_id: int, now: datetime) -> list[FollowedRow]:
    """Return what an organization follows, trouble first, then by name."""
    scopes = followed_scopes(organization_id)
    board = scope_board(scopes, organization_id, now)
    rows = [FollowedRow(scope_label(s), s.provider.slug if s.provider else "", board[s.id]) for s in scopes]
    return sorted(rows, key=lambda row: (WORST_FIRST.index(row.state), row.label.casefold()))


def followed_scopes(organization_id: int) -> list[Scope]:
    parts = (f"scope__{part}" for part in PARTS)
    follows = Follow.objects.filter(organization=organization_id).select_related("scope", *parts)
    return [row.scope for row in follows.order_by("id")]


def counted(states: Iterable[State]) -> list[tuple[State, int]]:
    """Return (state, how many) of those that occur, worst first."""
    found = Counter(states)
    return [(state, found[state]) for state in WORST_FIRST if found[state]]
