"""What readers of a public status page are told: shapes, and the words we choose for them.

An organization's record of an incident is made of private evidence too: receipts, probes of its own
systems, who took it. So nothing of its evidence, its machine-made sentences or its other scopes goes
in here: a reader's story is told anew, from the spans in which the page's own rows were impaired.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.core.impact import felt_state
from incidents.core.scope import ScopeKey, related, several_in_words
from incidents.core.timeline import Bar
from incidents.core.wording import DOING, FAILURES, in_minutes
from monitors.core.states import State, worst


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the page. `day` are 96 bars of 15 minutes, `ninety` 90 bars of a day; `uptime` is 0.0 to 1.0, None without data."""

    id: int
    name: str
    group: str
    state: State
    day: tuple[Bar, ...]
    ninety: tuple[Bar, ...]
    uptime: float | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class GroupOfRows:
    name: str  # "" for rows without a heading
    rows: tuple[RowView, ...]

    @property
    def state(self) -> State:
        return banner_state(row.state for row in self.rows)


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which one row was impaired. `ended_at` None: it still is."""

    row_id: int
    row_name: str
    state: State
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Words:
    """One entry of an incident's story. `is_vendors`: its words are the vendor's own."""

    at: datetime
    phase: str
    body: str
    is_vendors: bool = False
    url: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as the page's readers know it: newest words first. `ended_at` None: it is open."""

    uid: str
    title: str
    state: State
    worst: State
    phase: str
    started_at: datetime
    ended_at: datetime | None
    rows: tuple[tuple[int, str, State], ...]  # (row id, name, worst state), in the page's order
    words: tuple[Words, ...]

    @property
    def duration(self) -> timedelta | None:
        return self.ended_at - self.started_at if self.ended_at else None


@dataclass(frozen=True, slots=True)
class PublicMaintenance:
    """A maintenance that its vendor announced for something on the page."""

    id: int
    title: str
    phase: str
    url: str
    starts_at: datetime
    ends_at: datetime | None
    rows: tuple[tuple[int, str], ...]
    words: tuple[Words, ...]
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class PageView:
    """A public page. `state` and `banner` sum it up; `as_of` is the age of the oldest row's data, None: never."""

    slug: str
    title: str
    state: State
    banner: str
    groups: tuple[GroupOfRows, ...]
    incidents: tuple[PublicIncident, ...]
    past: tuple[PublicIncident, ...]
    maintenances: tuple[PublicMaintenance, ...]
    as_of: datetime | None
    now: datetime

    @property
    def rows(self) -> tuple[RowView, ...]:
        return tuple(row for group in self.groups for row in group.rows)


def banner_state(states: Iterable[State]) -> State:
    """Return the worst state; without trouble, unknown as soon as one row is: a page half-known is not green."""
    found = list(states)
    troubled = [state for state in found if state.is_impaired]
    if troubled:
        return worst(troubled)
    return State.UNKNOWN if not found or State.UNKNOWN in found else worst(found)


def banner_words(rows: Sequence[RowView]) -> str:
    """Return the page's state as one sentence."""
    state = banner_state(row.state for row in rows)
    these = several_in_words([row.name for row in rows if row.state is state] or [""])
    if not rows:
        return "Nothing is shown here yet"
    match state:
        case State.OPERATIONAL:
            return "All systems operational"
        case State.MAINTENANCE:
            return f"Scheduled maintenance: {these}"
        case State.UNKNOWN if all(row.state is State.UNKNOWN for row in rows):
            return "We have no recent data"
        case State.UNKNOWN:
            return f"No trouble seen, but no recent data: {these}"
        case _:
            return f"{FAILURES[state].capitalize()}: {these}"


def spell(
    row: RowView, where: ScopeKey, impaired: ScopeKey, state: State, span: tuple[datetime, datetime | None]
) -> Spell:
    """Return what an impact on `impaired` was for the row about `where`, which it is related to."""
    return Spell(row.id, row.name, felt_state(where, impaired, state), *span)


def told_title(title: str, spells: Sequence[Spell], impaired: Iterable[ScopeKey], shown: Sequence[ScopeKey]) -> str:
    """Return an incident's title, or one made of the rows' names where it tells of more than the page shows."""
    if all(any(related(scope, row) for row in shown) for scope in impaired):
        return title
    names = list(dict.fromkeys(s.row_name for s in spells))
    return f"{several_in_words(names)}: {FAILURES.get(worst(s.state for s in spells), 'trouble')}"


def story(spells: Sequence[Spell], ended_at: datetime | None) -> list[Words]:
    """Return the course of an incident in our own words, oldest first, from when its rows were impaired."""
    told: list[Words] = []
    before: State | None = None
    for moment in sorted({at for s in spells for at in (s.began_at, s.ended_at) if at}):
        now = [s for s in spells if s.began_at <= moment and (s.ended_at is None or moment < s.ended_at)]
        state = worst(s.state for s in now) if now else State.OPERATIONAL
        if state != before and not (ended_at and moment >= ended_at and not now):
            told.append(_moved(before, state, now, moment))
        before = state
    if ended_at:
        began = min(s.began_at for s in spells)
        minutes = round((ended_at - began).total_seconds() / 60)
        told.append(Words(ended_at, "resolved", f"Over since {ended_at:%H:%M} UTC, after {in_minutes(minutes)}."))
    return told


def _moved(before: State | None, state: State, now: Sequence[Spell], at: datetime) -> Words:
    if not now:
        return Words(at, "monitoring", "No more trouble seen. We keep watching before we call it over.")
    leading = [s.row_name for s in now if s.state == state]
    sentence = f"{several_in_words(list(dict.fromkeys(leading)))} {DOING[state]}"
    match before:
        case None:
            return Words(at, "investigating", f"{sentence}. First seen at {at:%H:%M} UTC.")
        case State.OPERATIONAL:
            return Words(at, "investigating", f"It is back: {sentence}.")
        case _:
            return Words(at, "investigating", f"{'Worse' if state > before else 'Better'}: {sentence}.")
