"""What a body of a feed came to, as one JSON document or as text. The shape is in docs/FORMATS.md."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from monitors.core.states import State
from monitors.formats.base import Snapshot
from monitors.models import Component, Feed, OfficialPost, SourceState
from monitors.queries.official import scope_words, with_scopes

Json = dict[str, Any]


class _Report(Protocol):
    @property
    def unplaced(self) -> int: ...
    @property
    def state_changes(self) -> int: ...


def reading_as_json(feed_id: int, snapshot: Snapshot, report: _Report, *, now: datetime, stored: bool) -> Json:
    """Return what the rows say of the posts and components that this body had."""
    feed = Feed.objects.select_related("provider").get(id=feed_id)
    ids = [post.external_id for post in snapshot.posts]
    rows = with_scopes(OfficialPost.objects.filter(feed=feed, external_id__in=ids))
    posts = list(rows.prefetch_related("updates__revisions").order_by("-began_at", "id"))
    shown = [_post(post) for post in posts]
    components = _components(feed, snapshot)
    return {
        "provider": feed.provider.slug,
        "format": feed.format,
        "at": now.isoformat(),
        "stored": stored,
        "page": {"id": snapshot.page_id, "name": snapshot.page_name, "time_zone": snapshot.time_zone},
        "headline": snapshot.headline.slug if snapshot.headline is not None else None,
        "lists_everything_open": sorted(kind.value for kind in snapshot.lists_open),
        "counts": _counts(components, shown, report),
        "components": components,
        "incidents": [post for post in shown if post["kind"] == "incident"],
        "maintenances": [post for post in shown if post["kind"] == "maintenance"],
        "notices": [post for post in shown if post["kind"] == "notice"],
        "scopes": _scopes(posts, feed),
        "unplaced": [_unplaced(post) for post in posts if not post.is_placed or post.unplaced],
        "unknown_words": dict(Counter(snapshot.unknown_words)),
    }


def reading_as_text(document: Json) -> str:
    """Return the document for a person to read."""
    lines = [f"{document['provider']}, {document['format']}, at {document['at']}"]
    lines += [f"  {name.replace('_', ' ')}: {value}" for name, value in document["counts"].items()]
    for kind in ("incidents", "maintenances", "notices"):
        for post in document[kind]:
            lines.append(f"- {kind.removesuffix('s')}, {post['phase']}, {post['began_at']}: {post['title']}")
            lines += [f"    {words}" for words in post["scopes"]] or ["    names no scope that we know"]
    lines += [f"word that no table has: {word} ({times})" for word, times in document["unknown_words"].items()]
    if not document["stored"]:
        lines.append("Nothing was stored.")
    return "\n".join(lines)


_TABLE = ("components", "groups", "incidents", "maintenances", "notices", "updates")


def reading_as_row(name: str, document: Json) -> Json:
    """Return what a body came to in one row of a table; `placed` is of the posts that the body has."""
    counts = document["counts"]
    posts = counts["incidents"] + counts["maintenances"] + counts["notices"]
    return {
        "body": name,
        "format": document["format"],
        **{column: counts[column] for column in _TABLE},
        "placed": counts["placed"],
        "posts": posts,
        "unknown_words": sum(document["unknown_words"].values()),
        "reason": "",
    }


def unread_row(name: str, format_name: str, reason: str) -> Json:
    """Return the row of a body that could not be read."""
    nothing = dict.fromkeys((*_TABLE, "placed", "posts", "unknown_words"), 0)
    return {"body": name, "format": format_name or "unknown", **nothing, "reason": reason}


def rows_as_text(rows: Sequence[Json]) -> str:
    """Return rows as a table for a person to read; a body that could not be read has its reason instead of figures."""
    head = ["body", "format", *_TABLE, "placed", "unknown words"]
    lines = [[row["body"], row["format"], *_figures(row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    told = [_line(head, widths)]
    for row, line in zip(rows, lines, strict=True):
        told.append(_line([*line[:2], row["reason"]] if row["reason"] else line, widths))
    sums = {column: sum(row[column] for row in rows) for column in (*_TABLE, "placed", "posts", "unknown_words")}
    told.append(
        f"{len(rows)} bodies, {sum(row['reason'] != '' for row in rows)} unreadable: "
        + ", ".join(f"{sums[column]} {column}" for column in _TABLE)
        + f"; {sums['placed']} of {sums['posts']} posts placed, {sums['unknown_words']} words that no table has."
    )
    return "\n".join(told)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, figures to the right, a reason as long as it is."""
    names = [cell.ljust(width) for cell, width in zip(cells[:2], widths, strict=False)]
    rest = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=False)]
    return "  ".join([*names, *(rest if len(cells) > 3 else cells[2:])])


