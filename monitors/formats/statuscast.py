"""StatusCast's pages: no public data, so the list of components in the HTML, each state a class of its text.

`<... class="status-list-component-status-text component-available">Normal</...>`. The name of a component is the text
that stands before it in the same row; where rows cannot be told, components go by their place.
"""

import re

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.markup import Markup
from monitors.formats.reading import Words, decode, listed, reading
from monitors.formats.text import title_text

STATES = {
    "available": State.OPERATIONAL,
    "informational": State.OPERATIONAL,
    "monitored": State.DEGRADED,
    "identified": State.DEGRADED,
    "investigating": State.DEGRADED,
    "degraded": State.DEGRADED,
    "maintenance": State.MAINTENANCE,
    "unavailable": State.MAJOR_OUTAGE,
}
_STATUS = "status-list-component-status-text"
_WORD = re.compile(r"\bcomponent-([a-z]{3,40})\b")
_SKIPPED = frozenset({"script", "style", "template", "noscript", "title", "head"})
_LONGEST_NAME = 120


class _Rows(Markup):
    """Collects (name, state's word) of each component: the last text before its state."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._before = ""
        self._skipping = 0
        self._in_state: str | None = None  # the tag whose text is the state's label, not a name

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        classes = dict(attrs).get("class") or ""
        if _STATUS in classes.split():
            word = next((found for found in _WORD.findall(classes.replace(_STATUS, ""))), "")
            self.found.append((self._before, word))
            self._before, self._in_state = "", tag

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        if tag == self._in_state:
            self._in_state = None

    def handle_data(self, data: str) -> None:
        words = data.strip()
        if words and not self._skipping and self._in_state is None:
            self._before = words[:_LONGEST_NAME]


@reading
def parse(body: bytes) -> Snapshot:
    parser = _Rows()
    parser.feed(decode(body))
    parser.close()
    words = Words(STATES)
    return Snapshot(components=listed(_components(parser.found, words)), unknown_words=tuple(words.unknown))


def _components(rows: list[tuple[str, str]], words: Words) -> list[ComponentReading]:
    seen: dict[str, int] = {}
    found = []
    for place, (name, word) in enumerate(rows):
        title = title_text(name) or f"Component {place + 1}"
        seen[title] = seen.get(title, 0) + 1
        key = title if seen[title] == 1 else f"{title} ({seen[title]})"
        found.append(ComponentReading(key, title, words.state(word), word, position=place))
    return found


def claims(sample: Sample) -> Claim:
    return Claim.LIKELY if sample.is_html and _STATUS in sample.text else Claim.NO


FORMAT = Format(
    label="StatusCast",
    parse=parse,
    claims=claims,
    marks=("statuscast.com", "status-list-component-status-text"),
)
