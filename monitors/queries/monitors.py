"""What the pages of monitors show, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import QuerySet

from monitors.core.phases import PHASES
from monitors.core.states import State
from monitors.models import Component, Follow, Monitor, SourceState
from monitors.probes import probe_kinds
from monitors.probes.base import ProbeResult, Reason
from monitors.queries.providers import seen_by

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """A monitor as a line. `state` is confirmed and fresh, else unknown; `why` is one sentence or empty.

    `since` is None while the state is unknown; `last_ms` while nothing was measured.
    """

    id: int
    name: str
    kind: str
    host: str
    watches: str
    state: State
    since: datetime | None
    is_paused: bool
    is_being_confirmed: bool
    why: str
    last_check_at: datetime | None
    next_check_at: datetime
    last_ms: int | None
    muted_until: datetime | None = None  # None also where that is over
    is_noisy: bool = False
    tags: Sequence[str] = ()


def with_parts() -> "QuerySet[Monitor]":
    """Return monitors with all that their pages say of them besides what they measured."""
    return Monitor.objects.select_related("organization__plan", "muted_by", "scope__provider", "scope__component")


def spent(result: ProbeResult) -> list[tuple[str, int]]:
    """Return the phases that took place, as (label, microseconds)."""
    return [(label, us) for name, label in PHASES.items() if (us := getattr(result.phases, name))]


def option_text(value: object) -> str:
    """Return a stored option as a person writes it: pairs become lines "name: value"."""
    if isinstance(value, list):
        return "\n".join(": ".join(map(str, pair)) for pair in value)
    return str(value)


def watchable(organization_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a monitor can be about, as (group, [(value, label)]): own systems, then providers.

    Of providers that the organization follows, each component is offered; of others the whole.
    """
    followed = set(Follow.objects.filter(organization=organization_id).values_list("scope__provider_id", flat=True))
    providers = list(seen_by(organization_id).order_by("name").values_list("id", "name"))
    parts: dict[int, list[tuple[str, str]]] = {}
    rows = Component.objects.filter(provider__in=followed - {None}, is_group=False, gone_at=None)
    for row in rows.select_related("group").order_by("position", "name"):
        name = f"{row.group.name} / {row.name}" if row.group else row.name
        parts.setdefault(row.provider_id or 0, []).append((f"component:{row.id}", name))
    return [
        ("Yours", [("own", "A system of your own")]),
        *((name, [(f"provider:{id_}", f"{name} as a whole"), *parts[id_]]) for id_, name in providers if id_ in parts),
        ("Providers", [(f"provider:{id_}", name) for id_, name in providers if id_ not in parts]),
    ]


def rows_of(monitors: Iterable[Monitor], now: datetime) -> list[MonitorRow]:
    """Return monitors, loaded with their scope's provider and component, as lines in the same order. One query."""
    monitors = list(monitors)
    states = SourceState.objects.filter(ref__in=[f"monitor:{monitor.id}" for monitor in monitors])
    words = {(row.ref, row.scope_id): row for row in states}
    return [_row(monitor, words.get((f"monitor:{monitor.id}", monitor.scope_id)), now) for monitor in monitors]


def _row(monitor: Monitor, word: SourceState | None, now: datetime) -> MonitorRow:
    is_fresh = word is not None and now - word.observed_at <= timedelta(seconds=word.fresh_for_s)
    known = word if word and is_fresh and not monitor.is_paused and word.state != State.UNKNOWN else None
    return MonitorRow(
        id=monitor.id,
        name=monitor.name,
        kind=probe_kinds()[monitor.kind].label,
        host=urlsplit(monitor.target).netloc or monitor.target,
        watches=watched_text(monitor),
        state=known.state if known else State.UNKNOWN,
        since=known.since if known else None,
        is_paused=monitor.is_paused,
        is_being_confirmed=word is not None and word.pending is not None and not monitor.is_paused,
        why=_why(monitor, known),
        last_check_at=monitor.last_check_at,
        next_check_at=monitor.next_check_at,
        last_ms=round(monitor.last_total_us / 1000) if monitor.last_total_us else None,
        muted_until=monitor.muted_until if monitor.muted_until and monitor.muted_until > now else None,
        is_noisy=monitor.noisy_since is not None,
        tags=monitor.tags,
    )


def _why(monitor: Monitor, known: SourceState | None) -> str:
    if monitor.is_paused:
        return "Paused: nobody is looking."
    if known and known.state.is_impaired:
        return known.reason.removeprefix(f"{monitor.name}: ")
    if monitor.last_reason == Reason.OUTVOTED.word:
        return Reason.OUTVOTED.sentence
    if monitor.last_reason and monitor.last_state == State.UNKNOWN:
        return f"The last check was not made: {monitor.last_reason.replace('_', ' ')}."
    if known is None:
        return "No check yet." if monitor.last_check_at is None else "No recent check."
    return ""


def watched_text(monitor: Monitor) -> str:
    """Return what a monitor is about: "Twilio — SMS", or the name of an own system."""
    scope = monitor.scope
    names = [scope.provider.name if scope.provider else "", scope.component.name if scope.component else ""]
    return " — ".join(filter(None, names))
