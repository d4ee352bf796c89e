"""What sources say now, and when each was last heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from kit.clock import real
from monitors.core.states import Source, State
from monitors.models import Feed, OfficialPost, Scope, SourceState

MISSED_POLLS = 3  # a feed that could not be read for this many intervals is no longer fresh


@dataclass(frozen=True, slots=True)
class Heard:
    """When a source was last heard (None: never), and how long that counts."""

    at: datetime | None
    good_for: timedelta

    def is_fresh(self, now: datetime) -> bool:
        return self.at is not None and now - self.at <= self.good_for


@dataclass(frozen=True, slots=True)
class SourceWord:
    """What one ref says about one scope. `scope` comes with provider, component, group and carrier.

    `evidence` is what it said with its word (Observation.evidence).
    """

    source: Source
    ref: str
    scope: Scope
    state: State
    since: datetime
    heard: Heard
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


def words_about(
    provider_id: int | None, organization_id: int | None, component_ids: Iterable[int | None] | None = None
) -> list[SourceWord]:
    """Return what an audience's sources say about a provider now, or about its own systems (provider None).

    `component_ids` narrows to scopes of these components (None: of no component). Posts that are over
    are left out: they say nothing about now.
    """
    rows = SourceState.objects.filter(_visible_to(organization_id), _of(provider_id, organization_id))
    if component_ids is not None:
        wanted = set(component_ids)
        no_component = Q(scope__component=None) if None in wanted else Q()
        rows = rows.filter(Q(scope__component__in=wanted - {None}) | no_component)
    rows = rows.exclude(ref__startswith="post:", state__in=(State.OPERATIONAL, State.UNKNOWN))
    rows = rows.select_related("scope__provider", "scope__component__group", "scope__carrier")
    return _words(list(rows.order_by("id")))


def words_by_source(sightings: Iterable[tuple[str, int]]) -> dict[tuple[str, int], SourceWord]:
    """Return what sources say now, by (ref, scope id), whatever their audience."""
    wanted = set(sightings)
    rows = SourceState.objects.filter(ref__in={ref for ref, _ in wanted}, scope__in={scope for _, scope in wanted})
    rows = rows.select_related("scope__provider", "scope__component__group", "scope__carrier")
    return {(word.ref, word.scope.id): word for word in _words(list(rows)) if (word.ref, word.scope.id) in wanted}


def maintenance_scopes(provider_ids: Iterable[int], now: datetime) -> list[Scope]:
    """Return the scopes of providers that are inside an official maintenance window now.

    A window runs from its announced start to its announced end, or for as long as the vendor's page says so.
    """
    says_so = Q(
        source_states__source=Source.OFFICIAL,
        source_states__state=State.MAINTENANCE,
        source_states__organization=None,
    )
    running = Q(
        Q(post_scopes__post__scheduled_until__gt=now) | Q(post_scopes__post__phase__in=("in_progress", "verifying")),
        post_scopes__post__kind="maintenance",
        post_scopes__post__scheduled_for__lte=now,
        post_scopes__post__resolved_at=None,
        post_scopes__post__gone_at=None,
    )
    found = Scope.objects.filter(says_so | running, provider__in=list(provider_ids)).distinct()
    return list(found.select_related("provider", "component__group", "carrier"))


def feeds_heard(provider_ids: Iterable[int]) -> dict[int, Mapping[int, Heard]]:
    """Return {provider id: {feed id: when it could last be read}} for enabled feeds."""
    found: dict[int, dict[int, Heard]] = {provider_id: {} for provider_id in provider_ids}
    rows = Feed.objects.filter(provider__in=found, is_enabled=True)
    for feed in rows.only("id", "provider_id", "last_read_at", "interval_s"):
        found[feed.provider_id][feed.id] = _feed_heard(feed)
    return dict(found)


def _feed_heard(feed: Feed) -> Heard:
    # Never less than real polls take, however fast the product's clock runs.
    return Heard(feed.last_read_at, max(MISSED_POLLS * timedelta(seconds=feed.interval_s), real(90)))


def _visible_to(organization_id: int | None) -> Q:
    public = Q(organization=None)
    return public if organization_id is None else public | Q(organization_id=organization_id)


def _of(provider_id: int | None, organization_id: int | None) -> Q:
    if provider_id is not None:
        return Q(scope__provider_id=provider_id)
    return Q(scope__provider=None, scope__organization_id=organization_id)


def _words(rows: Sequence[SourceState]) -> list[SourceWord]:
    read_at = _feeds_read_at({row.ref for row in rows})
    return [
        SourceWord(
            source=Source(row.source),
            ref=row.ref,
            scope=row.scope,
            state=row.state,
            since=row.since,
            # A feed that answers "not modified" repeats what it said, without an observation.
            heard=Heard(
                max(row.observed_at, read_at.get(row.ref) or row.observed_at), timedelta(seconds=row.fresh_for_s)
            ),
            reason=row.reason,
            evidence=row.evidence,
        )
        for row in rows
    ]


def _feeds_read_at(refs: Iterable[str]) -> dict[str, datetime | None]:
    """Return when the feed behind each official ref ("feed:7", "post:93") could last be read."""
    feeds = {ref: int(ref.removeprefix("feed:")) for ref in refs if ref.startswith("feed:")}
    posts = {ref: int(ref.removeprefix("post:")) for ref in refs if ref.startswith("post:")}
    of_feed = dict(Feed.objects.filter(id__in=feeds.values()).values_list("id", "last_read_at"))
    of_post = dict(OfficialPost.objects.filter(id__in=posts.values()).values_list("id", "feed__last_read_at"))
    known = {ref: of_feed.get(id_) for ref, id_ in feeds.items()}
    return known | {ref: of_post.get(id_) for ref, id_ in posts.items()}
