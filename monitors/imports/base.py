"""What a file of another tool becomes: drafts of monitors, and what cannot be one, with the reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from monitors.imports.parts import Part, Unreadable

INTERVAL_S = 60
TIMEOUT_S = 10
CONFIRMATIONS = 2
SLOW_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class About:
    """What a monitor is about: a provider by its slug, or a part of one; else an own system called `system`."""

    system: str = ""
    provider: str = ""
    group: str = ""
    component: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A monitor as a file describes it. Times in seconds; `kind` is a module of monitors.probes.

    `options` are as a person writes them into the form, with secrets in the clear. `lost` says in one
    sentence each what the file asks for and the monitor will not do. `missing` says what has to be written
    into the file before the monitor can be made; one that is already there needs nothing. `regions` are names
    of those of this installation, none for the first; `slow_factor` None: however slow, it is no trouble.
    """

    name: str
    kind: str
    target: str
    options: Mapping[str, str] = field(default_factory=dict)
    about: About = About()
    interval_s: int = INTERVAL_S
    timeout_s: int = TIMEOUT_S
    confirmations: int = CONFIRMATIONS
    recovery_confirmations: int | None = None
    slow_factor: float | None = SLOW_FACTOR
    regions: tuple[str, ...] = ()
    quorum: int | None = None
    tags: tuple[str, ...] = ()
    is_paused: bool = False
    lost: tuple[str, ...] = ()
    missing: str = ""


def heartbeat(name: str, options: Mapping[str, str], *, tags: tuple[str, ...], is_paused: bool) -> Draft:
    """Return the draft of a job that reports to us: looked at each minute, and late is late the first time."""
    return Draft(name, "heartbeat", name, options, confirmations=1, tags=tags, is_paused=is_paused)


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry of a file that can be no monitor. `why` is for people."""

    name: str
    why: str


Found = Draft | Refused


@dataclass(frozen=True, slots=True)
class Source:
    """A tool whose files are read.

    `mark` says by what its file is known, which `recognises` looks for. `read` raises Unreadable where
    the file as a whole makes no sense; an entry that makes none is Refused.
    """

    label: str
    mark: str
    recognises: Callable[[object], bool]
    read: Callable[[object], list[Found]]


class Impossible(Exception):
    """An entry that can be no monitor of ours; the text says why."""


def each(
    parts: Iterable[Part], name_of: Callable[[Part], str], draft: Callable[[Part], Iterable[Draft]]
) -> list[Found]:
    """Return the drafts of entries; one that makes no sense is refused by itself."""
    found: list[Found] = []
    for part in parts:
        try:
            found.extend(draft(part))
        except (Impossible, Unreadable) as error:
            found.append(Refused(_name_or_place(part, name_of), str(error)))
    return found


def has_key(key: str) -> Callable[[object], bool]:
    """Return whether a document is an object with this key."""
    return lambda document: isinstance(document, Mapping) and key in document


def _name_or_place(part: Part, name_of: Callable[[Part], str]) -> str:
    try:
        return name_of(part)[:100] or part.place
    except Unreadable:
        return part.place
