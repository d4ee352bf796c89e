"""StatusCake's public report: the monitors of a page ("TestData"), each up or down; no incident, no text."""

import re
from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Json, Words, listed, load_object, objects, reading, text
from monitors.formats.text import title_text

STATES = {
    "Up": State.OPERATIONAL,
    "Down": State.MAJOR_OUTAGE,
    "Paused": State.UNKNOWN,
}
_PUBLIC_ID = re.compile(r"PublicReportHandler\.php\?PublicID=([A-Za-z0-9]{4,20})\b")
_NAMES = ("WebsiteName", "Name", "name")
_IDS = ("TestID", "ID", "id")


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    rows = list(objects(load_object(body), "TestData"))
    components = listed(_component(row, place, words) for place, row in enumerate(rows))
    return Snapshot(components=components, unknown_words=tuple(words.unknown))


def _component(row: Json, place: int, words: Words) -> ComponentReading:
    name = title_text(_first(row, _NAMES)) or f"Monitor {place + 1}"
    word = text(row, "Status")
    return ComponentReading(_first(row, _IDS) or name, name, words.state(word), word[:60], position=place)


def _first(row: Json, keys: tuple[str, ...]) -> str:
    return next((text(row, key) for key in keys if row.get(key) is not None), "")


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if any("Status" in row for row in sample.rows("TestData")) else Claim.NO


def addresses(sample: Sample) -> Iterator[str]:
    """The report goes by the page's public id, which its HTML says."""
    for public_id in _PUBLIC_ID.findall(sample.text)[:1]:
        yield f"https://app.statuscake.com/Workfloor/PublicReportHandler.php?PublicID={public_id}"


FORMAT = Format(
    label="StatusCake",
    parse=parse,
    claims=claims,
    marks=("app.statuscake.com/", "statuscake-public"),
    addresses=addresses,
)
