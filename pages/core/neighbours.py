"""Providers that have to do with each other, and what one's trouble may mean for reports about the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitors.core.states import State

MOST = 3  # sentences that one page shows


class Kin(StrEnum):
    """What a provider is to the one that is asked about."""

    PARENT = "parent"  # it is a part of that one, or stands on it
    CHILD = "child"
    SIBLING = "sibling"  # of the same parent
    ALTERNATIVE = "alternative"  # does the same job: people confuse them, and carriers hand traffic to each other


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A provider that has to do with another one, and how it is doing. `uid`: of its open incident, None for none."""

    slug: str
    name: str
    state: State
    kin: Kin
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence about a neighbour's open incident, in two halves: `why` is who it is, `uid` leads to the incident."""

    slug: str
    name: str
    why: str
    uid: str


_WHY = {
    Kin.PARENT: "which {name} is a part of or stands on",
    Kin.CHILD: "which belongs to {name}",
    Kin.SIBLING: "which stands on the same as {name}",
    Kin.ALTERNATIVE: "which does the same as {name}",
}
_RANK = {kin: n for n, kin in enumerate(Kin)}


def notes(name: str, neighbours: Iterable[Neighbour]) -> tuple[Note, ...]:
    """Return which neighbours' open incidents may be what people report about `name`: the closest, then the worst first.

    Only an open incident explains anything: a neighbour that merely says nothing, or whose page is yellow without one,
    is left out.
    """
    troubled = [(one, one.uid) for one in neighbours if one.uid and one.state.is_impaired]
    troubled.sort(key=lambda pair: (_RANK[pair[0].kin], -pair[0].state, pair[0].name))
    return tuple(Note(one.slug, one.name, _WHY[one.kin].format(name=name), uid) for one, uid in troubled[:MOST])
