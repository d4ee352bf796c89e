"""What Better Stack's HTML says where its `/index.json` is not at hand: the verdict, and a word for each section."""

from monitors.core.states import State
from monitors.formats.base import ComponentReading, Snapshot, UnreadableFeed
from monitors.formats.markup import Markup
from monitors.formats.reading import Words
from monitors.formats.text import title_text

SECTIONS = {
    "Operational": State.OPERATIONAL,
    "Degraded": State.DEGRADED,
    "Downtime": State.MAJOR_OUTAGE,
    "Maintenance": State.MAINTENANCE,
    "Not monitored": State.UNKNOWN,
}
# The page's heading, in the words that pages have unless their owner changed them.
VERDICTS = {
    "All services are online": State.OPERATIONAL,
    "Some services are degraded": State.DEGRADED,
    "Some services are down": State.PARTIAL_OUTAGE,
    "Services are down": State.MAJOR_OUTAGE,
    "All services are down": State.MAJOR_OUTAGE,
    "Ongoing maintenance": State.MAINTENANCE,
    "Scheduled maintenance": State.MAINTENANCE,
}
MARK = "section-status-badge"
_SILENT = frozenset({"script", "style", "template", "noscript", "svg"})


class _Sections(Markup):
    """Collects the heading, and (name, word) of each section's button: its first text, and the one in its badge."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = ""
        self.found: list[tuple[str, str]] = []
        self._inside = ""  # h1 or button
        self._name = ""
        self._in_badge = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self._silent += tag in _SILENT
        if tag in ("h1", "button"):
            self._inside, self._name, self._in_badge = tag, "", False
        elif MARK in classes:
            self._in_badge = True

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        words = data.strip()
        if not words or self._silent or not self._inside:
            return
        if self._inside == "h1":
            self.heading = self.heading or words[:200]
        elif self._in_badge and self._name:
            self.found.append((self._name, words[:60]))
            self._in_badge = False
        else:
            self._name = self._name or words[:200]


def page_snapshot(html: str) -> Snapshot:
    """Return what a page's HTML says. Raises UnreadableFeed where it says nothing."""
    parser = _Sections()
    parser.feed(html)
    parser.close()
    if not parser.found and parser.heading not in VERDICTS:
        raise UnreadableFeed("The page is not one of Better Stack's, or its owner changed its words.")
    words = Words(SECTIONS)
    sections = dict(parser.found)  # a name that occurs twice is one component
    components = tuple(
        ComponentReading(title_text(name), title_text(name), words.state(word), word, position=place)
        for place, (name, word) in enumerate(sections.items())
    )
    return Snapshot(
        components=components or None, headline=VERDICTS.get(parser.heading), unknown_words=tuple(words.unknown)
    )
