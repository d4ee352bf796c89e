"""What the detectors read: the counts of the last hour, and those of the past as habits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from monitors.core.cells import Cell
from monitors.core.crowd import FEWEST, LOOK_BACK, Vote
from monitors.core.delivery import Minute, Tally
from monitors.core.states import Source, State
from monitors.models import DeliveryCount, ReceiptSource, Report, Scope, SourceState

HABIT_DAYS = timedelta(days=7)  # of deliveries
HABIT_LAG = timedelta(minutes=20)  # what is younger may be the beginning of what is being looked for


def cell_of(component_id: int | None, country: str, carrier_id: int | None) -> Cell:
    return Cell(component_id or 0, country, carrier_id or 0)


@dataclass(slots=True)
class Witness:
    """An organization's receipts of one provider: `ref` names them by their first source."""

    organization_id: int
    provider_id: int
    ref: str
    cells: dict[int, Cell] = field(default_factory=dict)  # by scope id
    minutes: dict[int, list[Minute]] = field(default_factory=dict)  # by scope id

    @property
    def all_minutes(self) -> list[Minute]:
        return [minute for minutes in self.minutes.values() for minute in minutes]


def witnesses(since: datetime) -> list[Witness]:
    """Return the organizations that had receipts since then, with their counts. Two queries."""
    sources = ReceiptSource.objects.order_by().values_list("organization_id", "provider_id").annotate(first=Min("id"))
    refs = {(org, provider): f"receipts:{first}" for org, provider, first in sources}
    found: dict[tuple[int, int], Witness] = {}
    parts = ("scope__component_id", "scope__country", "scope__carrier_id")
    counts = ("started", "prompt", "delivered", "outage", "ambiguous", "sender")
    rows = DeliveryCount.objects.filter(minute__gte=since).order_by("minute")
    for org, provider, scope, *cell, minute, started, prompt, delivered, outage, ambiguous, sender in rows.values_list(
        "organization_id", "scope__provider_id", "scope_id", *parts, "minute", *counts
    ):
        if (org, provider) not in refs:  # its source was removed
            continue
        witness = found.setdefault((org, provider), Witness(org, provider, refs[org, provider]))
        witness.cells[scope] = cell_of(*cell)
        counted = Minute(minute, started, prompt, delivered, outage + ambiguous, sender)
        witness.minutes.setdefault(scope, []).append(counted)
    return list(found.values())


_HISTORY = """
    WITH trouble AS (
        SELECT scope_id, new, at - %(lag)s AS began, lead(at) OVER (PARTITION BY scope_id ORDER BY id) AS ended
        FROM monitors_statechange WHERE ref = %(ref)s
    )
    SELECT scope.component_id, scope.country, scope.carrier_id, sum(c.started), sum(greatest(0, c.started - c.prompt)),
        sum(c.delivered + c.outage + c.ambiguous), sum(c.outage + c.ambiguous)
    FROM monitors_deliverycount c JOIN monitors_scope scope ON scope.id = c.scope_id
    WHERE c.organization_id = %(organization)s AND scope.provider_id = %(provider)s
      AND c.minute >= %(since)s AND c.minute < %(until)s
      AND NOT EXISTS (
        SELECT FROM trouble t WHERE t.scope_id = c.scope_id AND t.new >= %(impaired)s
          AND c.minute >= t.began AND (t.ended IS NULL OR c.minute < t.ended)
      )
    GROUP BY 1, 2, 3
"""


def delivery_history(witness: Witness, now: datetime) -> dict[Cell, Tally]:
    """Return what was counted in a week, without the times in which the same receipts said that it was impaired."""
    values: dict[str, Any] = {
        "lag": HABIT_LAG,
        "ref": witness.ref,
        "organization": witness.organization_id,
        "provider": witness.provider_id,
        "since": now - HABIT_DAYS,
        "until": now - HABIT_LAG,
        "impaired": int(State.DEGRADED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, values)
        return {cell_of(*row[:3]): Tally(*map(int, row[3:])) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Said:
    """What a ref last said of a scope."""

    scope_id: int
    cell: Cell
    state: State
    since: datetime
    observed_at: datetime


def said_by(ref: str) -> list[Said]:
    rows = SourceState.objects.filter(ref=ref).select_related("scope")
    return [Said(row.scope_id, scope_cell(row.scope), row.state, row.since, row.observed_at) for row in rows]


def scope_cell(scope: Scope) -> Cell:
    return cell_of(scope.component_id, scope.country, scope.carrier_id)


def votes(since: datetime, now: datetime) -> dict[int, list[Vote]]:
    """Return the reports that count, by provider, without those of a network that has said since that it works again."""
    found: dict[int, list[Vote]] = {}
    taken_back = _last_well(since, now)
    parts = ("scope__component_id", "scope__country", "scope__carrier_id")
    rows = Report.objects.filter(is_counted=True, at__gt=since, at__lte=now)
    for provider_id, *cell, network, at in rows.values_list("provider_id", *parts, "network", "at"):
        if (well := taken_back.get((provider_id, network))) is None or well < at:
            found.setdefault(provider_id, []).append(Vote(cell_of(*cell), network, at))
    return found


def _last_well(since: datetime, now: datetime) -> dict[tuple[int, str], datetime]:
    """Return when a network last said of a provider that it works. It can silence itself alone."""
    rows = (
        Report.objects.filter(says_well=True, at__gt=since, at__lte=now)
        .order_by()
        .values_list("provider_id", "network")
    )
    return {(provider, network): at for provider, network, at in rows.annotate(last=Max("at"))}


def crowds(now: datetime) -> dict[int, list[Vote]]:
    """Return the votes about each provider that could have a loud crowd, or has one. Three queries."""
    recent = votes(now - LOOK_BACK, now)
    rows = SourceState.objects.filter(source=Source.CROWD, state__gte=State.DEGRADED)
    speaking = {id_ for id_ in rows.values_list("scope__provider_id", flat=True) if id_ is not None}
    wanted = {id_ for id_, own in recent.items() if len(own) >= FEWEST} | speaking
    return {id_: recent.get(id_, []) for id_ in sorted(wanted)}
