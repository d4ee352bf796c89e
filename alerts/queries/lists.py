"""Channels, routes and the delivery log as their pages show them; each in a fixed number of queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from alerts.models import Attempt, Channel, Notification, NotificationState, Route
from alerts.queries.routing import scope_label
from incidents.queries.naming import PARTS

LOG_PAGE = 50  # notifications
TRIES_SHOWN = 20  # attempts of each, latest first
_TRIES = Prefetch("tries", Attempt.objects.order_by("-id"))
RESENDABLE = (NotificationState.REJECTED, NotificationState.EXPIRED)


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel without its secrets. `failing` counts attempts in a row that have to be repeated."""

    id: int
    kind: str
    name: str
    hint: str
    routes: int
    waiting: int
    failing: int
    disabled_at: datetime | None
    disabled_reason: str


@dataclass(frozen=True, slots=True)
class RouteView:
    """Who follows what, and where it goes."""

    id: int
    label: str
    channel_name: str
    created_by: str


@dataclass(frozen=True, slots=True)
class TryView:
    at: datetime
    outcome: str
    detail: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One notification with what became of it."""

    id: int
    created_at: datetime
    transition: str
    incident_uid: str
    incident_title: str
    channel_name: str
    channel_hint: str
    why: str
    state: str
    state_label: str
    reason: str
    next_attempt_at: datetime | None
    attempts: int
    tries: tuple[TryView, ...]
    can_resend: bool


def verified_address(user: User) -> str:
    """Return the address that a person has shown to be theirs, the primary one first; "" without one."""
    found = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "id").first()
    return str(found.email) if found else ""


def channel_views(organization_id: int) -> list[ChannelView]:
    rows = (
        Channel.objects.filter(organization_id=organization_id)
        .annotate(
            route_count=Count("routes", distinct=True),
            waiting=Count("notifications", filter=Q(notifications__state=NotificationState.QUEUED), distinct=True),
        )
        .order_by("name", "id")
    )
    return [
        ChannelView(
            row.id, row.kind, row.name, row.hint, row.route_count, row.waiting, row.failures,
            row.disabled_at, row.disabled_reason,
        )
        for row in rows
    ]  # fmt: skip


def route_views(organization_id: int) -> list[RouteView]:
    rows = (
        Route.objects.filter(organization_id=organization_id)
        .select_related("channel", "created_by", "follow__scope", *(f"follow__scope__{part}" for part in PARTS))
        .order_by("id")
    )
    views = [
        RouteView(row.id, scope_label(row.follow.scope), row.channel.name, str(row.created_by or "")) for row in rows
    ]
    return sorted(views, key=lambda view: (view.label.casefold(), view.channel_name.casefold(), view.id))


def delivery_log(organization_id: int, page: str) -> tuple[list[LogEntry], "Page[Notification]"]:
    """Return one page of the log, latest first, and the page object for its links."""
    rows = (
        Notification.objects.filter(organization_id=organization_id)
        .select_related("channel", "incident")
        .prefetch_related(_TRIES)
        .order_by("-created_at", "-id")
    )
    found = Paginator(rows, LOG_PAGE).get_page(page)
    return [_entry(row) for row in found], found


def latest_notifications(organization_id: int, *, limit: int) -> list[LogEntry]:
    """Return the latest messages of an organization. Two queries."""
    rows = Notification.objects.filter(organization_id=organization_id)
    rows = rows.select_related("channel", "incident").prefetch_related(_TRIES)
    return [_entry(row) for row in rows.order_by("-created_at", "-id")[:limit]]


def notifications_about(organization_id: int, uids: Collection[str], *, each: int) -> dict[str, list[LogEntry]]:
    """Return {uid: its latest messages, at most `each`} of incidents; those about which nobody was told are left out.

    Two queries for any number.
    """
    rows = Notification.objects.filter(organization_id=organization_id, incident__uid__in=uids)
    number = Window(RowNumber(), partition_by="incident_id", order_by=["-created_at", "-id"])
    rows = rows.annotate(number=number).filter(number__lte=each).select_related("channel", "incident")
    found: dict[str, list[LogEntry]] = {}
    for entry in map(_entry, rows.prefetch_related(_TRIES).order_by("-created_at", "-id")):
        found.setdefault(entry.incident_uid, []).append(entry)
    return found


def _entry(row: Notification) -> LogEntry:
    return LogEntry(
        id=row.id,
        created_at=row.created_at,
        transition=row.transition,
        incident_uid=row.incident.uid if row.incident else "",
        incident_title=row.incident.title if row.incident else "",
        channel_name=row.channel.name,
        channel_hint=row.channel.hint,
        why=row.why,
        state=row.state,
        state_label=NotificationState(row.state).label,
        reason=row.reason,
        next_attempt_at=row.next_attempt_at if row.state == NotificationState.QUEUED else None,
        attempts=row.attempts,
        tries=tuple(TryView(t.at, t.outcome, t.detail, t.took_ms) for t in list(row.tries.all())[:TRIES_SHOWN]),
        can_resend=row.state in RESENDABLE and row.channel.disabled_at is None,
    )
