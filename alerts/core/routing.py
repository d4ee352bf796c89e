"""Which channels hear of an event, and as what: once per cause, and nobody is left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from incidents.core.scope import ScopeKey, related

# What an event tells a channel that already knows of the incident. The other kinds tell it nothing new:
# another source that agrees and new words are in the next message.
TRANSITIONS = {
    "opened": "opened",
    "reopened": "opened",
    "worse": "worse",
    "better": "better",
    "resolved": "resolved",
}
# At these a channel that does not know of the incident yet is told that it is open: the incident grew into
# what it follows, or the route is younger than the incident.
CATCHES_UP = frozenset({"opened", "reopened", "worse", "better", "joined", "updated"})


BEGINS = frozenset({"opened", "reopened"})


@dataclass(frozen=True, slots=True)
class Following:
    """One route: a channel and the scope that its organization follows, with the scope's name."""

    channel_id: int
    scope: ScopeKey
    label: str


@dataclass(frozen=True, slots=True)
class Touched:
    """The scopes that an incident impairs now, and all that it ever did."""

    now: Sequence[ScopeKey]
    ever: Sequence[ScopeKey]


@dataclass(frozen=True, slots=True)
class Send:
    """Tell this channel; `why` is the reason in words, for the message and the log."""

    channel_id: int
    transition: str
    why: str


def route(kind: str, touched: Touched, followings: Sequence[Following], told: Collection[int]) -> list[Send]:
    """Return who hears of an event of `kind`, each channel once.

    `told` are the channels that know the incident as open: those whose last message about it was
    not its end.
    """
    sends = []
    for channel_id in dict.fromkeys(following.channel_id for following in followings):
        own = [following for following in followings if following.channel_id == channel_id]
        knows = channel_id in told
        # What a channel was told of it hears to the end, although its own scope may be well since. And a
        # beginning that is routed late (workers that stood still) is not lost because all is well by then.
        scopes = touched.ever if knows or kind in BEGINS else touched.now
        labels = [f.label for f in own if any(related(f.scope, scope) for scope in scopes)]
        transition = _transition(kind, knows=knows)
        if labels and transition:
            sends.append(Send(channel_id, transition, f"You follow {_and(labels)}."))
    return sends


def _transition(kind: str, *, knows: bool) -> str | None:
    if knows:
        return TRANSITIONS.get(kind)
    return "opened" if kind in CATCHES_UP else None


def _and(labels: Sequence[str]) -> str:
    unique = list(dict.fromkeys(labels))
    shown = ", ".join(unique[:3])
    return f"{shown} and {len(unique) - 3} more" if len(unique) > 3 else shown
