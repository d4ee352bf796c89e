"""The states a scope can be in, and how several become one."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class State(IntEnum):
    """How a scope is doing, ordered from best to worst; UNKNOWN stands outside the order.

    UNKNOWN means that nobody has a recent, readable observation. It is never good news: ask
    `is_impaired` or `is_up`, do not compare with UNKNOWN.
    """

    UNKNOWN = -1
    OPERATIONAL = 0
    MAINTENANCE = 1
    DEGRADED = 2
    PARTIAL_OUTAGE = 3
    MAJOR_OUTAGE = 4

    @property
    def is_impaired(self) -> bool:
        return self >= State.DEGRADED

    @property
    def is_up(self) -> bool:
        return self in (State.OPERATIONAL, State.MAINTENANCE)

    @property
    def word(self) -> str:
        """The state in words a reader sees: "partial outage"."""
        return self.name.lower().replace("_", " ")

    @property
    def slug(self) -> str:
        """The state as the name of a CSS class or an API value: "partial_outage"."""
        return self.name.lower()


# What a person looks at first. Unknown comes before healthy: somebody has to find out.
WORST_FIRST = (
    State.MAJOR_OUTAGE,
    State.PARTIAL_OUTAGE,
    State.DEGRADED,
    State.UNKNOWN,
    State.MAINTENANCE,
    State.OPERATIONAL,
)


class Source(StrEnum):
    """Where observations come from."""

    OFFICIAL = "official"
    PROBE = "probe"
    CROWD = "crowd"
    DELIVERY = "delivery"


def worst(states: Iterable[State]) -> State:
    """Return the worst of `states`. One known state hides the unknown ones; none at all is UNKNOWN."""
    return max(states, default=State.UNKNOWN)
