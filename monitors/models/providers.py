"""Providers, their components, the scopes that observations are about, and who follows them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.fields import StateField


class Provider(models.Model):
    """A vendor we watch. Global: every organization sees the same one, but for those that one added for itself.

    `organization` is who added it by pasting an address: nobody else may learn that it is there. Ask
    monitors.queries.providers for what somebody may see. `parent` is the provider that this one is a part of
    (SendGrid: Twilio). `alternatives` are others that do the same job; it is not symmetrical. `shipped` is what the
    catalogue last said of the row, by column: a value that differs from it was changed here, by a person, and stays.
    """

    organization = models.ForeignKey(
        "accounts.Organization", models.CASCADE, null=True, blank=True, related_name="own_providers"
    )
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    category = models.CharField(max_length=40, blank=True)
    homepage = models.URLField(max_length=500, blank=True)
    status_page_url = models.URLField(max_length=500, blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    alternatives = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="alternative_to")
    shipped = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock)

    def __str__(self) -> str:
        return self.name


class Carrier(models.Model):
    """A mobile operator, known by one canonical name; a brand or an MVNO points to its host."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2
    mccmnc = ArrayField(models.CharField(max_length=6), default=list)  # "44010"
    aliases = ArrayField(models.CharField(max_length=100), default=list)
    host = models.ForeignKey("self", models.SET_NULL, null=True, related_name="brands")

    class Meta:
        indexes = [models.Index(fields=["country", "name"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class Component(models.Model):
    """A part of a provider, or of an organization's own system, that people care about.

    `external_id` is the vendor's id, empty for components that only we know. `service` marks the
    one component of a provider that stands for a messaging service ("sms"), to which titles,
    receipts and reports are attached. `state` is what the vendor's page says, not our verdict.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="components")
    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="components")
    feed = models.ForeignKey("monitors.Feed", models.SET_NULL, null=True, related_name="components")  # that lists it
    external_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300)
    group = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    is_group = models.BooleanField(default=False)
    service = models.CharField(max_length=20, blank=True)
    position = models.IntegerField(default=0)
    description = models.TextField(blank=True)
    state = StateField()
    word = models.CharField(max_length=60, blank=True)  # the vendor's own word for the state
    gone_at = models.DateTimeField(null=True)  # since when the vendor no longer lists it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(provider=None, organization__isnull=False) | Q(provider__isnull=False, organization=None),
                name="component_of_provider_or_organization",
            ),
            models.UniqueConstraint(
                fields=["provider", "external_id"], condition=~Q(external_id=""), name="component_external_id"
            ),
            models.UniqueConstraint(fields=["provider", "service"], condition=~Q(service=""), name="component_service"),
        ]

    def __str__(self) -> str:
        return self.name


class Scope(models.Model):
    """What an observation is about: a provider or a component of it, narrowed to country, carrier, region.

    Everything that is empty means "all": a scope without component is the whole provider. The scope
    of an organization's own system has no provider and carries the organization.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="scopes")
    organization = models.ForeignKey("accounts.Organization", models.CASCADE, null=True, related_name="scopes")
    component = models.ForeignKey(Component, models.CASCADE, null=True, related_name="scopes")
    country = models.CharField(max_length=2, blank=True)
    carrier = models.ForeignKey(Carrier, models.PROTECT, null=True, related_name="scopes")
    region = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(provider=None, organization__isnull=False, component__isnull=False)
                | Q(provider__isnull=False, organization=None),
                name="scope_of_provider_or_organization",
            ),
            models.UniqueConstraint(
                fields=["provider", "organization", "component", "country", "carrier", "region"],
                nulls_distinct=False,
                name="scope_once",
            ),
        ]

    def __str__(self) -> str:
        return f"scope {self.pk}"


class Follow(models.Model):
    """An organization cares about a scope: it gets a record of each incident that touches it."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="follows")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="follows")
    created_at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "scope"], name="follow_once")]

    def __str__(self) -> str:
        return f"organization {self.organization_id} follows scope {self.scope_id}"