def _figures(row: Json) -> list[str]:
    placed = f"{row['placed']} of {row['posts']}" if row["posts"] else "-"
    return [*(str(row[column]) for column in _TABLE), placed, str(row["unknown_words"])]


def _counts(components: Sequence[Json], posts: Sequence[Json], report: _Report) -> Json:
    kinds = Counter(post["kind"] for post in posts)
    return {
        "components": sum(not component["is_group"] for component in components),
        "groups": sum(component["is_group"] for component in components),
        "components_by_state": dict(Counter(c["state"] for c in components if not c["is_group"])),
        "incidents": kinds["incident"],
        "incidents_open": sum(post["kind"] == "incident" and post["is_open"] for post in posts),
        "maintenances": kinds["maintenance"],
        "maintenances_open": sum(post["kind"] == "maintenance" and post["is_open"] for post in posts),
        "notices": kinds["notice"],
        "updates": sum(len(post["updates"]) for post in posts),
        "placed": sum(bool(post["scopes"]) for post in posts),
        "unplaced": sum(not post["scopes"] for post in posts),
        "scopes": len({scope for post in posts for scope in post["scopes"]}),
        "state_changes": report.state_changes,
    }


def _components(feed: Feed, snapshot: Snapshot) -> list[Json]:
    ids = [component.external_id for component in snapshot.components or ()]
    rows = Component.objects.filter(feed=feed, external_id__in=ids).select_related("group").order_by("position", "id")
    return [
        {
            "id": row.external_id,
            "name": row.name,
            "group": row.group.name if row.group else None,
            "is_group": row.is_group,
            "state": row.state.slug,
            "word": row.word,
        }
        for row in rows
    ]


def _post(post: OfficialPost) -> Json:
    return {
        "id": post.external_id,
        "kind": post.kind,
        "title": post.title,
        "phase": post.phase,
        "impact": post.impact.slug,
        "is_open": post.resolved_at is None and post.gone_at is None,
        "url": post.url,
        "posted_at": _time(post.posted_at),
        "began_at": _time(post.began_at),
        "resolved_at": _time(post.resolved_at),
        "scheduled_for": _time(post.scheduled_for),
        "scheduled_until": _time(post.scheduled_until),
        "scopes": list(scope_words(post.post_scopes.all())),
        "unplaced_words": post.unplaced,
        "updates": [
            {
                "id": update.external_id,
                "phase": update.phase,
                "at": _time(update.at),
                "edited_at": _time(update.edited_at),
                "body": update.body,
                "revisions": len(update.revisions.all()),
            }
            for update in reversed(list(post.updates.all()))
        ],
    }


def _scopes(posts: Sequence[OfficialPost], feed: Feed) -> list[Json]:
    """The scopes of the posts, and the state that the official source now gives each."""
    said: dict[int, State] = {}
    refs = [f"feed:{feed.id}", *(f"post:{post.id}" for post in posts)]
    for row in SourceState.objects.filter(ref__in=refs):
        said[row.scope_id] = max(row.state, said.get(row.scope_id, State.UNKNOWN))
    links = {link.scope_id: link.scope for post in posts for link in post.post_scopes.all()}
    return [
        {
            "service": scope.component.service if scope.component else "",
            "component": scope.component.name if scope.component else None,
            "country": scope.country,
            "carrier": scope.carrier.name if scope.carrier else None,
            "region": scope.region,
            "state_now": said.get(scope_id, State.UNKNOWN).slug,
        }
        for scope_id, scope in links.items()
    ]


def _unplaced(post: OfficialPost) -> Mapping[str, object]:
    return {"id": post.external_id, "title": post.title, "is_placed": post.is_placed, "words": post.unplaced}


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
