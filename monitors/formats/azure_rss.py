"""Azure's status feed: an item per broad incident that is active now, and none when all is well.

A guid is a slug that is used again years later, so a post is a guid and its date. Services and regions are mixed in the
categories. The text is replaced in place, and a finished item vanishes.
"""

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import reading
from monitors.formats.rss_generic import impact_in, phase_in
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text


@reading
def parse(body: bytes) -> Snapshot:
    posts = tuple(_post(entry) for entry in entries(body))
    return Snapshot(posts=posts, lists_open=frozenset({PostKind.INCIDENT}))


def _post(entry: Entry) -> PostReading:
    title, words = title_text(entry.title), plain_text(entry.words)
    at = entry.published or entry.updated
    said = phase_in(title)
    phase = said if said is not Phase.UNKNOWN else Phase.INVESTIGATING
    impact = max(impact_in(title), State.DEGRADED)  # only broad, active incidents are posted here
    return PostReading(
        external_id=f"{entry.key} {at:%Y-%m-%d}" if at else entry.key,
        kind=PostKind.INCIDENT,
        title=title,
        phase=phase,
        impact=impact,
        posted_at=at,
        resolved_at=at if phase.is_over else None,
        components=tuple((title_text(name), impact) for name in entry.categories if name.strip()),
        updates=(UpdateReading("current", phase, words, at),) if at and words else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_feed and "<title>azure status" in sample.head else Claim.NO


FORMAT = Format(
    label="Azure RSS",
    parse=parse,
    claims=claims,
    vendor={"azure.status.microsoft": "https://azure.status.microsoft/en-us/status/feed/"},
)
