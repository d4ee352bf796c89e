"""An organization's delivery page: where its messages arrive, where not, and whose doing that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incidents.core.scope import ScopeKey, related
from incidents.queries import PARTS, scope_board, words_of
from incidents.queries.naming import component_words, key_of
from monitors.catalogue.error_codes import meaning_of
from monitors.core.delivery_blame import Blame, CodeCount, Elsewhere, Sentence, over, whose_doing
from monitors.core.delivery_cells import Sums
from monitors.core.delivery_times import percentile
from monitors.core.states import State
from monitors.models import Scope
from monitors.queries import delivery_sums as read
from monitors.queries.delivery_sums import NOTHING, Failed, Span, Timed, Window
from monitors.queries.filtering import Filtering, filtering_now
from monitors.queries.others import others_sums
from pages.queries import visible
from pages.queries.delivery_asked import Asked
from pages.queries.delivery_codes import CodeLine, by_scope, code_lines, counted
from pages.queries.delivery_places import HeatRow, Place, heat_map, places

PAGE = 50
HEAT_ROWS = 30  # what is beyond is less in trouble
TOP_CODES = 2  # of one line


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the messages to one scope. Times are seconds to delivery, None where nothing was delivered.

    `verdict` is what everybody sees there; `sentence` compares.
    """

    place: Place
    words: str
    codes: Sequence[CodeCount]
    verdict: State
    sentence: Sentence

    @property
    def state(self) -> State:
        return self.place.state

    @property
    def sums(self) -> Sums:
        return self.place.timed.sums

    @property
    def p50(self) -> float | None:
        return percentile(self.place.timed.times, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.place.timed.times, 0.95)

    @property
    def is_telling(self) -> bool:
        """Whether its sentence says more than its numbers."""
        return self.state.is_impaired or self.sentence.blame in (Blame.YOU, Blame.UNCLEAR) or bool(self.sentence.uid)


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
        lines=_lines(
            organization_id,
            shown[(asked.page - 1) * PAGE : asked.page * PAGE],
            failed,
            filtering,
            now,
        ),
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


# --- Lines --------------------------------------------------------------------------------------------


def _lines(
    organization_id: int,
    shown: Sequence[Place],
    failed: Iterable[Failed],
    filtering: Sequence[Filtering],
    now: datetime,
) -> list[Line]:
    board = scope_board([place.scope for place in shown], None, now)
    troubles = _public_troubles({place.scope.provider_id for place in shown})
    others = others_sums(organization_id, [place.scope.id for place in shown if place.is_troubled], now)
    over_span, lately = by_scope(failed), by_scope(read.failures(organization_id, read.span_of(Window.HOUR, now)))
    return [
        _line(
            place,
            over_span.get(place.scope.id, []),
            # What a place is in trouble with now is not what failed there yesterday.
            (lately if place.now.is_impaired else over_span).get(place.scope.id, []),
            board[place.scope.id].state.state,
            _elsewhere(place.scope, troubles, filtering, others.get(place.scope.id)),
        )
        for place in shown
    ]


@dataclass(frozen=True, slots=True)
class _Trouble:
    key: ScopeKey
    uid: str
    title: str


def _elsewhere(
    scope: Scope, troubles: Sequence[_Trouble], filtering: Sequence[Filtering], others: Sums | None
) -> Elsewhere:
    met = next((trouble for trouble in troubles if related(trouble.key, key_of(scope))), None)
    title, uid = (met.title, met.uid) if met else ("", "")
    filtered = frozenset(found.code for found in filtering if found.scope_id == scope.id)
    return Elsewhere(title, uid, filtered, others)


def _line(
    place: Place, failed: Sequence[Failed], telling: Sequence[Failed], verdict: State, elsewhere: Elsewhere
) -> Line:
    """`failed` is what failed in the span, `telling` in the time that the place's state rests on."""
    scope, words = place.scope, words_of(place.scope)
    codes = counted(failed, {scope.id: scope})
    if place.is_over:
        sentence = over(place.timed.sums)
    else:
        sentence = whose_doing(place.telling, place.state, counted(telling, {scope.id: scope}), elsewhere, words)
    return Line(place, words, codes[:TOP_CODES], verdict, sentence)


def _public_troubles(provider_ids: Iterable[int | None]) -> list[_Trouble]:
    """Return what the public's open incidents impair now, the narrowest first: it explains most. One query."""
    rows = visible.impacts(None).filter(ended_at=None, scope__provider__in=[id_ for id_ in provider_ids if id_])
    rows = rows.select_related("incident", *(f"scope__{part}" for part in PARTS)).order_by("-state", "id")
    found = [_Trouble(key_of(row.scope), row.incident.uid, row.incident.title) for row in rows]
    return sorted(found, key=lambda trouble: -trouble.key.depth)
