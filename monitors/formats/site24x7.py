"""Site24x7 StatusIQ's RSS: an item per component, "name - Operational", all with one and the same guid."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import Words, reading
from monitors.formats.syndication import entries
from monitors.formats.text import title_text

STATES = {
    "Operational": State.OPERATIONAL,
    "Informational": State.OPERATIONAL,
    "Under Maintenance": State.MAINTENANCE,
    "Degraded Performance": State.DEGRADED,
    "Partial Outage": State.PARTIAL_OUTAGE,
    "Major Outage": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    components = []
    for place, entry in enumerate(entries(body)):
        name, dash, word = title_text(entry.title).rpartition(" - ")
        if not dash:
            raise UnreadableFeed(f"An item is called {entry.title!r:.80} where 'component - state' was expected.")
        key = entry.link.rpartition("/components/")[2] or name
        components.append(ComponentReading(key[:200], name, words.state(word), word, position=place))
    if not components:
        raise UnreadableFeed("The feed lists no component.")
    return Snapshot(components=tuple(components), unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    known = "www.site24x7.com/rssdefinitions" in sample.head or "#/components/" in sample.head
    return Claim.CERTAIN if sample.is_feed and known else Claim.NO


FORMAT = Format(
    label="Site24x7 StatusIQ",
    parse=parse,
    claims=claims,
    endpoints=("/rss",),
    marks=("site24x7",),
)
