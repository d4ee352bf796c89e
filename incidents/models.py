"""What it means: incidents, the scopes they impair, what was said, and what happened when."""

import secrets

from django.db import models
from django.db.models import F, Q

from monitors.core.states import Source
from monitors.models import Provider, Scope, StateChange, StateField

SOURCES = [(source.value, source.value) for source in Source]


def new_uid() -> str:
    return secrets.token_hex(8)


class Incident(models.Model):
    """A period in which scopes were impaired, as one audience knows it.

    `organization` None is the public's record, made of public evidence alone; an organization has
    its own record, which its own evidence joins. `started_at` is the first failure anybody saw,
    `opened_at` when we opened the record. `quiet_since` is set while nothing impairs it any more
    and the resolve delay runs. `denied` names the sources that could be heard and saw nothing of it,
    at least for a while.
    """

    uid = models.CharField(max_length=16, unique=True, default=new_uid)
    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="incidents")
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="incidents")
    title = models.CharField(max_length=300)
    state = StateField()
    worst = StateField()
    confidence = models.FloatField(default=0.0)  # 0.0 to 1.0, of the fused evidence
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    quiet_since = models.DateTimeField(null=True)
    # The incident that this one turned out to be a part of.
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    denied = models.JSONField(default=list)  # monitors.core.states.Source
    resolved_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("started_at")), name="incident_forward"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-started_at"]),
            models.Index(fields=["provider", "-started_at"]),
            models.Index(fields=["organization", "provider"], name="incident_open", condition=Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class Impact(models.Model):
    """The state that one incident put one scope in, from `began_at` to `ended_at` (None: still)."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="impacts")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="impacts")
    state = StateField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "scope"], condition=Q(ended_at=None), name="impact_one_current"
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="impact_forward"),
        ]
        indexes = [models.Index(fields=["scope", "-began_at"])]

    def __str__(self) -> str:
        return f"incident {self.incident_id}: scope {self.scope_id} {self.state.word}"


class Sighting(models.Model):
    """The lead/lag ledger: when one source first saw the incident's trouble, and what it says now.

    `first_at` is when the trouble began by that source's account, `seen_at` when we learned of it.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="sightings")
    source = models.CharField(max_length=10, choices=SOURCES)
    ref = models.CharField(max_length=60)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="sightings")
    state = StateField()
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict)
    change = models.ForeignKey(StateChange, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "ref", "scope"], name="sighting_once")]
        indexes = [models.Index(fields=["ref", "incident"], name="sighting_by_ref")]

    def __str__(self) -> str:
        return f"{self.source} saw incident {self.incident_id} at {self.first_at:%F %H:%M}"


class Reliability(models.Model):
    """How one source did in a provider's incidents, as one audience knows them (incidents.core.reliability.Tally).

    An organization's own evidence counts in its own rows alone, and never in the public's.
    """

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="+")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="reliabilities")
    source = models.CharField(max_length=10, choices=SOURCES)
    right = models.PositiveIntegerField()
    wrong = models.PositiveIntegerField()
    prompt = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider", "source"], nulls_distinct=False, name="reliability_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} about provider {self.provider_id}: {self.right} right, {self.wrong} wrong"


class Phase(models.TextChoices):
    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"
    POSTMORTEM = "postmortem", "Postmortem"


class IncidentUpdate(models.Model):
    """Words for readers. `post_update_id` is set where the words are the vendor's own."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    phase = models.CharField(max_length=14, choices=Phase.choices)
    body = models.TextField()
    at = models.DateTimeField()
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    post_update = models.ForeignKey("monitors.OfficialUpdate", models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "post_update"], condition=Q(post_update__isnull=False), name="vendor_update_once"
            )
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.phase}: {self.body[:60]}"


class EventKind(models.TextChoices):
    OPENED = "opened", "Opened"
    WORSE = "worse", "Worse"
    BETTER = "better", "Better"
    JOINED = "joined", "Another source saw it"
    UPDATED = "updated", "New words"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"
    REOPENED = "reopened", "Reopened"


class IncidentEvent(models.Model):
    """The machine's record that something happened to an incident; outbox 2, which alerts reads."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within the incident
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    state = StateField()  # the incident's state after it
    at = models.DateTimeField()
    summary = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
    routed_at = models.DateTimeField(null=True)  # None: not yet read by alerts

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="incident_event_number")]
        indexes = [models.Index(fields=["id"], name="event_waiting", condition=Q(routed_at=None))]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"incident {self.incident_id} #{self.number} {self.kind}"
