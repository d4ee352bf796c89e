"""A public status page in a fixed number of queries, and nothing on it that is not its readers' business."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet

from alerts.queries import scope_label
from incidents.core.scope import ScopeKey, related
from incidents.models import Impact, Incident, IncidentUpdate
from incidents.queries import PARTS, scope_board
from incidents.queries.naming import key_of
from monitors.core.states import State, worst
from monitors.models import OfficialPost, OfficialPostScope, OfficialUpdate
from pages.core.public import (
    GroupOfRows,
    PageView,
    PublicIncident,
    PublicMaintenance,
    RowView,
    Spell,
    Words,
    banner_state,
    banner_words,
    spell,
    story,
    told_title,
)
from pages.models import StatusPage, StatusPageRow

PAST = timedelta(days=15)
AHEAD = timedelta(days=30)  # maintenance announced for later is not shown yet
MOST = 100  # incidents, and maintenances


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row with the scope that it is about."""

    key: ScopeKey
    row: RowView


def public_page(slug: str) -> StatusPage | None:
    """Return the page at this address, None if there is none that is public."""
    return StatusPage.objects.filter(slug=slug, is_public=True).first()


def page_view(page: StatusPage, now: datetime) -> PageView:
    shown = _shown(page, now)
    rows = [s.row for s in shown]
    lately = Q(resolved_at=None) | Q(resolved_at__gte=now - PAST, merged_into=None)
    told = _incidents(page, shown, lately)
    return PageView(
        slug=page.slug,
        title=page.title,
        state=banner_state(row.state for row in rows),
        banner=banner_words(rows),
        groups=_groups(rows),
        incidents=tuple(i for i in told if i.ended_at is None),
        past=tuple(i for i in told if i.ended_at is not None),
        maintenances=_maintenances(shown, now),
        as_of=min((row.as_of for row in rows if row.as_of), default=None),
        now=now,
    )


def page_incident(page: StatusPage, uid: str, now: datetime) -> PublicIncident | None:
    """Return one incident of the page, however long ago; None where it touches none of its rows."""
    return next(iter(_incidents(page, _shown(page, now), Q(uid=uid))), None)


@dataclass(frozen=True, slots=True)
class RowAbout:
    """A row as its owners edit it; `about` says what it shows, whatever it is called."""

    row: StatusPageRow
    about: str


def rows_of(page: StatusPage) -> list[RowAbout]:
    return [RowAbout(row, scope_label(row.scope)) for row in _rows(page)]


def _rows(page: StatusPage) -> list[StatusPageRow]:
    parts = (f"scope__{part}" for part in PARTS)
    return list(StatusPageRow.objects.filter(page=page).select_related("scope", *parts))


def _shown(page: StatusPage, now: datetime) -> list[_Shown]:
    rows = _rows(page)
    board = scope_board([row.scope for row in rows], page.organization_id, now)
    found = []
    for row in rows:
        view = board[row.scope_id]
        seen = RowView(
            row.id, row.name, row.group, view.state.state, view.day, view.ninety, view.uptime_90, view.state.as_of
        )
        found.append(_Shown(key_of(row.scope), seen))
    return found


def _groups(rows: Iterable[RowView]) -> tuple[GroupOfRows, ...]:
    """Return the rows under their headings: a heading stands where its first row does."""
    order: dict[str, int] = {}
    ranked = sorted(rows, key=lambda row: order.setdefault(row.group, len(order)))
    return tuple(GroupOfRows(name, tuple(members)) for name, members in groupby(ranked, key=lambda row: row.group))


def _incidents(page: StatusPage, shown: Sequence[_Shown], wanted: Q) -> list[PublicIncident]:
    """Return the incidents that touched the page's rows, latest first: the organization's, and the public's of its vendors.

    The public's record of what the organization has a record of itself is left out.
    """
    providers = {s.key.provider_id for s in shown} - {None}
    audience = Q(organization=page.organization_id) | Q(organization=None, provider__in=providers)
    parts = tuple(f"scope__{part}" for part in PARTS)
    rows = Incident.objects.filter(audience, wanted).prefetch_related(
        Prefetch("impacts", Impact.objects.select_related("scope", *parts).order_by("began_at", "id")),
        Prefetch("updates", _public_words()),
    )
    own: list[Incident] = []
    told: list[PublicIncident] = []
    for row in rows.order_by("organization", "-started_at", "-id")[: 2 * MOST]:  # NULL, the public's, comes last
        if row.organization_id is None and any(_same_trouble(row, other) for other in own):
            continue
        if found := _told(row, shown):
            told.append(found)
            own.append(row)
    return sorted(told, key=lambda i: i.started_at, reverse=True)[:MOST]


