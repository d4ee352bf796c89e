"""An organization's delivery page: where its messages arrive, where not, and whose doing that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incidents.queries import words_of
from incidents.queries.naming import component_words
from monitors.catalogue.error_codes import meaning_of
from monitors.core.delivery_blame import Elsewhere, Sentence, whose_doing
from monitors.core.delivery_times import percentile
from monitors.core.states import State
from monitors.models import Scope
from monitors.queries import delivery_sums as read
from monitors.queries.delivery_sums import NOTHING, Span, Timed
from monitors.queries.filtering import Filtering, filtering_now
from pages.queries.delivery_asked import Asked
from pages.queries.delivery_codes import CodeLine, code_lines, counted
from pages.queries.delivery_lines import Line, lines_of
from pages.queries.delivery_places import HeatRow, Place, heat_map, places

PAGE = 50
HEAT_ROWS = 30  # what is beyond is less in trouble


@dataclass(frozen=True, slots=True)
class Refusing:
    """Carriers refuse more of several senders' messages to a place: no outage."""

    words: str
    code: str
    meaning: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page can be narrowed to: where messages went in the span."""

    providers: Sequence[Choice]
    components: Sequence[Choice]
    countries: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """`found` scopes had messages, `troubled` of them are in trouble now; `lines` are those of this page.

    `overall` is about all of them together: the sender's own doing shows in no single place.
    """

    asked: Asked
    span: Span
    total: Timed
    found: int
    troubled: int
    lines: Sequence[Line]
    overall: Sentence
    heat: Sequence[HeatRow]
    heat_hidden: int
    codes: Sequence[CodeLine]
    refusing: Sequence[Refusing]
    choices: Choices

    @property
    def lead(self) -> Line | None:
        """The worst place, if one is in trouble now."""
        return next((line for line in self.lines if line.place.is_troubled), None)

    @property
    def p50(self) -> float | None:
        return percentile(self.total.times, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.total.times, 0.95)

    @property
    def first(self) -> int:
        """The number of the first line, from 1 on."""
        return (self.asked.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def earlier(self) -> str:
        return self.asked.address(page=self.asked.page - 1) if self.asked.page > 1 else ""

    @property
    def later(self) -> str:
        return self.asked.address(page=self.asked.page + 1) if self.found > self.asked.page * PAGE else ""


def delivery_page(organization_id: int, asked: Asked, *, now: datetime) -> DeliveryPage:
    """Return the page that an address asks for, in a fixed number of queries."""
    span = read.span_of(asked.window, now)
    everywhere = places(organization_id, span)
    shown = [place for place in everywhere if _is_asked(place, asked)]
    asked = replace(asked, page=min(asked.page, max(1, -(-len(shown) // PAGE))))
    scopes = {place.scope.id: place.scope for place in shown}
    failed = [row for row in read.failures(organization_id, span) if row.scope_id in scopes]
    total = sum((place.timed for place in shown), NOTHING)
    filtering = filtering_now(scopes)
    heat = heat_map(organization_id, span, shown, asked.by)
    return DeliveryPage(
        asked=asked,
        span=span,
        total=total,
        found=len(shown),
        troubled=sum(place.is_troubled for place in shown),
        lines=lines_of(organization_id, shown[(asked.page - 1) * PAGE : asked.page * PAGE], failed, filtering, now),
        overall=whose_doing(
            total.sums,
            State.OPERATIONAL,
            counted(failed, scopes),
            Elsewhere(filtered=frozenset(found.code for found in filtering)),
            "all places",
        ),
        heat=heat[:HEAT_ROWS],
        heat_hidden=len(heat[HEAT_ROWS:]),
        codes=code_lines(failed, scopes),
        refusing=[_refusing(found, scopes[found.scope_id]) for found in filtering],
        choices=_choices(everywhere, asked),
    )


def _is_asked(place: Place, asked: Asked) -> bool:
    provider = place.scope.provider
    return (
        (not asked.provider or (provider is not None and provider.slug == asked.provider))
        and asked.component in ("", str(place.scope.component_id))
        and asked.country in ("", place.country)
    )


def _refusing(found: Filtering, scope: Scope) -> Refusing:
    meaning = meaning_of(scope.provider.slug if scope.provider else "", found.code)
    return Refusing(words_of(scope), found.code, meaning, found.began_at)


def _choices(everywhere: Iterable[Place], asked: Asked) -> Choices:
    found = list(everywhere)
    providers = {p.scope.provider.slug: p.scope.provider.name for p in found if p.scope.provider}
    there = [p for p in found if _is_asked(p, Asked(provider=asked.provider))]
    components = {str(p.scope.component_id): component_words(p.scope.component) for p in there if p.scope.component}
    countries = {p.country: p.country_words for p in there if p.country}
    return Choices(_sorted(providers), _sorted(components), _sorted(countries))


def _sorted(labels: Mapping[str, str]) -> list[Choice]:
    return [Choice(value, label) for value, label in sorted(labels.items(), key=lambda pair: (pair[1], pair[0]))]
