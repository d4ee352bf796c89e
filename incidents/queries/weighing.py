"""What a change means beside all else that its audience's sources say now."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from incidents.core.fuse import Evidence, bears_against, fuse
from incidents.core.known import Change, KnownIncident
from incidents.core.scope import ScopeKey, covers, related
from incidents.queries.naming import PARTS, key_of
from incidents.queries.reliabilities import weighing
from monitors.core.states import Source, State
from monitors.models import Follow, OfficialPost, StateChange
from monitors.queries.states import SourceWord, maintenance_scopes, words_about


def named(post_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return {post id: the components that the vendor lists with it}."""
    wanted = set(post_ids)
    if not wanted:
        return {}
    return {id_: set(listed) for id_, listed in OfficialPost.objects.filter(id__in=wanted).values_list("id", "named")}


def words_near(organization_id: int | None, change: StateChange, known: Iterable[KnownIncident]) -> list[SourceWord]:
    """Return what an audience's sources say now of what a change and the incidents near it are about."""
    scope = key_of(change.scope)
    components: set[int | None] = {None, scope.component_id, scope.group_id}
    components |= {seen.scope.component_id for incident in known for seen in incident.seen}
    return words_about(change.provider_id, organization_id, components)


def weighed(organization_id: int | None, change: StateChange, words: Iterable[SourceWord], now: datetime) -> Change:
    """Return what a change says, weighed with what all of its audience's sources say now (`words`)."""
    scope = key_of(change.scope)
    post = post_id(change.ref)
    evidence = _evidence(change, scope, words, now)
    weights, confused_with = weighing(change.provider_id, organization_id, evidence)
    return Change(
        id=change.id,
        source=Source(change.source),
        ref=change.ref,
        scope_id=change.scope_id,
        scope=scope,
        new=change.new,
        at=change.at,
        verdict=fuse(evidence, weights),
        post_id=post,
        named=frozenset(named([post]).get(post, ())) if post else frozenset(),
        is_own=change.organization_id is not None,
        is_followed=organization_id is None or _is_followed(organization_id, scope),
        in_maintenance=change.new.is_impaired and _in_maintenance(scope, now),
        confused_with=confused_with,
    )


def _evidence(change: StateChange, scope: ScopeKey, words: Iterable[SourceWord], now: datetime) -> list[Evidence]:
    evidence = [Evidence.of(change.source, change.ref, change.new, change.evidence)]
    for word in words:
        key = key_of(word.scope)
        if word.ref == change.ref or not word.heard.is_fresh(now):
            continue
        if (word.state.is_impaired and related(key, scope)) or (
            word.state is State.OPERATIONAL and bears_against(word.source, key, scope)
        ):
            evidence.append(Evidence.of(word.source, word.ref, word.state, word.evidence))
    return evidence


def _is_followed(organization_id: int, scope: ScopeKey) -> bool:
    follows = Follow.objects.filter(Q(scope__provider_id=scope.provider_id), organization_id=organization_id)
    parts = (f"scope__{part}" for part in PARTS)
    return any(related(key_of(follow.scope), scope) for follow in follows.select_related(*parts))


def _in_maintenance(scope: ScopeKey, now: datetime) -> bool:
    windows = maintenance_scopes([scope.provider_id] if scope.provider_id else [], now)
    return any(covers(key_of(window), scope) for window in windows)


def post_id(ref: str) -> int | None:
    """Return the official post that a ref stands for, None for any other source."""
    return int(ref.removeprefix("post:")) if ref.startswith("post:") else None
