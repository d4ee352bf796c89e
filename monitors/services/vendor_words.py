"""What the official source says now, as observations: of components that are impaired, and of open posts."""

from collections.abc import Iterable, Iterator, Set
from datetime import datetime

from kit.clock import real
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.formats.base import Phase, PostKind
from monitors.models import Component, Feed, OfficialPost, OfficialPostScope, SourceState
from monitors.services.scopes import scope_of

_SILENT = (State.OPERATIONAL, State.UNKNOWN)


def fresh_for_s(feed: Feed) -> int:
    """How long a reading of the feed counts, in seconds: some missed polls, at the clock's pace."""
    return max(900, 5 * feed.interval_s, int(real(90).total_seconds()))


def component_observations(feed: Feed, *, now: datetime) -> list[Observation]:
    """What the feed says of each component that is impaired, in maintenance, or was either."""
    ref = f"feed:{feed.id}"
    spoken = dict(SourceState.objects.filter(ref=ref).values_list("scope__component_id", "state"))
    rows = Component.objects.filter(feed=feed, is_group=False).exclude(external_id="")
    return [
        _of_component(feed, ref, row, now)
        for row in rows
        if row.state > State.OPERATIONAL or spoken.get(row.id, row.state) != row.state
    ]


def _of_component(feed: Feed, ref: str, row: Component, now: datetime) -> Observation:
    provider = feed.provider
    says = f"{provider.name}'s status page says of {row.name}: {row.word or row.state.word}."
    gone = f"{provider.name}'s status page no longer lists {row.name}."
    return Observation(
        source=Source.OFFICIAL,
        ref=ref,
        scope_id=scope_of(provider, component=row).id,
        state=row.state,
        at=now,
        reason=gone if row.gone_at else says,
        evidence={"feed_id": feed.id, "component_id": row.id, "word": row.word},
        fresh_for_s=fresh_for_s(feed),
    )


def post_observations(feed: Feed, seen: Set[str], *, now: datetime) -> list[Observation]:
    """What each post says of its scopes.

    Only a post that this reading has `seen` begins to say something: what only a history tells, or
    what is missing from the list, is no news. One that has spoken says so until it is over.
    """
    spoken = _spoken(feed)
    posts = OfficialPost.objects.filter(feed=feed, kind=PostKind.INCIDENT.value)
    live = posts.filter(resolved_at=None, gone_at=None, external_id__in=seen)
    rows = {post.id: post for post in [*live, *OfficialPost.objects.filter(id__in=spoken)]}
    links: dict[int, dict[int, State]] = {post_id: {} for post_id in rows}
    for link in OfficialPostScope.objects.filter(post__in=rows):
        links[link.post_id][link.scope_id] = link.state
    return [
        observation
        for post_id, post in rows.items()
        for observation in _of_post(feed, post, links[post_id], spoken.get(post_id, {}), now)
    ]


def _spoken(feed: Feed) -> dict[int, dict[int, SourceState]]:
    """What posts of the feed still say: {post id: {scope id: source state}}."""
    rows = SourceState.objects.filter(scope__provider_id=feed.provider_id, ref__startswith="post:")
    found: dict[int, dict[int, SourceState]] = {}
    for row in rows.exclude(state__in=_SILENT):
        found.setdefault(int(row.ref.removeprefix("post:")), {})[row.scope_id] = row
    ours = set(OfficialPost.objects.filter(feed=feed, id__in=found).values_list("id", flat=True))
    return {post_id: states for post_id, states in found.items() if post_id in ours}


def _of_post(
    feed: Feed, post: OfficialPost, links: dict[int, State], spoken: dict[int, SourceState], now: datetime
) -> Iterator[Observation]:
    is_over = post.resolved_at is not None or post.gone_at is not None or post.kind != PostKind.INCIDENT.value
    said = {} if is_over else {scope_id: state for scope_id, state in links.items() if state.is_impaired}
    for scope_id, state in said.items():
        for at in _moments(post, spoken.get(scope_id), now):
            yield _observation(feed, post, scope_id, state, at)
    for scope_id, row in spoken.items():
        if scope_id not in said:
            # Never before the last word: an older observation would be dropped.
            at = max(_end(post, now), row.observed_at)
            yield _observation(feed, post, scope_id, State.OPERATIONAL, at)


def _moments(post: OfficialPost, spoken: SourceState | None, now: datetime) -> Iterable[datetime]:
    """The first word counts from when the vendor says it began; a word also has to be fresh."""
    return (now,) if spoken or post.began_at >= now else (post.began_at, now)


def _end(post: OfficialPost, now: datetime) -> datetime:
    return min(post.resolved_at or post.gone_at or now, now)


def _observation(feed: Feed, post: OfficialPost, scope_id: int, state: State, at: datetime) -> Observation:
    return Observation(
        source=Source.OFFICIAL,
        ref=f"post:{post.id}",
        scope_id=scope_id,
        state=state,
        at=at,
        reason=_reason(feed, post, state),
        evidence={"post_id": post.id, "phase": post.phase, "url": post.url},
        fresh_for_s=fresh_for_s(feed),
    )


def _reason(feed: Feed, post: OfficialPost, state: State) -> str:
    name, title = feed.provider.name, post.title
    if post.gone_at is not None:
        return f"{name} removed “{title}” from its status page without resolving it."
    if post.resolved_at is not None:
        return f"{name} resolved “{title}”."
    if state.is_impaired:
        phase = "" if post.phase == Phase.UNKNOWN else f" ({post.phase})"
        return f"{name} posted “{title}”{phase}."
    return f"{name} no longer says in “{title}” that this is impaired."
