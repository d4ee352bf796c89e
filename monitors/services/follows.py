"""Follow and unfollow scopes."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from accounts.models import Organization
from monitors.core.states import State
from monitors.models import Follow, PendingChange, Scope, SourceState, StateChange
from monitors.signals import state_changes_recorded


def follow(organization: Organization, scope: Scope, now: datetime) -> Follow:
    """Let an organization follow a scope, and hand it the trouble that its provider is in already.

    Which of that touches what is followed is for incidents to say. Repeating it changes nothing.
    """
    with transaction.atomic():
        row, is_new = Follow.objects.get_or_create(organization=organization, scope=scope, defaults={"created_at": now})
    # In a transaction of its own: a change that is recorded meanwhile either sees the follow, or is seen here.
    if is_new and scope.provider_id is not None:
        _hand_over(organization, scope.provider_id, now)
    return row


def unfollow(organization: Organization, scope: Scope) -> None:
    """Stop following a scope. Open incidents of the organization run to their end."""
    Follow.objects.filter(organization=organization, scope=scope).delete()


@transaction.atomic
def _hand_over(organization: Organization, provider_id: int, now: datetime) -> None:
    """Queue the changes that put the provider's public states where they are, if they are impaired."""
    # The organization's row is the lock of its changes: nothing is marked while we look at the marks.
    Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    changes = _open_changes(provider_id)
    have = {row.change_id: row for row in PendingChange.objects.filter(organization=organization, change__in=changes)}
    PendingChange.objects.bulk_create(
        PendingChange(change_id=change_id, organization=organization, provider_id=provider_id, created_at=now)
        for change_id in changes
        if change_id not in have
    )
    # What was ignored because nothing of it was followed is read again.
    ignored = [row.id for row in have.values() if row.decision == "ignore"]
    PendingChange.objects.filter(id__in=ignored).update(correlated_at=None)
    if len(ignored) + len(changes) - len(have):
        transaction.on_commit(
            partial(
                state_changes_recorded.send,
                StateChange,
                provider_id=provider_id,
                organization_id=organization.id,
            )
        )


def _open_changes(provider_id: int) -> list[int]:
    """Return the ids of the latest change of each public state that is impaired, oldest first."""
    of_state = StateChange.objects.filter(ref=OuterRef("ref"), scope=OuterRef("scope"))
    impaired = SourceState.objects.filter(
        Q(state__gte=State.DEGRADED), scope__provider_id=provider_id, organization=None
    ).annotate(latest=Subquery(of_state.order_by("-id").values("id")[:1]))
    return sorted(change_id for change_id in impaired.values_list("latest", flat=True) if change_id is not None)
