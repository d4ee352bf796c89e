"""Where checks are made from, and what each place last saw."""

from django.db import models

from monitors.models.checks import Monitor
from monitors.models.fields import StateField


class RegionWord(models.Model):
    """What one region last said about one monitor that is checked from several; `since` when it began to."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="words")
    region = models.PositiveSmallIntegerField()
    state = StateField()
    since = models.DateTimeField()
    at = models.DateTimeField()
    total_us = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "region"], name="region_word_once")]

    def __str__(self) -> str:
        return f"region {self.region} says {self.state.word} of monitor {self.monitor_id}"


class RegionWatch(models.Model):
    """Whether a region has a prober at work, and whether its own network can be believed.

    The fields are those of monitors.core.guard.Watch, which says what they mean.
    `suspected_since` is set while it disagrees with all other regions; at `attended_at` a prober was last heard of.
    """

    region = models.PositiveSmallIntegerField(primary_key=True)
    last_good_at = models.DateTimeField(null=True)
    last_round_at = models.DateTimeField(null=True)
    blind_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    good_rounds = models.PositiveSmallIntegerField(default=0)
    dark_from = models.DateTimeField(null=True)
    dark_until = models.DateTimeField(null=True)
    suspected_since = models.DateTimeField(null=True)
    attended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"region {self.region}: {'blind' if self.blind_since else 'sees'}"
