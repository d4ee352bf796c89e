"""What official feeds say now and said in the past."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet

from monitors.core.states import State
from monitors.models import Component, OfficialPost, OfficialPostScope, Scope


@dataclass(frozen=True, slots=True)
class OpenPost:
    """A post that is neither over nor gone; `scopes` in words ("SMS, JP, NTT DOCOMO")."""

    id: int
    kind: str
    phase: str
    title: str
    began_at: datetime
    scopes: tuple[str, ...]


def open_posts(feed_id: int) -> list[OpenPost]:
    """Return what a feed lists as open, worst and latest first."""
    rows = OfficialPost.objects.filter(feed_id=feed_id, resolved_at=None, gone_at=None)
    return [
        OpenPost(row.id, row.kind, row.phase, row.title, row.began_at, scope_words(row.post_scopes.all()))
        for row in with_scopes(rows).order_by("kind", "-impact", "-began_at")
    ]


def components_by_state(feed_id: int) -> Mapping[State, int]:
    """Return how many of a feed's components, groups left out, are in each state."""
    rows = Component.objects.filter(feed_id=feed_id, gone_at=None, is_group=False).values_list("state")
    return {State(state): number for state, number in rows.annotate(number=Count("id")).order_by("-state")}


def with_scopes(posts: QuerySet[OfficialPost]) -> QuerySet[OfficialPost]:
    """Add to posts, in two queries, what scope_words needs."""
    links = OfficialPostScope.objects.select_related("scope__component", "scope__carrier", "scope__provider")
    return posts.prefetch_related(Prefetch("post_scopes", links.order_by("id")))


def scope_words(links: Iterable[OfficialPostScope]) -> tuple[str, ...]:
    return tuple(words_of(link.scope) for link in links)


def words_of(scope: Scope) -> str:
    """Return a scope in words, from its service down to its carrier: "SMS, JP, NTT DOCOMO"."""
    provider = scope.provider.name if scope.provider else ""
    parts = [
        scope.component.name if scope.component else f"all of {provider}",
        scope.country,
        scope.region,
        scope.carrier.name if scope.carrier else "",
    ]
    return ", ".join(part for part in parts if part)
