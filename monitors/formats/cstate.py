"""cState's `/index.json`: a static site's systems, each with its unresolved issues."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Phase, PostKind, PostReading, Sample, Snapshot
from monitors.formats.reading import Json, Words, load_object, moment, objects, reading, text
from monitors.formats.text import title_text, web_address

STATES = {
    "ok": State.OPERATIONAL,
    "notice": State.OPERATIONAL,
    "disrupted": State.DEGRADED,
    "down": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(STATES)
    components: list[ComponentReading] = []
    posts: dict[str, PostReading] = {}
    for place, item in enumerate(objects(doc, "systems")):
        name, word = text(item, "name"), text(item, "status")
        components.append(ComponentReading(name, title_text(name), words.state(word), word, position=place))
        for issue in objects(item, "unresolvedIssues", required=False):
            post = _post(issue, words)
            posts[post.external_id] = post
    return Snapshot(
        components=tuple(components),
        posts=tuple(posts.values()),
        lists_open=frozenset({PostKind.INCIDENT}),
        headline=words.state(text(doc, "summaryStatus")),
        unknown_words=tuple(words.unknown),
    )


def _post(item: Json, words: Words) -> PostReading:
    began = moment(item.get("createdAt")) or moment(item.get("date"))
    impact = words.state(text(item, "severity", "disrupted"))
    affected = item.get("affected")
    named = affected if isinstance(affected, list) else []
    url = web_address(item.get("permalink"))
    return PostReading(
        external_id=url or text(item, "title"),
        kind=PostKind.NOTICE if impact is State.OPERATIONAL else PostKind.INCIDENT,
        title=title_text(text(item, "title")),
        phase=Phase.INVESTIGATING,
        impact=impact,
        posted_at=began,
        began_at=began,
        url=url,
        components=tuple((str(name), impact) for name in named),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "systems" in sample.doc and "summaryStatus" in sample.doc else Claim.NO


FORMAT = Format(
    label="cState",
    parse=parse,
    claims=claims,
    endpoints=("/index.json",),
    marks=("cstate",),
)