def _public_words() -> "QuerySet[IncidentUpdate]":
    """Return what people wrote and what vendors published; the machine's sentences carry evidence, so they stay inside."""
    written = Q(author__isnull=False) | Q(post_update__isnull=False)
    return IncidentUpdate.objects.filter(written).select_related("post_update__post").order_by("at", "id")


def _same_trouble(public: Incident, own: Incident) -> bool:
    return (
        own.organization_id is not None
        and own.provider_id == public.provider_id
        and (own.resolved_at is None or public.started_at < own.resolved_at)
        and (public.resolved_at is None or own.started_at < public.resolved_at)
    )


def _told(incident: Incident, shown: Sequence[_Shown]) -> PublicIncident | None:
    impacts = [(key_of(impact.scope), impact) for impact in incident.impacts.all()]
    spells = [
        spell(s.row, s.key, key, impact.state, (impact.began_at, impact.ended_at))
        for key, impact in impacts
        for s in shown
        if related(s.key, key)
    ]
    if not spells:
        return None
    ended_at = _ended_at(incident, spells)
    words = sorted([*story(spells, ended_at), *_written(incident)], key=lambda w: w.at, reverse=True)
    current = [s.state for s in spells if s.ended_at is None]
    return PublicIncident(
        uid=incident.uid,
        title=told_title(incident.title, spells, (key for key, _ in impacts), [s.key for s in shown]),
        state=worst(current) if current else State.OPERATIONAL,
        worst=worst(s.state for s in spells),
        phase="resolved" if ended_at else words[0].phase,
        started_at=min(s.began_at for s in spells),
        ended_at=ended_at,
        rows=_touched(spells, shown),
        words=tuple(words),
    )


def _ended_at(incident: Incident, spells: Sequence[Spell]) -> datetime | None:
    """Return when it was over for the page's rows; other parts of the incident may go on elsewhere."""
    ends = [s.ended_at for s in spells]
    latest = max((end for end in ends if end), default=None)
    if None in ends or latest is None:
        return incident.resolved_at
    if incident.resolved_at:
        return min(incident.resolved_at, latest)
    return None if incident.quiet_since else latest


def _written(incident: Incident) -> list[Words]:
    found = []
    for update in incident.updates.all():
        theirs = update.post_update
        if theirs is None:
            found.append(Words(update.at, update.phase, update.body))
        else:
            found.append(Words(theirs.at, theirs.phase, theirs.body, True, theirs.post.url, theirs.edited_at))
    return found


def _touched(spells: Sequence[Spell], shown: Sequence[_Shown]) -> tuple[tuple[int, str, State], ...]:
    states: Mapping[int, list[State]] = {s.row.id: [] for s in shown}
    for one in spells:
        states[one.row_id].append(one.state)
    return tuple((s.row.id, s.row.name, worst(states[s.row.id])) for s in shown if states[s.row.id])


def _maintenances(shown: Sequence[_Shown], now: datetime) -> tuple[PublicMaintenance, ...]:
    """Return what vendors have announced or are doing, soonest first."""
    providers = {s.key.provider_id for s in shown} - {None}
    parts = tuple(f"scope__{part}" for part in PARTS)
    running = Q(scheduled_until=None) | Q(scheduled_until__gt=now) | Q(phase__in=("in_progress", "verifying"))
    posts = OfficialPost.objects.filter(
        running, provider__in=providers, kind="maintenance", resolved_at=None, gone_at=None,
        scheduled_for__isnull=False, scheduled_for__lte=now + AHEAD,
    ).prefetch_related(
        Prefetch("post_scopes", OfficialPostScope.objects.select_related("scope", *parts)),
        Prefetch("updates", OfficialUpdate.objects.order_by("-at", "-id")),
    )  # fmt: skip
    told = (_maintenance(post, shown) for post in posts.order_by("scheduled_for", "id")[:MOST])
    return tuple(m for m in told if m)


def _maintenance(post: OfficialPost, shown: Sequence[_Shown]) -> PublicMaintenance | None:
    keys = [key_of(placed.scope) for placed in post.post_scopes.all()]
    rows = tuple((s.row.id, s.row.name) for s in shown if any(related(s.key, key) for key in keys))
    if not rows or post.scheduled_for is None:
        return None
    return PublicMaintenance(
        id=post.id,
        title=post.title,
        phase=post.phase,
        url=post.url,
        starts_at=post.scheduled_for,
        ends_at=post.scheduled_until,
        rows=rows,
        words=tuple(Words(u.at, u.phase, u.body, True, post.url, u.edited_at) for u in post.updates.all()),
        posted_at=post.posted_at,
    )
