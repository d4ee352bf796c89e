"""Where an organization's messages went in a span, one place per scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.queries import PARTS, Bar
from incidents.queries.naming import country_name
from monitors.core.delivery_cells import Sums, in_words, standing
from monitors.core.states import WORST_FIRST, State
from monitors.models import Scope
from monitors.queries import delivery_sums as read
from monitors.queries.delivery_sums import NOTHING, Span, Timed, Window


@dataclass(frozen=True, slots=True)
class Place:
    """A scope with what was counted there in the span, in the week before, and of that in the last hour."""

    scope: Scope
    timed: Timed
    before: Sums
    lately: Sums

    @property
    def state(self) -> State:
        """How it does in the last hour, if that is trouble; else how it did in all of the span."""
        return self.now if self.now.is_impaired else standing(self.timed.sums, self.before.habit)

    @property
    def now(self) -> State:
        return standing(self.lately, self.before.habit)

    @property
    def is_over(self) -> bool:
        """Whether it was in trouble in the span, and messages of the last hour arrived as usual."""
        return self.state.is_impaired and self.now is State.OPERATIONAL

    @property
    def is_troubled(self) -> bool:
        return self.state.is_impaired and not self.is_over

    @property
    def telling(self) -> Sums:
        """The sums that its state rests on."""
        return self.lately if self.now.is_impaired else self.timed.sums

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2, or empty."""
        return self.scope.country or (self.scope.carrier.country if self.scope.carrier else "")

    @property
    def country_words(self) -> str:
        return country_name(self.country) if self.country else "Country not known"

    @property
    def carrier_words(self) -> str:
        carrier = self.scope.carrier
        return f"{carrier.name} ({self.country_words})" if carrier else f"{self.country_words}, carrier not known"

    @property
    def trouble(self) -> tuple[bool, int, int, int, int]:
        """Sorts first what is in trouble, then what was, then most failures of the sender's own, then most messages."""
        return (
            not self.is_troubled,
            WORST_FIRST.index(self.state),
            -self.timed.sums.sender,
            -self.timed.sums.started,
            self.scope.id,
        )


def places(organization_id: int, span: Span) -> list[Place]:
    """Return the scopes that had messages in the span, loaded with PARTS, in trouble first. Six queries."""
    counted = read.sums_by_scope(organization_id, span)
    lately = read.sums_by_scope(organization_id, read.span_of(Window.HOUR, span.until))
    before = read.sums_before(organization_id, span)
    scopes = Scope.objects.select_related(*PARTS).in_bulk(list(counted))
    found = [
        Place(scopes[id_], timed, before.get(id_, Sums()), lately.get(id_, NOTHING).sums)
        for id_, timed in counted.items()
    ]
    return sorted(found, key=lambda place: place.trouble)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A country, or a carrier, over the span's stretches of time. Its state is that of the last hour, if it is trouble."""

    words: str
    country: str
    state: State
    sums: Sums
    bars: Sequence[Bar]
    is_troubled: bool  # in one of its places, now


def heat_map(organization_id: int, span: Span, shown: Sequence[Place], by: str) -> list[HeatRow]:
    """Return what became of messages over time by "country" or "carrier", in trouble first. Two queries."""
    rows: dict[str, list[Place]] = {}
    for place in shown:
        rows.setdefault(place.carrier_words if by == "carrier" else place.country_words, []).append(place)
    fields = read.sums_by_field(organization_id, span, [place.scope.id for place in shown])
    by_row: dict[str, dict[datetime, Sums]] = {}
    row_of = {place.scope.id: words for words, inside in rows.items() for place in inside}
    for (scope_id, at), sums in fields.items():
        row = by_row.setdefault(row_of[scope_id], {})
        row[at] = row.get(at, Sums()) + sums
    found = [_heat_row(words, inside, by_row.get(words, {}), span) for words, inside in rows.items()]
    return sorted(
        found, key=lambda row: (not row.is_troubled, WORST_FIRST.index(row.state), -row.sums.started, row.words)
    )


def _heat_row(words: str, inside: Sequence[Place], fields: dict[datetime, Sums], span: Span) -> HeatRow:
    sums = sum((place.timed.sums for place in inside), Sums())
    usual = sum((place.before for place in inside), Sums()).habit
    bars = [_bar(at, span, fields.get(at, Sums()), standing(fields.get(at, Sums()), usual)) for at in span.fields]
    lately = standing(sum((place.lately for place in inside), Sums()), usual)
    state = lately if lately.is_impaired else standing(sums, usual)
    return HeatRow(words, inside[0].country, state, sums, bars, any(place.is_troubled for place in inside))


def _bar(at: datetime, span: Span, sums: Sums, state: State) -> Bar:
    end = at + span.width
    return Bar(
        at, end, state, impaired_s=0, covered_s=0, label=f"{at:%-d %b %H:%M} to {end:%H:%M} UTC: {in_words(sums)}"
    )
