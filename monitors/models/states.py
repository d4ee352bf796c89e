"""What each source currently says about each scope, and the confirmed changes of it."""

from django.db import models
from django.db.models import F, Q

from kit.clock import clock
from monitors.core.states import Source
from monitors.models.fields import StateField
from monitors.models.providers import Provider, Scope

SOURCES = [(source.value, source.value) for source in Source]


class SourceState(models.Model):
    """What one source says about one scope now. `organization` is None for public evidence."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="source_states")
    source = models.CharField(max_length=10, choices=SOURCES)
    ref = models.CharField(max_length=60)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="source_states")
    state = StateField()
    since = models.DateTimeField()
    observed_at = models.DateTimeField()
    fresh_for_s = models.PositiveIntegerField(default=900)
    pending = StateField(null=True, default=None)
    pending_since = models.DateTimeField(null=True)
    agreeing = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref", "scope"], name="source_state_once")]
        indexes = [models.Index(fields=["scope", "source"]), models.Index(fields=["organization", "source"])]

    def __str__(self) -> str:
        return f"{self.ref} says {self.state.word} of scope {self.scope_id}"


class StateChange(models.Model):
    """A confirmed move of one source's word about one scope; `at` is when the move began."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="state_changes")
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="state_changes")
    source = models.CharField(max_length=10, choices=SOURCES)
    ref = models.CharField(max_length=60)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="state_changes")
    old = StateField()
    new = StateField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock)
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(old=F("new")), name="change_moves")]
        indexes = [models.Index(fields=["scope", "-at"])]

    def __str__(self) -> str:
        return f"{self.ref}: {self.old.word} to {self.new.word}"


class PendingChange(models.Model):
    """Outbox 1: a change as one audience has to correlate it.

    The audience is one organization, or the public where `organization` is None. Public evidence
    is read by the public's record of the provider and by each organization that follows it.
    """

    change = models.ForeignKey(StateChange, models.CASCADE, related_name="pending")
    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="pending_changes")
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="pending_changes")
    created_at = models.DateTimeField(default=clock)
    correlated_at = models.DateTimeField(null=True)  # None: not yet read by incidents
    decision = models.CharField(max_length=20, blank=True)  # what incidents made of it
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "organization"], nulls_distinct=False, name="pending_change_once")
        ]
        indexes = [models.Index(fields=["organization", "id"], name="change_waiting", condition=Q(correlated_at=None))]

    def __str__(self) -> str:
        return f"change {self.change_id} for {self.organization_id or 'the public'}"
