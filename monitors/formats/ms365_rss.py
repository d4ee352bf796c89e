"""Microsoft's public status page: an item per admin center (RSS), or a post per service (JSON), with its state now.

`/api/feed/mac` is RSS of one item with Microsoft's own `<status>`; `/api/posts/m365Consumer` is a list of services as
JSON. Both say the present state and a sentence that never changes while all is well: there are no incidents and no past.
What a tenant sees needs a login (Graph) and is not this.
"""

from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Document, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import Json, Words, as_object, decode, listed, load, reading, text
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text

STATES = {
    "Available": State.OPERATIONAL,
    "Operational": State.OPERATIONAL,
    "Service operational": State.OPERATIONAL,
    "ServiceRestored": State.OPERATIONAL,
    "Service restored": State.OPERATIONAL,
    "Investigation": State.UNKNOWN,
    "Investigating": State.UNKNOWN,
    "Unknown": State.UNKNOWN,
    "Advisory": State.DEGRADED,
    "ServiceDegradation": State.DEGRADED,
    "Service degradation": State.DEGRADED,
    "ServiceInterruption": State.MAJOR_OUTAGE,
    "Service interruption": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    is_feed = decode(body).lstrip("\ufeff \r\n\t").startswith("<")
    found = _items(body, words) if is_feed else _posts(load(body), words)
    return Snapshot(components=listed(found), page_name="Microsoft 365", unknown_words=tuple(words.unknown))


def _items(body: bytes, words: Words) -> Iterator[ComponentReading]:
    for place, entry in enumerate(entries(body)):
        if not entry.status:
            raise UnreadableFeed(f"The item {entry.title!r:.80} has no <status>.")
        yield ComponentReading(_key(entry), *_said(entry.title, entry.status, words), position=place)


def _key(entry: Entry) -> str:
    """An item's title: its guid and link are those of the page, or change with the post."""
    return title_text(entry.title)[:100]


def _posts(document: object, words: Words) -> Iterator[ComponentReading]:
    rows = document if isinstance(document, list) else [document]
    for place, row in enumerate(as_object(item, "a post") for item in rows):
        key, name = _named(row)
        description = plain_text(text(row, "Message", ""), longest=1000)
        yield ComponentReading(key, *_said(name, text(row, "Status"), words), position=place, description=description)


def _named(row: Json) -> tuple[str, str]:
    name = text(row, "ServiceDisplayName", "") or text(row, "Title", "") or "Microsoft 365 admin center"
    return text(row, "ServiceWorkloadName", "") or name, name


def _said(name: str, word: str, words: Words) -> tuple[str, State, str]:
    return title_text(name), words.state(word), word[:60]


def claims(sample: Sample) -> Claim:
    if sample.is_feed:
        return Claim.CERTAIN if "admin center status" in sample.head and "<status>" in sample.text else Claim.NO
    rows = sample.rows() or [sample.doc]
    return Claim.CERTAIN if all({"Status", "Message"} <= row.keys() for row in rows) else Claim.NO


FORMAT = Format(
    label="Microsoft 365",
    parse=parse,
    documents=(Document("admin"), Document("consumer", "/api/posts/m365Consumer", required=False)),
    claims=claims,
    vendor={"status.cloud.microsoft": "https://status.cloud.microsoft/api/feed/mac"},
)
