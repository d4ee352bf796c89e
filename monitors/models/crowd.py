"""Crowd reports: people's statements that something is broken, or works again."""

from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.providers import Provider, Scope


class CommentState(models.TextChoices):
    NONE = "", "no comment"
    HELD = "held", "held"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class Via(models.TextChoices):
    FORM = "form", "our form"
    EMBED = "embed", "the form on another site"
    LINK = "link", "the question in an alert"
    PARTNER = "partner", "a partner"


class Report(models.Model):
    """One person's statement. The person is keyed hashes that change daily, never an address."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="reports")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="reports")
    problem = models.CharField(max_length=40)
    says_well = models.BooleanField(default=False)  # "it works again"; never counted as trouble
    country = models.CharField(max_length=2, blank=True)
    carrier_text = models.CharField(max_length=60, blank=True)  # as typed, where we do not know it
    comment = models.CharField(max_length=280, blank=True)  # plain text
    comment_state = models.CharField(max_length=10, choices=CommentState, default=CommentState.NONE, blank=True)
    via = models.CharField(max_length=10, choices=Via, default=Via.FORM)
    voter = models.CharField(max_length=64)  # keyed hash of the address and browser
    network = models.CharField(max_length=64)  # keyed hash of the /24 or /64
    wide = models.CharField(max_length=64, blank=True)  # keyed hash of the /16 or /32
    browser = models.CharField(max_length=64, blank=True)  # keyed hash of what the browser tells of itself
    window = models.DateTimeField()  # start of the window in which this voter has one vote
    is_proven = models.BooleanField(default=True)  # with proof of work, or with what stands in for it
    is_counted = models.BooleanField(default=True)  # the first of its network in this window: further ones do not count
    at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "voter", "window", "says_well"], name="one_vote_per_window"),
            models.UniqueConstraint(
                fields=["provider", "network", "window"], condition=Q(is_counted=True), name="one_network_per_window"
            ),
            models.CheckConstraint(condition=Q(says_well=False) | Q(is_counted=False), name="well_is_no_trouble"),
        ]
        indexes = [
            models.Index(fields=["provider", "-at"]),
            models.Index(fields=["scope", "-at"]),
            models.Index(fields=["provider", "window", "network"], name="report_of_network"),
            models.Index(
                fields=["provider", "window", "browser"], name="report_counted_in", condition=Q(is_counted=True)
            ),
            models.Index(
                fields=["provider", "window"], name="report_unproven", condition=Q(is_counted=True, is_proven=False)
            ),
            models.Index(fields=["-at"], name="report_by_time"),
            models.Index(fields=["-at"], name="comment_held", condition=Q(comment_state="held")),
        ]

    def __str__(self) -> str:
        return f"{self.problem} at provider {self.provider_id}"


class ReportCount(models.Model):
    """Reports that count, per scope and minute. `imported` ones are pages' alone: no detector reads them."""

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="report_counts")
    minute = models.DateTimeField()
    reports = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "minute"], name="report_count_once")]

    def __str__(self) -> str:
        return f"{self.reports} reports about scope {self.scope_id} at {self.minute:%F %H:%M}"


class ImportedCount(models.Model):
    """What a source said it counted in a minute; the same again changes nothing, another number corrects it."""

    source = models.CharField(max_length=60)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="imported_counts")
    minute = models.DateTimeField()
    reports = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "minute", "scope"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.reports} from {self.source} at {self.minute:%F %H:%M}"


class PartnerKey(models.Model):
    """Who may send us reports of their own users. The key itself is shown once and kept as a hash."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)  # to know a key by
    hashed = models.CharField(max_length=64, unique=True)  # SHA-256: the key is 256 random bits
    per_minute = models.PositiveIntegerField(default=60)  # requests
    # How many networks of it count per provider and window; a new partner alone never makes a crowd.
    trusted_networks = models.PositiveIntegerField(default=2)
    created_at = models.DateTimeField(default=clock)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class PartnerRequest(models.Model):
    """What a partner's request with an Idempotency-Key was answered; kept for 48 h."""

    partner = models.ForeignKey(PartnerKey, models.CASCADE, related_name="requests")
    idempotency_key = models.CharField(max_length=80)
    body = models.CharField(max_length=64)  # SHA-256
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "idempotency_key"], name="partner_request_once")]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.idempotency_key} of partner {self.partner_id}"
