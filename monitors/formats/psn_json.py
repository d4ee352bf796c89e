"""PlayStation Network's status per region: the named services and their states; an empty list says that all is well."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Words, load_object, objects, reading, text
from monitors.formats.text import title_text

STATES = {
    "OK": State.OPERATIONAL,
    "Maintenance": State.MAINTENANCE,
    "Degraded": State.DEGRADED,
    "Outage": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(STATES)
    region = title_text(text(doc, "regionName"))
    found = [words.state(text(item, "statusType")) for item in objects(doc, "status")]
    state = max(found, default=State.OPERATIONAL)
    component = ComponentReading(region, f"PlayStation Network ({region})", state, "")
    return Snapshot(components=(component,), unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if {"regionName", "status"} <= sample.doc.keys() else Claim.NO


FORMAT = Format(
    label="PlayStation Network",
    parse=parse,
    claims=claims,
    vendor={"status.playstation.com": "https://status.playstation.com/data/statuses/region/SCEA.json"},
)
