"""Slack's own status API v2.0.0: `current` with what is open, `history` with the 50 newest.

Notes are newest first in the one and oldest first in the other, so they are sorted by date. Types: incident (the
usual word, partly working), outage, notice (nothing is down), maintenance.
"""

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    ComponentReading,
    Document,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import Json, Words, as_list, as_object, load, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text, web_address

IMPACTS = {
    "incident": State.DEGRADED,
    "outage": State.MAJOR_OUTAGE,
    "notice": State.OPERATIONAL,
    "maintenance": State.MAINTENANCE,
}
# The page always shows the same services, the API only those that are affected.
SERVICES = (
    "Login/SSO", "Connectivity", "Messaging", "Files", "Notifications", "Huddles", "Search",
    "Apps/Integrations/APIs", "Workspace/Org Administration", "Workflows", "Canvases",
)  # fmt: skip
PHASES = {
    "active": Phase.INVESTIGATING,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.COMPLETED,
    "cancelled": Phase.COMPLETED,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load(body)
    words = Words(IMPACTS)
    if isinstance(doc, list):  # history
        posts = tuple(_post(as_object(item, "an incident"), words) for item in doc[:500])
        return Snapshot(posts=posts, unknown_words=tuple(words.unknown))
    current = as_object(doc, "the document")
    if current.get("status") not in ("ok", "active"):
        raise UnreadableFeed(f"status is {current.get('status')!r:.60} where ok or active was expected.")
    posts = tuple(_post(item, words) for item in objects(current, "active_incidents"))
    return Snapshot(
        components=_components(posts),
        posts=posts,
        lists_open=frozenset({PostKind.INCIDENT, PostKind.NOTICE}),
        headline=State.OPERATIONAL if current["status"] == "ok" else None,
        unknown_words=tuple(words.unknown),
    )


def _components(posts: tuple[PostReading, ...]) -> tuple[ComponentReading, ...]:
    """Every service, in the state that the open posts put it in."""
    states = dict.fromkeys(SERVICES, State.OPERATIONAL)
    for name, impact in (component for post in posts if not post.phase.is_over for component in post.components):
        states[name] = max(states.get(name, State.OPERATIONAL), impact)
    return tuple(ComponentReading(name, name, state, "", position=n) for n, (name, state) in enumerate(states.items()))


def _post(item: Json, words: Words) -> PostReading:
    kind = {"maintenance": PostKind.MAINTENANCE, "notice": PostKind.NOTICE}.get(text(item, "type"), PostKind.INCIDENT)
    impact = words.state(text(item, "type"))
    phase = PHASES.get(text(item, "status"), Phase.UNKNOWN)
    if phase is Phase.INVESTIGATING and kind is PostKind.MAINTENANCE:
        phase = Phase.IN_PROGRESS
    if phase is Phase.UNKNOWN:
        words.unknown.append(text(item, "status")[:60])
    services = [name for name in as_list(item.get("services") or [], "services") if isinstance(name, str)]
    began, changed = moment(item.get("date_created")), moment(item.get("date_updated"))
    return PostReading(
        external_id=text(item, "id"),
        kind=kind,
        title=title_text(text(item, "title")),
        phase=phase,
        impact=impact,
        posted_at=began,
        began_at=began,
        resolved_at=changed if phase.is_over else None,
        url=web_address(item.get("url")),
        components=tuple((title_text(name), impact) for name in services),
        updates=_updates(item, phase),
    )


def _updates(item: Json, phase: Phase) -> tuple[UpdateReading, ...]:
    """Notes have no id and no phase of their own: the last one carries the post's if it is over."""
    notes = []
    for note in objects(item, "notes", required=False):
        at = moment(note.get("date_created"))
        if at is not None:
            notes.append((at, plain_text(text(note, "body", ""))))
    notes.sort(key=lambda note: note[0])
    last = len(notes) - 1
    return tuple(
        UpdateReading(at.isoformat(), phase if n == last else Phase.INVESTIGATING, body, at)
        for n, (at, body) in enumerate(notes)
    )


def claims(sample: Sample) -> Claim:
    if "active_incidents" in sample.doc:
        return Claim.CERTAIN
    return Claim.SECONDARY if any({"notes", "services"} <= row.keys() for row in sample.rows()) else Claim.NO


FORMAT = Format(
    label="Slack",
    parse=parse,
    documents=(Document("current"), Document("history", "/api/v2.0.0/history", every=10, required=False)),
    claims=claims,
    endpoints=("/api/v2.0.0/current",),
    vendor=dict.fromkeys(("slack-status.com", "status.slack.com"), "https://slack-status.com/api/v2.0.0/current"),
)
