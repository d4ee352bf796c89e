"""Plan maintenance windows and end them. A plan is never changed: the past stays as it was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Organization
from monitors.core.windows import Plan, check_rule, next_span
from monitors.models import MaintenanceWindow, Monitor


@dataclass(frozen=True, slots=True)
class NewWindow:
    """What a person plans. `first` is without a zone: the organization's wall clock.

    For the monitors chosen and for whichever bear `tag` at the time; neither: for all.
    """

    name: str
    first: datetime
    minutes: int
    rule: str = ""
    monitor_ids: Collection[int] = ()
    tag: str = ""


class NeverOpens(ValueError):
    """A window that nobody will ever be in; the message says so, for people."""


def plan(organization: Organization, wanted: NewWindow, *, now: datetime) -> MaintenanceWindow:
    """Plan a window on the organization's wall clock as it is now; a later change of its zone leaves it.

    Raises BadRule of monitors.core.windows, and NeverOpens.
    """
    rule = check_rule(wanted.rule, first=wanted.first)
    if next_span(Plan(wanted.first, organization.time_zone, wanted.minutes, rule, made_at=now), now=now) is None:
        raise NeverOpens("It would be over already. Choose a later time, or let it repeat.")
    with transaction.atomic():
        window = MaintenanceWindow.objects.create(
            organization=organization,
            name=wanted.name,
            starts_on_wall=wanted.first.isoformat(timespec="minutes"),
            time_zone=organization.time_zone,
            minutes=wanted.minutes,
            rule=rule,
            created_at=now,
            is_for_all=not wanted.monitor_ids and not wanted.tag,
            tag=wanted.tag,
        )
        window.monitors.set(Monitor.objects.filter(organization=organization, id__in=wanted.monitor_ids))
    return window


def end(window: MaintenanceWindow, *, now: datetime) -> bool:
    """End a plan, at once if it is open; return whether it was still going on."""
    return bool(MaintenanceWindow.objects.filter(id=window.id, ended_at=None).update(ended_at=now))
