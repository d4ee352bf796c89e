"""Make monitors of another tool's file: first a plan to look at, then all of it in one transaction.

The same file twice makes nothing twice: a monitor of the same name, kind and target is already there.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from accounts.models import Organization
from kit.addresses import AddressRefused, NameUnresolved
from monitors.core.schedule import first_slot_after
from monitors.imports import Found, Refused, read
from monitors.models import Monitor, Scope
from monitors.probes import probe_kinds
from monitors.queries.exporting import Key, key_of, keys
from monitors.services import monitors as services
from monitors.services.changes import note_new
from monitors.services.drafting import MOST_NAME, Drafted, Unfit, scope_for, settings_for
from monitors.services.limits import BeyondPlan, least_interval_s, no_room, room_for

MOST_AT_ONCE = 500  # some 6 ms of work each, in one transaction
LATER = f"One import makes {MOST_AT_ONCE} monitors. Import the file again for the rest."
LOOKUPS_S = 20.0  # for all names of a file together
LOOKUPS_AT_ONCE = 16


class Fate(StrEnum):
    NEW = "new"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one entry of a file. `why` says why it is refused, `lost` what is not carried over."""

    fate: Fate
    name: str
    key: Key
    kind: str = ""  # its label
    target: str = ""
    why: str = ""
    lost: tuple[str, ...] = ()
    drafted: Drafted | None = None
    made: int | None = None  # the id of its monitor


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does. `source` is the label of the tool."""

    source: str
    lines: Sequence[Line]

    def count(self, fate: Fate) -> int:
        return sum(line.fate == fate for line in self.lines)

    @property
    def new(self) -> int:
        return self.count(Fate.NEW)

    @property
    def there(self) -> int:
        return self.count(Fate.THERE)

    @property
    def refused(self) -> int:
        return self.count(Fate.REFUSED)


def plan(organization_id: int, text: str) -> Plan:
    """Return what an import of this text would do, with every name looked up. Raises Unreadable."""
    source, found = read(text)
    there = Counter(keys(organization_id))
    organization = Organization.objects.select_related("plan").get(id=organization_id)
    lines = _at_once([_line(organization, entry, there) for entry in found])
    return Plan(source.label, _with_room(organization, _looked_up(lines)))


def carry_out(organization_id: int, planned: Plan, *, now: datetime, by: int | None = None) -> Plan:
    """Make what a plan says is new, all or nothing; return what became of each line.

    `by` is the id of the user who asks for it; None: a command.
    """
    with transaction.atomic():
        # One import at a time in an organization: two of the same file would else make everything twice.
        Organization.objects.select_for_update(no_key=True).get(id=organization_id)
        there = Counter(keys(organization_id))
        there.subtract(line.key for line in planned.lines if line.fate == Fate.THERE)
        lines = [_carried_out(organization_id, line, there, now) for line in planned.lines]
        note_new([line.made for line in lines if line.made], by=by, now=now, imported=True)
        return replace(planned, lines=lines)


def _carried_out(organization_id: int, line: Line, there: Counter[Key], now: datetime) -> Line:
    if line.fate != Fate.NEW or line.drafted is None:
        return line
    if _take(there, line.key):
        return replace(line, fate=Fate.THERE)
    try:
        with transaction.atomic():
            scope = scope_for(organization_id, line.drafted)
            made = _make(organization_id, scope, line.drafted, now)
    except BeyondPlan as error:
        return replace(line, fate=Fate.REFUSED, why=str(error))
    return replace(line, made=made)


def _make(organization_id: int, scope: Scope, drafted: Drafted, now: datetime) -> int:
    """Make a monitor; return its id."""
    monitor = services.create_judged(organization_id, scope, drafted.settings, now=now)
    draft = drafted.draft
    first_at = first_slot_after(monitor.id, monitor.interval_s, now)  # not all of a file in one moment
    Monitor.objects.filter(id=monitor.id).update(
        tags=list(draft.tags), is_paused=draft.is_paused, next_check_at=first_at
    )
    return monitor.id


def _line(organization: Organization, entry: Found, there: Counter[Key]) -> Line:
    if isinstance(entry, Refused):
        return Line(Fate.REFUSED, entry.name, ("", "", ""), why=entry.why)
    if len(entry.name) > MOST_NAME:
        lost = f"The end of its name: a monitor's has at most {MOST_NAME} characters."
        entry = replace(entry, name=entry.name[:MOST_NAME], lost=(*entry.lost, lost))
    probe, key = probe_kinds().get(entry.kind), key_of(entry.name, entry.kind, entry.target)
    line = Line(Fate.NEW, entry.name, key, probe.label if probe else entry.kind[:40], key[2])
    if _take(there, key):
        return replace(line, fate=Fate.THERE)
    try:
        drafted = settings_for(organization.id, entry, least_interval_s=least_interval_s(organization.plan))
    except (Unfit, AddressRefused) as error:
        return replace(line, fate=Fate.REFUSED, why=str(error))
    return replace(line, drafted=drafted, lost=drafted.draft.lost)


def _at_once(lines: Sequence[Line]) -> list[Line]:
    """Return lines with those put off that would make one import too many."""
    held, new = [], 0
    for line in lines:
        new += line.fate == Fate.NEW
        is_put_off = line.fate == Fate.NEW and new > MOST_AT_ONCE
        held.append(replace(line, fate=Fate.REFUSED, why=LATER, drafted=None) if is_put_off else line)
    return held


def _looked_up(lines: Sequence[Line]) -> list[Line]:
    """Return lines with those refused whose name leads nowhere, or to where we may not go."""
    pairs = {(d.settings.kind, d.settings.target) for d in _drafted(lines)}
    pool = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="import")
    asked = {pair: pool.submit(services.judge_target, *pair) for pair in pairs}
    done, _ = wait(asked.values(), timeout=LOOKUPS_S)
    pool.shutdown(wait=False, cancel_futures=True)
    faults = {}
    for pair, future in asked.items():
        if future not in done:
            faults[pair] = "Its name could not be looked up in time. Import the file again for the rest."
        elif error := future.exception():
            if not isinstance(error, AddressRefused | NameUnresolved):
                raise error
            faults[pair] = str(error)
    return [_refused_for(line, faults) for line in lines]


def _with_room(organization: Organization, lines: Sequence[Line]) -> list[Line]:
    """Return lines with those refused that the organization's plan has no room for."""
    room, held = room_for(organization), []
    for line in lines:
        if line.fate == Fate.NEW and room is not None:
            if not room:
                line = replace(line, fate=Fate.REFUSED, why=no_room(organization.plan), drafted=None)
            room = max(0, room - 1)
        held.append(line)
    return held


def _drafted(lines: Iterable[Line]) -> Iterable[Drafted]:
    return (line.drafted for line in lines if line.drafted)


def _refused_for(line: Line, faults: dict[tuple[str, str], str]) -> Line:
    drafted = line.drafted
    why = faults.get((drafted.settings.kind, drafted.settings.target)) if drafted else None
    return replace(line, fate=Fate.REFUSED, why=why, drafted=None) if why else line


def _take(there: Counter[Key], key: Key) -> bool:
    """Whether one of this key is there that no other entry of the file was held against."""
    if there[key] <= 0:
        return False
    there[key] -= 1
    return True
