"""A line of the delivery page: what became of the messages to one place, beside what others see there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.core.scope import ScopeKey, related
from incidents.queries import PARTS, scope_board, words_of
from incidents.queries.naming import key_of
from monitors.core.delivery_blame import Blame, CodeCount, Elsewhere, Sentence, over, whose_doing
from monitors.core.delivery_cells import Sums
from monitors.core.delivery_times import percentile
from monitors.core.states import State
from monitors.models import Scope
from monitors.queries import delivery_sums as read
from monitors.queries.delivery_sums import Failed, Window
from monitors.queries.filtering import Filtering
from monitors.queries.others import others_sums
from pages.queries import visible
from pages.queries.delivery_codes import by_scope, counted
from pages.queries.delivery_places import Place

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


def lines_of(
    organization_id: int,
    shown: Sequence[Place],
    failed: Iterable[Failed],
    filtering: Sequence[Filtering],
    now: datetime,
) -> list[Line]:
    """Return a line for each of the places `shown`; `failed` is what failed in the span, at least there."""
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
