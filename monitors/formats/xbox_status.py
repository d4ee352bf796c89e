"""Xbox's service status: JSON or XML as asked for, each core service with the name of its state ("None": no problem).

Only "None" is well known; which words Microsoft uses in trouble was read from others' readers of it.
"""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.markup import Markup
from monitors.formats.reading import (
    Words,
    as_object,
    decode,
    listed,
    load_object,
    objects,
    reading,
    text,
)
from monitors.formats.text import title_text

STATES = {
    "None": State.OPERATIONAL,
    "Limited": State.DEGRADED,
    "Warning": State.DEGRADED,
    "Impacted": State.PARTIAL_OUTAGE,
    "Major": State.MAJOR_OUTAGE,
    "Major Outage": State.MAJOR_OUTAGE,
    "MajorOutage": State.MAJOR_OUTAGE,
    "Critical": State.MAJOR_OUTAGE,
    "Unavailable": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    page = decode(body).strip()
    pairs = _pairs_of_xml(page) if page.startswith("<") else _pairs_of_json(body)
    components = listed(
        ComponentReading(name[:100], name, words.state(word), word[:60], position=place)
        for place, (name, word) in enumerate(pairs)
    )
    return Snapshot(components=components, page_name="Xbox", unknown_words=tuple(words.unknown))


def _pairs_of_json(body: bytes) -> list[tuple[str, str]]:
    rows = objects(load_object(body), "CoreServices")
    return [(title_text(text(row, "Name")), text(as_object(row.get("Status"), "Status"), "Name")) for row in rows]


class _Services(Markup):
    """Collects (name, state) of each Category directly in CoreServices; scenarios inside one have names too."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._path.append(tag)
        if self._inside() == ["category"]:
            self._values = {}

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._path:
            return
        if self._inside() == ["category"] and {"name", "status"} <= self._values.keys():
            self.found.append((title_text(self._values["name"]), self._values["status"]))
        while self._path.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        key = {("category", "name"): "name", ("category", "status", "name"): "status"}.get(tuple(self._inside()))
        if key and data.strip():
            self._values[key] = data.strip()

    def _inside(self) -> list[str]:
        """The path below CoreServices, at most four steps of it."""
        at = self._path.index("coreservices") + 1 if "coreservices" in self._path[:4] else len(self._path)
        return self._path[at : at + 4]


def _pairs_of_xml(page: str) -> list[tuple[str, str]]:
    parser = _Services()
    parser.feed(page)
    parser.close()
    return parser.found


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.rows("CoreServices") or "<coreservices>" in sample.head else Claim.NO


FORMAT = Format(
    label="Xbox",
    parse=parse,
    claims=claims,
    vendor={"support.xbox.com": "https://xnotify.xboxlive.com/servicestatusv6/US/en-US"},
)
