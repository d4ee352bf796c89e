"""Whose record is written: one audience at a time, under its lock."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Min, Q, QuerySet

from accounts.models import Organization
from monitors.models import PendingChange, Provider

TRIED_AT_ONCE = 50  # audiences that one worker tries before it gives up: others hold them


@dataclass(frozen=True, slots=True)
class Audience:
    """An organization, or the public of one provider (organization_id None).

    The order of changes matters within an audience and nowhere else, so its lock is the claim: the
    organization's row, or for the public the provider's. Locking the change instead would let a second
    worker skip it and overtake.
    """

    organization_id: int | None
    provider_id: int | None

    def lock(self) -> None:
        """Take the audience for the rest of this transaction, waiting for it."""
        self._row().select_for_update(no_key=True).first()

    def try_lock(self) -> bool:
        """Take the audience for the rest of this transaction; False if another worker has it."""
        return self._row().select_for_update(skip_locked=True, no_key=True).first() is not None

    def waiting(self) -> "QuerySet[PendingChange]":
        """Return its changes that nobody has correlated, oldest first."""
        changes = PendingChange.objects.filter(Q(organization_id=self.organization_id), correlated_at=None)
        if self.organization_id is None:
            changes = changes.filter(Q(provider_id=self.provider_id))
        return changes.order_by("id")

    def _row(self) -> "QuerySet[Organization] | QuerySet[Provider]":
        if self.organization_id is not None:
            return Organization.objects.filter(id=self.organization_id).only("id")
        return Provider.objects.filter(Q(id=self.provider_id)).only("id")


def waiting_audiences() -> Iterator[Audience]:
    """Give the audiences that have changes to correlate, the longest waiting first."""
    rows = (
        PendingChange.objects.filter(correlated_at=None)
        .values_list("organization_id", "provider_id")
        .annotate(oldest=Min("id"))
        .order_by("oldest")[:TRIED_AT_ONCE]
    )
    seen = set()
    for organization_id, provider_id, _ in rows:
        audience = Audience(organization_id, None if organization_id else provider_id)
        if audience not in seen:
            seen.add(audience)
            yield audience
