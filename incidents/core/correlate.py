"""What one change means, given what its audience already knows. Every answer carries its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.core.known import Change, KnownIncident, Policy
from incidents.core.scope import ScopeKey, covers, same
from monitors.core.states import Source, State


@dataclass(frozen=True, slots=True)
class Open:
    reason: str


@dataclass(frozen=True, slots=True)
class Join:
    """Another ref or scope belongs to the incident; `reopens` if that had been resolved.

    `swallows` are open incidents that turn out to be parts of it.
    """

    incident_id: int
    reason: str
    reopens: bool = False
    swallows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """A ref that already impairs the incident says how bad it is now."""

    incident_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Clear:
    """A ref no longer says that the incident's scope is impaired."""

    incident_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ignore:
    reason: str


# How the reasons begin of what is read again: when there is more evidence, or when the window is over.
TOO_LITTLE = "too little evidence"
IN_MAINTENANCE = "under maintenance"

Decision = Open | Join | Update | Clear | Ignore


def correlate(change: Change, known: Sequence[KnownIncident], policy: Policy) -> Decision:
    """Choose what a change means. `known` holds the audience's incidents of the same provider."""
    if _is_old_news(change, known):
        return Ignore("already read")
    if not change.new.is_impaired:
        return _clear(change, known)
    current = [incident for incident in known if incident.resolved_at is None]
    if mine := _impaired_by(change, current):
        return Update(mine.id, f"{change.ref} already impairs it")
    if (joined := _same_post(change, known)) is not None:
        return joined
    if reason := refusal(change):
        return Ignore(reason)
    return _join_related(change, current, policy) or _reopen(change, known, policy) or _open(change)


def _is_old_news(change: Change, known: Iterable[KnownIncident]) -> bool:
    """Whether this change, or a later one of its ref and scope, has been applied: a replay does nothing."""
    return any(
        seen.change_id is not None and seen.change_id >= change.id
        for incident in known
        for seen in incident.seen
        if (seen.ref, seen.scope_id) == (change.ref, change.scope_id)
    )


def _clear(change: Change, known: Iterable[KnownIncident]) -> Decision:
    mine = _impaired_by(change, known)
    if mine is None:
        return Ignore("no open incident rests on it")
    return Clear(mine.id, f"{change.ref} now says {change.new.word}")


def _impaired_by(change: Change, known: Iterable[KnownIncident]) -> KnownIncident | None:
    own = (change.ref, change.scope_id)
    return next((i for i in known if any(s.impairs and (s.ref, s.scope_id) == own for s in i.seen)), None)


def _same_post(change: Change, known: Iterable[KnownIncident]) -> Join | None:
    """An official post is one incident for as long as it lives, whatever scopes it names."""
    if change.post_id is None:
        return None
    of_post = [incident for incident in known if change.post_id in incident.post_ids]
    if not of_post:
        return None
    # The open one, if another source's incident took the post in after the first had been resolved.
    incident = max(of_post, key=lambda i: (i.resolved_at is None, i.started_at))
    return Join(incident.id, "the same official post", reopens=incident.resolved_at is not None)


def refusal(change: Change) -> str | None:
    """Return why a change may neither open nor join an incident, or None if it may."""
    if not (change.is_own or change.is_followed):
        return "it touches nothing that is followed"
    # A window explains a degraded scope, but not our own probe finding it worse than that.
    if change.in_maintenance and not (change.source is Source.PROBE and change.new > State.DEGRADED):
        return IN_MAINTENANCE
    if change.verdict.tier is None:
        meant = f": people may mean {change.confused_with}" if change.confused_with else ""
        return f"{TOO_LITTLE} ({change.verdict.confidence:.0%}){meant}"
    return None


def _join_related(change: Change, current: Iterable[KnownIncident], policy: Policy) -> Join | None:
    # Two posts are two incidents, because their vendor tells them apart (Twilio has ten open at once).
    open_to_it = [i for i in current if not (change.post_id and i.post_ids)]
    if within := [i for i in open_to_it if _holds(i, change, policy)]:
        closest = max(within, key=lambda i: (_closeness(i, change.scope), i.started_at))
        exact = any(same(scope, change.scope) for scope in closest.scopes)
        return Join(closest.id, "the same scope" if exact else "inside a scope that is already impaired")
    if named := [i for i in open_to_it if _names(i, change)]:
        return Join(max(named, key=lambda i: i.started_at).id, "the vendor's post names the component")
    if together := [i for i in open_to_it if _is_same_reading(i, change)]:
        return Join(max(together, key=lambda i: i.started_at).id, "the vendor's page changed both at once")
    return _lift(change, open_to_it) or _join_narrower(change, open_to_it, policy)


