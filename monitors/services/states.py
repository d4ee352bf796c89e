"""Record what sources say; the only writer of source states and of their changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from monitors.core.debounce import Track, step
from monitors.core.observations import Observation
from monitors.core.states import State
from monitors.models import Follow, PendingChange, Provider, Scope, SourceState, StateChange
from monitors.signals import state_changes_recorded


def observe(observations: Iterable[Observation], *, now: datetime) -> list[StateChange]:
    """Store what sources say and return the confirmed changes, in the order of the observations.

    A source that speaks for the first time moves from UNKNOWN; its first word is recorded as a change
    only if it says that something is impaired. An observation older than the source's last is dropped.
    """
    changes = []
    for observation in sorted(observations, key=_order):
        if change := _observe_one(observation, now):
            changes.append(change)
    return changes


def track_of(row: SourceState | None, at: datetime) -> Track:
    """Return what a source says, to judge by it what it says at `at`.

    What awaited confirmation when it fell silent for longer than its word is fresh awaits it no more: nobody knows
    what was in between, so a failure from before the silence is not followed by one after it.
    """
    if row is None:
        return Track(State.UNKNOWN, at)
    if at - row.observed_at > timedelta(seconds=row.fresh_for_s):
        return Track(row.state, row.since)
    return Track(row.state, row.since, row.pending, row.pending_since, row.agreeing)


def _order(seen: Observation) -> tuple[bool, str, int, datetime]:
    """A fixed order of locks, so that two pollers that share scopes cannot wait for each other.

    Posts come first: a post says which of the components that change with it belong together.
    """
    return not seen.ref.startswith("post:"), seen.ref, seen.scope_id, seen.at


@transaction.atomic
def _observe_one(seen: Observation, now: datetime) -> StateChange | None:
    row, _ = SourceState.objects.get_or_create(
        ref=seen.ref,
        scope_id=seen.scope_id,
        defaults={
            "organization_id": seen.organization_id,
            "source": seen.source,
            "state": State.UNKNOWN,
            "since": seen.at,
            "observed_at": seen.at,
        },
    )
    row = SourceState.objects.select_for_update(no_key=True).get(id=row.id)
    if seen.at < row.observed_at:
        return None
    old = row.state
    after = step(track_of(row, seen.at), seen.state, at=seen.at, confirmations=seen.confirmations)
    track = after.track
    row.state, row.since = track.state, track.since
    row.pending, row.pending_since, row.agreeing = track.pending, track.pending_since, track.agreeing
    row.observed_at, row.fresh_for_s = seen.at, seen.fresh_for_s
    if after.changed or track.pending is None:
        row.reason, row.evidence = seen.reason[:500], dict(seen.evidence)
    row.save(
        update_fields=[
            "state", "since", "pending", "pending_since", "agreeing", "observed_at", "fresh_for_s", "reason", "evidence",
        ]
    )  # fmt: skip
    if not after.changed or not (old.is_impaired or track.state.is_impaired):
        return None
    return _record(seen, old, track, now)


def _record(seen: Observation, old: State, track: Track, now: datetime) -> StateChange:
    scope = Scope.objects.only("provider_id").get(id=seen.scope_id)
    change = StateChange.objects.create(
        organization_id=seen.organization_id,
        provider_id=scope.provider_id,
        source=seen.source,
        ref=seen.ref,
        scope_id=seen.scope_id,
        old=old,
        new=track.state,
        at=track.since,
        recorded_at=now,
        reason=seen.reason[:500],
        evidence=dict(seen.evidence),
    )
    audiences = _audiences(seen.organization_id, scope.provider_id)
    PendingChange.objects.bulk_create(
        PendingChange(change=change, organization_id=audience, provider_id=scope.provider_id, created_at=now)
        for audience in audiences
    )
    transaction.on_commit(partial(state_changes_recorded.send, StateChange, provider_id=scope.provider_id))
    return change


def _audiences(organization_id: int | None, provider_id: int | None) -> list[int | None]:
    """Whose records a change belongs to: its organization's, or the public's and every follower's.

    Of a provider that an organization added for itself, nobody else has a record, the public neither.
    """
    if organization_id is not None or provider_id is None:
        return [organization_id]
    owner = Provider.objects.values_list("organization_id", flat=True).get(id=provider_id)
    follows = Follow.objects.filter(scope__provider_id=provider_id)
    followers = sorted(set(follows.values_list("organization_id", flat=True)))
    return [None, *followers] if owner is None else [follower for follower in followers if follower == owner]
