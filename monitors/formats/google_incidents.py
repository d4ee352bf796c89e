"""Google's incidents.json (Cloud, Workspace, Play): years of incidents, newest first, an `end` once over.

There is no list of components with states and there are no maintenances: a product that an incident ever named is
listed, and is fine while no open incident names it. The last
updates of a closed incident say AVAILABLE, and so may those of an open one: only `end` tells that it is over.
Source: https://status.cloud.google.com/incidents.schema.json
"""

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    ComponentReading,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UpdateReading,
)
from monitors.formats.reading import MOST_POSTS, Json, Words, as_list, as_object, load, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

IMPACTS = {
    "AVAILABLE": State.OPERATIONAL,
    "SERVICE_INFORMATION": State.OPERATIONAL,
    "SERVICE_DISRUPTION": State.DEGRADED,
    "SERVICE_OUTAGE": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(IMPACTS)
    incidents = as_list(load(body), "the document")[:MOST_POSTS]
    posts = tuple(_post(as_object(item, "an incident"), words) for item in incidents)
    return Snapshot(components=_products(incidents, posts), posts=posts, unknown_words=tuple(words.unknown))


def _products(incidents: list[object], posts: tuple[PostReading, ...]) -> tuple[ComponentReading, ...]:
    names = {
        text(product, "id"): title_text(text(product, "current_title", "") or text(product, "title"))
        for item in reversed(incidents)  # the newest name wins
        for product in objects(as_object(item, "an incident"), "affected_products", required=False)
        if product.get("id")
    }
    states = dict.fromkeys(names, State.OPERATIONAL)
    for product, impact in (part for post in posts if not post.phase.is_over for part in post.components):
        states[product] = _graver(states[product], impact)
    return tuple(ComponentReading(product, names[product], states[product], "") for product in names)


def _graver(one: State, other: State) -> State:
    """What is impaired outweighs what we cannot read, and that what is well."""
    return max(one, other) if max(one, other).is_impaired else min(one, other)


def _post(item: Json, words: Words) -> PostReading:
    ended = moment(item.get("end"))
    impact = words.state(text(item, "status_impact"))
    began = moment(item.get("begin"))
    updates = tuple(sorted((_update(u, ended is not None) for u in objects(item, "updates")), key=lambda u: u.at))
    products = [p for p in objects(item, "affected_products", required=False) if p.get("id")]
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.NOTICE if impact is State.OPERATIONAL else PostKind.INCIDENT,
        title=title_text(text(item, "external_desc")),
        phase=Phase.RESOLVED if ended else Phase.INVESTIGATING,
        impact=impact,
        posted_at=moment(item.get("created")) or began,
        began_at=began,
        resolved_at=ended,
        url="",  # `uri` is relative to a host that the body does not name
        components=tuple((text(product, "id"), impact) for product in products),
        updates=updates,
    )


def _update(item: Json, over: bool) -> UpdateReading:
    at = moment(item.get("when")) or moment(item.get("created"))
    if at is None:
        raise ValueError("an update without a time")
    edited = moment(item.get("modified"))
    closing = over and text(item, "status", "") == "AVAILABLE"
    return UpdateReading(
        external_id=text(item, "created"),
        phase=Phase.RESOLVED if closing else Phase.INVESTIGATING,
        body=plain_text(text(item, "text", "")),
        at=at,
        edited_at=edited if edited and edited > at else None,
    )


def claims(sample: Sample) -> Claim:
    known = any("external_desc" in row and "affected_products" in row for row in sample.rows())
    return Claim.CERTAIN if known else Claim.NO


FORMAT = Format(
    label="Google incidents",
    parse=parse,
    claims=claims,
    vendor={
        "status.cloud.google.com": "https://status.cloud.google.com/incidents.json",
        "status.firebase.google.com": "https://status.firebase.google.com/incidents.json",
        "status.play.google.com": "https://status.play.google.com/incidents.json",
        "www.google.com": "https://www.google.com/appsstatus/dashboard/incidents.json",
    },
)
