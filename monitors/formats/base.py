"""What every official format gives: bytes in, a Snapshot in our words out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from urllib.parse import urlsplit

from monitors.core.states import State


class UnreadableFeed(Exception):
    """The body is not what the format promises. It says neither up nor down: the source ages."""


class PostKind(StrEnum):
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    NOTICE = "notice"


class Phase(StrEnum):
    """How far an incident or a maintenance has come. UNKNOWN keeps a word that no table has."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        return self in (Phase.RESOLVED, Phase.POSTMORTEM, Phase.COMPLETED)


@dataclass(frozen=True, slots=True)
class ComponentReading:
    """A component as the feed lists it. `word` is the vendor's own word for `state`."""

    external_id: str
    name: str
    state: State
    word: str
    group_id: str | None = None
    is_group: bool = False
    position: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class UpdateReading:
    """One update of a post. `body` is plain text; `edited_at` where the feed says that it was edited."""

    external_id: str
    phase: Phase
    body: str
    at: datetime
    edited_at: datetime | None = None
    components: tuple[tuple[str, State], ...] = ()  # (component id, its state since this update)


@dataclass(frozen=True, slots=True)
class PostReading:
    """An incident, maintenance or notice. Times are aware; None where the feed does not say.

    `components` are (component id, impact on it); a state of UNKNOWN there means "named, impact not said".
    `updates` are oldest first. `updates_complete` is False where the feed carries only the latest words.
    """

    external_id: str
    kind: PostKind
    title: str
    phase: Phase
    impact: State
    posted_at: datetime | None
    began_at: datetime | None = None
    resolved_at: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    url: str = ""
    components: tuple[tuple[str, State], ...] = ()
    updates: tuple[UpdateReading, ...] = ()
    updates_complete: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one body says.

    `components` is None where the body does not speak of components (an empty tuple says: there are
    none). `lists_open` are the kinds of which the body lists everything that is open now: an open
    post of such a kind that is absent has vanished. `unknown_words` are the vendor's words that the
    format's tables do not have; what they describe is UNKNOWN.
    """

    components: tuple[ComponentReading, ...] | None = None
    posts: tuple[PostReading, ...] = ()
    lists_open: frozenset[PostKind] = frozenset()
    page_id: str = ""
    page_name: str = ""
    time_zone: str = ""
    headline: State | None = None
    unknown_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One address of a feed, relative to its page ("/api/v2/summary.json"); "" is the feed's own address.

    Polled at every `every`-th poll of the feed, and whenever another document of it is new. A failing `required` document makes the poll unreadable.
    """

    name: str
    path: str = ""
    every: int = 1
    required: bool = True


class Claim(IntEnum):
    """How surely a body belongs to a format, judged by the format's own marks."""

    NO = 0
    FALLBACK = 1  # any feed of items: taken where nothing better claims it
    SECONDARY = 2  # surely this vendor's, but the page most likely has a fuller document elsewhere
    LIKELY = 3
    CERTAIN = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """A body whose format is to be found, decoded once for all formats; nothing in it is to be trusted.

    `text` is "" where the body is no text; `document` is the JSON (or JSONP) in it, None where there is none.
    """

    text: str = field(repr=False)
    document: object = field(default=None, repr=False)
    url: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def head(self) -> str:
        return self.text[:4000].lower()

    @property
    def is_html(self) -> bool:
        return self.text.lstrip().startswith("<") and not self.is_feed and "<html" in self.head

    @property
    def is_feed(self) -> bool:
        return self.text.lstrip().startswith("<") and any(tag in self.head for tag in ("<rss", "<feed", "<rdf:rdf"))

    @property
    def doc(self) -> Mapping[str, object]:
        """The JSON object, or an empty one."""
        return self.document if isinstance(self.document, dict) else {}

    def part(self, *path: str) -> Mapping[str, object]:
        """The object at `path`, or an empty one."""
        found: object = self.doc
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def rows(self, key: str = "") -> list[Mapping[str, object]]:
        """The objects in the list at `key`, or in the document itself; at most 20."""
        found = self.doc.get(key) if key else self.document
        return [item for item in found[:20] if isinstance(item, dict)] if isinstance(found, list) else []


def claims_nothing(sample: Sample) -> Claim:
    """A format that knows no marks of its own gets only what no other format claims."""
    return Claim.NO


def no_addresses(sample: Sample) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """An official format. `parse` raises UnreadableFeed and nothing else, whatever the bytes.

    `backfill` are further addresses with history, oldest last, read once when a feed is new; their
    bodies go through `parse` as well.

    The rest is for detection. `claims` judges a body. `endpoints` are where the first document lies below a page,
    likeliest first ("{host}" stands for the page's own). `marks` are texts, in small letters, that only this
    platform's HTML has. `addresses` finds in a page's HTML (or address) what its endpoints cannot say, such as an id.
    `vendor` names the feed of a single vendor's page by its host.
    """

    label: str
    parse: Callable[[bytes], Snapshot]
    documents: tuple[Document, ...] = (Document("feed"),)
    backfill: tuple[str, ...] = field(default=())
    claims: Callable[[Sample], Claim] = claims_nothing
    endpoints: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    addresses: Callable[[Sample], Iterable[str]] = no_addresses
    vendor: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_marks(self) -> bool:
        return self.claims is not claims_nothing
