"""Algolia's status API: a map of clusters to their states."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import Words, as_object, load_object, reading
from monitors.formats.text import title_text

STATES = {
    "operational": State.OPERATIONAL,
    "maintenance": State.MAINTENANCE,
    "degraded_performance": State.DEGRADED,
    "partial_outage": State.PARTIAL_OUTAGE,
    "major_outage": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    clusters = as_object(doc.get("status", doc), "status")
    if not clusters or not all(isinstance(word, str) for word in clusters.values()):
        raise UnreadableFeed("The document is not a map of clusters to states.")
    words = Words(STATES)
    return Snapshot(
        components=tuple(
            ComponentReading(key[:200], title_text(key), words.state(word), str(word)[:60])
            for key, word in sorted(clusters.items())
        ),
        unknown_words=tuple(words.unknown),
    )


def claims(sample: Sample) -> Claim:
    clusters = sample.part("status") or sample.doc
    return Claim.LIKELY if clusters and all(word in STATES for word in map(str, clusters.values())) else Claim.NO


FORMAT = Format(
    label="Algolia",
    parse=parse,
    claims=claims,
    vendor={"status.algolia.com": "https://status.algolia.com/2/status/service/all/period/current"},
)
