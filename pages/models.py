"""Public status pages of organizations."""

from django.db import models

from kit.clock import clock
from monitors.models import Scope


class StatusPage(models.Model):
    """An organization's public page, at /s/<slug>."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="status_pages")
    slug = models.SlugField(max_length=50, unique=True)
    title = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock)
    is_public = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class StatusPageRow(models.Model):
    """One line of a status page: a scope under a name of the organization's choice."""

    page = models.ForeignKey(StatusPage, models.CASCADE, related_name="rows")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="page_rows")
    name = models.CharField(max_length=100)
    group = models.CharField(max_length=100, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["page", "scope"], name="page_row_once")]

    def __str__(self) -> str:
        return self.name
