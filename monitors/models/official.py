"""Official feeds: what vendors publish about themselves, kept word for word."""

from django.db import models
from django.db.models import F, Q

from monitors.core.states import State
from monitors.models.fields import StateField
from monitors.models.providers import Provider, Scope


class Feed(models.Model):
    """One official feed of a provider: a status page in a known format, polled on its own interval.

    `last_read_at` is the last time that it could be read (a 304 counts): it is the feed's freshness.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="feeds")
    format = models.CharField(max_length=40)
    url = models.URLField(max_length=1000)
    interval_s = models.PositiveIntegerField(default=60)
    is_enabled = models.BooleanField(default=True)
    next_poll_at = models.DateTimeField(null=True)  # None: not scheduled
    fence = models.PositiveIntegerField(default=0)  # raised at each claim; a poll with an older one is dropped
    last_poll_at = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)
    last_change_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # unreadable polls in a row
    error = models.CharField(max_length=500, blank=True)
    page_id = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    unknown_words = models.JSONField(default=dict)  # {word: times seen}
    # {kind: external ids that the last full list lacked}: missing twice is gone
    absent = models.JSONField(default=dict)
    backfilled_at = models.DateTimeField(null=True)  # None: its history is to be asked for
    backfill_tries = models.PositiveSmallIntegerField(default=0)
    redetected_at = models.DateTimeField(null=True)  # when we last looked for where its page has gone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "format", "url"], name="feed_once"),
            models.CheckConstraint(condition=Q(interval_s__gte=30), name="feed_interval_floor"),
        ]
        indexes = [models.Index(fields=["next_poll_at"], name="feed_due", condition=Q(is_enabled=True))]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.format}"


class FeedMove(models.Model):
    """A feed's page moved or changed its platform, and we followed it there: said on the provider's page."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    old_format = models.CharField(max_length=40)
    new_format = models.CharField(max_length=40)
    old_url = models.URLField(max_length=1000)
    new_url = models.URLField(max_length=1000)
    reason = models.CharField(max_length=500)  # what was wrong with the old one

    class Meta:
        indexes = [models.Index(fields=["feed", "-at"])]

    def __str__(self) -> str:
        return f"{self.old_format} to {self.new_format}"


class FeedDocument(models.Model):
    """One address of a feed, with what is needed to ask for it conditionally."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="documents")
    name = models.CharField(max_length=40)
    url = models.URLField(max_length=1000)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the last readable body
    fetched_at = models.DateTimeField(null=True)  # when its body last came in full
    distrusted_at = models.DateTimeField(null=True)  # when it was caught answering "not modified" though it was
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "name"], name="feed_document_once")]

    def __str__(self) -> str:
        return self.url


class Coverage(models.Model):
    """A span of time for which a source could be read: outside of it a timeline shows "no data".

    `ref` names the source as observations do ("feed:7", "monitor:4").
    """

    ref = models.CharField(max_length=60)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ended_at__gte=F("began_at")), name="coverage_forward")]
        indexes = [models.Index(fields=["ref", "-ended_at"])]

    def __str__(self) -> str:
        return f"{self.ref} {self.began_at:%F %T} to {self.ended_at:%F %T}"


class OfficialPost(models.Model):
    """An incident, maintenance or notice as its vendor published it.

    `gone_at` is when it vanished from the feed without having been resolved: that is not a resolution.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="posts")
    feed = models.ForeignKey(Feed, models.CASCADE, related_name="posts")
    external_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=12)  # monitors.formats.base.PostKind
    title = models.CharField(max_length=300)
    phase = models.CharField(max_length=14)  # monitors.formats.base.Phase of the latest update
    impact = StateField(default=State.UNKNOWN)
    url = models.URLField(max_length=1000, blank=True)
    posted_at = models.DateTimeField()  # when the vendor published it
    began_at = models.DateTimeField()  # when the vendor says it began
    resolved_at = models.DateTimeField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    scheduled_until = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    is_placed = models.BooleanField(default=False)  # False: its text named no scope that we know
    unplaced = models.JSONField(default=list)  # words of its title that could not be placed
    named = models.JSONField(default=list)  # ids of the components that the vendor lists with it, placed there or not

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "external_id"], name="official_post_once")]
        indexes = [
            models.Index(fields=["provider", "-began_at"]),
            models.Index(fields=["provider"], name="official_post_open", condition=Q(resolved_at=None, gone_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class OfficialPostScope(models.Model):
    """A scope that a post names, and the state the post puts it in."""

    post = models.ForeignKey(OfficialPost, models.CASCADE, related_name="post_scopes")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="post_scopes")
    state = StateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "scope"], name="official_post_scope_once")]

    def __str__(self) -> str:
        return f"post {self.post_id} about scope {self.scope_id}"


class OfficialUpdate(models.Model):
    """One update of a post as it reads now; earlier wordings are its revisions."""

    post = models.ForeignKey(OfficialPost, models.CASCADE, related_name="updates")
    external_id = models.CharField(max_length=300)
    phase = models.CharField(max_length=14)
    body = models.TextField()  # plain text
    at = models.DateTimeField()  # when the vendor shows it as posted
    first_seen_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "external_id"], name="official_update_once")]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.phase}: {self.body[:60]}"


class OfficialRevision(models.Model):
    """An earlier wording of an update that its vendor edited in place."""

    update = models.ForeignKey(OfficialUpdate, models.CASCADE, related_name="revisions")
    phase = models.CharField(max_length=14)
    body = models.TextField()
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.phase}: {self.body[:60]}"
