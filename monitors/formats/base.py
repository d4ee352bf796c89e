"""What every official format gives: bytes in, a Snapshot in our words out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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

    Polled at every `every`-th poll of the feed. A failing `required` document makes the poll unreadable.
    """

    name: str
    path: str = ""
    every: int = 1
    required: bool = True


@dataclass(frozen=True, slots=True)
class Format:
    """An official format. `parse` raises UnreadableFeed and nothing else, whatever the bytes.

    `backfill` are further addresses with history, oldest last, read once when a feed is new; their
    bodies go through `parse` as well.
    """

    label: str
    parse: Callable[[bytes], Snapshot]
    documents: tuple[Document, ...] = (Document("feed"),)
    backfill: tuple[str, ...] = field(default=())