def _holds(incident: KnownIncident, change: Change, policy: Policy) -> bool:
    """Whether the change lies inside the incident's scopes.

    A whole provider's incident takes a narrower failure in only while it is young: it often is a
    vendor's vague post that stays open for days, and says nothing about a carrier that fails tomorrow.
    """
    young = incident.is_young(change.at, policy)
    return any(
        covers(scope, change.scope) and (young or scope.depth > 0 or same(scope, change.scope))
        for scope in incident.scopes
    )


def _closeness(incident: KnownIncident, scope: ScopeKey) -> int:
    return max(mine.depth for mine in incident.scopes if covers(mine, scope))


def _names(incident: KnownIncident, change: Change) -> bool:
    """Whether a post names the component whose state changed on the vendor's own page, whichever came first."""
    if change.ref.startswith("feed:"):
        return change.scope.component_id in incident.named
    listed = {seen.scope.component_id for seen in incident.seen if seen.ref.startswith("feed:") and seen.impairs}
    return bool(listed & change.named)


def _is_same_reading(incident: KnownIncident, change: Change) -> bool:
    """Whether one reading of the vendor's page changed this component and those of an incident without a post.

    Components that turn at the same moment usually share a cause; where a post tells them apart, it is asked first.
    """
    together = (change.ref.startswith("feed:"), incident.started_at) == (True, change.at)
    return together and not incident.post_ids and {seen.ref for seen in incident.seen} == {change.ref}


def _lift(change: Change, current: Iterable[KnownIncident]) -> Join | None:
    """Make one incident of several: the source that saw them as parts now says that it is the whole."""
    parts = [i for i in current if _is_part(i, change)]
    if len(parts) < 2:
        return None
    first = min(parts, key=lambda i: (i.started_at, i.id))
    return Join(first.id, f"{len(parts)} incidents are one", swallows=tuple(i.id for i in parts if i is not first))


def _is_part(incident: KnownIncident, change: Change) -> bool:
    """Whether all that an incident is about lies inside the change's scope, by its own ref too. A vendor's post is no
    part: it tells its own story.
    """
    about = [s for s in incident.seen if s.impairs] or incident.seen
    return (
        not incident.post_ids
        and all(covers(change.scope, s.scope) for s in about)
        and any(s.ref == change.ref for s in about)
    )


def _join_narrower(change: Change, current: Iterable[KnownIncident], policy: Policy) -> Join | None:
    """A broader failure joins the one narrower incident it can mean, or the latest that is young enough."""
    narrower = [i for i in current if any(covers(change.scope, scope) for scope in i.scopes)]
    if change.scope.depth == 0:  # "something at this vendor" is not evidence about an old incident
        narrower = [i for i in narrower if i.is_young(change.at, policy)]
    if len(narrower) == 1:
        return Join(narrower[0].id, "a broader view of the one related incident")
    young = [i for i in narrower if i.is_young(change.at, policy)]
    if young:
        return Join(max(young, key=lambda i: i.started_at).id, "a broader view of the latest related incident")
    return None


def _reopen(change: Change, known: Iterable[KnownIncident], policy: Policy) -> Join | None:
    over = [
        i
        for i in known
        if i.resolved_at is not None
        and change.at - i.resolved_at <= policy.reopen_within
        and not (change.post_id and i.post_ids)
        and any(same(scope, change.scope) for scope in i.scopes)
    ]
    if not over:
        return None
    latest = max(over, key=lambda i: i.started_at)
    minutes = int(policy.reopen_within.total_seconds() // 60)
    return Join(latest.id, f"failed again within {minutes} min", reopens=True)


def _open(change: Change) -> Open:
    return Open(f"{change.verdict.tier} ({change.verdict.confidence:.0%})")
