"""States and bars of many scopes out of one picture, cheaply: scopes without trouble share their bars."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from incidents.core.impact import OfficialWord, ScopeState, effective_state, felt_state
from incidents.core.scope import ScopeKey, related
from incidents.core.timeline import Bar, ImpactSpan, Span, timeline, union, uptime
from incidents.queries.picture import Picture, Placed
from incidents.queries.shapes import ScopeView
from monitors.models import Component

DAY_BARS, DAY_STEP = 96, timedelta(minutes=15)
NINETY_BARS = 90

Strip = tuple[tuple[Bar, ...], tuple[Bar, ...], float | None]  # of the day, of 90 days, uptime of 90 days


class Strips:
    """Reads states and bars from a picture at `now`."""

    def __init__(self, picture: Picture, now: datetime) -> None:
        self._picture = picture
        self._now = now
        self._day = _day_window(now)
        self._ninety = _ninety_window(now)
        self._past = _by_component(picture.past)
        self._shared: dict[frozenset[int], Strip] = {}

    def view(self, key: ScopeKey, words: str, *, scope_id: int | None, official: OfficialWord | None) -> ScopeView:
        state = self.state(key, official)
        day, ninety, uptime_90 = self._strip(key)
        return ScopeView(
            scope_id, words, state, day, ninety, uptime_90, state.incident_uid, state.incident_title
        )  # fmt: skip

    def state(self, key: ScopeKey, official: OfficialWord | None) -> ScopeState:
        picture = self._picture
        return effective_state(
            key,
            impacts=picture.open,
            maintenance=picture.maintenance,
            hearings=picture.hearings,
            official=official,
            now=self._now,
        )

    def _strip(self, key: ScopeKey) -> Strip:
        impacts = self._impacts(key)
        planned = [span for scope, span in self._picture.planned if related(scope, key)]
        sources = frozenset(n for n, covered in enumerate(self._picture.covered) if related(covered.scope, key))
        if sources not in self._shared:
            self._shared[sources] = self._drawn([], sources, [], ((), (), None))
        clear = self._shared[sources]
        return self._drawn(impacts, sources, planned, clear) if impacts or planned else clear

    def _drawn(
        self, impacts: Sequence[ImpactSpan], sources: frozenset[int], planned: Sequence[Span], clear: Strip
    ) -> Strip:
        coverage = union(span for n in sources for span in self._picture.covered[n].spans)
        return (
            timeline(impacts, coverage, planned, window=self._day, bars=DAY_BARS, clear=clear[0]),
            timeline(impacts, coverage, planned, window=self._ninety, bars=NINETY_BARS, clear=clear[1]),
            uptime(impacts, coverage, planned, window=self._ninety),
        )

    def _impacts(self, key: ScopeKey) -> list[ImpactSpan]:
        """Return what was felt in a scope: narrower trouble as degraded at most."""
        if key.component_id is None:
            near: Iterable[Placed] = self._picture.past
        else:
            near = [p for own in {None, key.component_id, key.group_id} for p in self._past[own]]
            near = [*near, *(p for p in self._picture.past if p.scope.group_id == key.component_id)]
        return [
            ImpactSpan(p.impact.span, felt_state(key, p.scope, p.impact.state), p.impact.key)
            for p in near
            if related(p.scope, key)
        ]


def official_word(component: Component | None) -> OfficialWord | None:
    """Return what the vendor's page says of a component; None where the page does not list it."""
    if component is None or not component.external_id or component.gone_at is not None:
        return None
    return OfficialWord(component.state, component.word)


def _by_component(past: Iterable[Placed]) -> dict[int | None, list[Placed]]:
    found: dict[int | None, list[Placed]] = defaultdict(list)
    for placed in past:
        found[placed.scope.component_id].append(placed)
    return found


def _day_window(now: datetime) -> Span:
    """Return 24 hours that end with the quarter of an hour that is running."""
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0) + DAY_STEP
    return Span(quarter - DAY_BARS * DAY_STEP, quarter)


def _ninety_window(now: datetime) -> Span:
    """Return 90 days that end with today, in UTC."""
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Span(tomorrow - timedelta(days=NINETY_BARS), tomorrow)
