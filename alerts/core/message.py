"""An incident's story as a message: the whole of it in the first line, then the facts, then the vendor's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from alerts.channels.base import Message
from alerts.core.moments import both_zones, short, span
from monitors.core.states import Source, State

# The word that leads a subject: it survives a phone's truncation.
SUBJECT_WORDS = {
    State.UNKNOWN: "UNKNOWN",
    State.OPERATIONAL: "UP",
    State.MAINTENANCE: "MAINTENANCE",
    State.DEGRADED: "DEGRADED",
    State.PARTIAL_OUTAGE: "PARTLY DOWN",
    State.MAJOR_OUTAGE: "DOWN",
}
VERDICTS = {
    State.UNKNOWN: "in an unknown state",
    State.OPERATIONAL: "up",
    State.MAINTENANCE: "under maintenance",
    State.DEGRADED: "degraded",
    State.PARTIAL_OUTAGE: "partly down",
    State.MAJOR_OUTAGE: "down",
}
QUOTE_LENGTH = 1200  # characters of a vendor's update; the rest is behind the link
SCOPES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sighted:
    """One source's line of the ledger. `label` is the source in words: "your messages"."""

    source: Source
    label: str
    first_at: datetime
    cleared_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class VendorWords:
    """What the vendor last said, as it reads now."""

    phase: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message needs beside its story: who gets it and why, and where its links lead."""

    key: str
    why: str
    url: str
    manage_url: str
    zone: tzinfo  # of the organization
    ask_url: str = ""  # "" where nobody is asked


@dataclass(frozen=True, slots=True)
class Story:
    """One event of one incident. `state` is the incident's after the event; `sightings` are first seen first.

    `about` is where it was first seen, in words, whatever joined later: it names the incident from
    its first message to its last.
    """

    transition: str  # opened, worse, better, resolved
    uid: str
    about: str
    provider: str  # "" for an organization's own system
    scopes: tuple[str, ...]
    state: State
    worst: State
    is_suspected: bool
    confidence: float
    started_at: datetime
    resolved_at: datetime | None
    happened_at: datetime
    sightings: tuple[Sighted, ...]
    vendor_words: VendorWords | None
    merged_into: str = ""  # the title of the larger incident that it goes on as; it is not over then

    @property
    def name(self) -> str:
        """Provider and scope, the same over the incident's life: "Twilio: SMS to NTT DOCOMO (Japan)"."""
        if not self.provider or self.provider.casefold() in self.about.casefold():
            return self.about
        return f"{self.provider}: {self.about}"

    @property
    def extent(self) -> str:
        """The name, and how much else is in trouble."""
        more = len({*self.scopes} - {self.about})
        return f"{self.name} and {more} more" if more else self.name


def tell(story: Story, envelope: Envelope, now: datetime) -> Message:
    """Return the message about one event. `now` is when it is written: durations run to it."""
    word = "MERGED" if _goes_on(story) else SUBJECT_WORDS[story.state]
    return Message(
        transition=story.transition,
        state=story.state,
        subject=f"[{'SUSPECTED' if story.is_suspected and story.transition == 'opened' else word}] {story.name}",
        headline=_headline(story, envelope.zone, now),
        facts=tuple(_facts(story, envelope.zone, now)),
        quotes=tuple(_quotes(story, envelope.zone, now)),
        url=envelope.url,
        manage_url=envelope.manage_url,
        why=envelope.why,
        key=envelope.key,
        thread=story.uid,
        at=story.happened_at,
        written_at=now,
        ask_url=envelope.ask_url,
    )


def notice(transition: str, subject: str, headline: str, envelope: Envelope, now: datetime) -> Message:
    """Return a message that is about no incident: a test, or a channel that is gone."""
    return Message(
        transition=transition,
        state=State.UNKNOWN,
        subject=subject,
        headline=headline,
        facts=(("Sent", both_zones(now, envelope.zone)),),
        quotes=(),
        url=envelope.url,
        manage_url=envelope.manage_url,
        why=envelope.why,
        key=envelope.key,
        thread=envelope.key,
        at=now,
        written_at=now,
    )


def _headline(story: Story, zone: tzinfo, now: datetime) -> str:
    verdict, since = VERDICTS[story.state], short(story.started_at, zone, now)
    match story.transition:
        case "resolved" if _goes_on(story):
            return f"{story.extent} is not over: it goes on as part of a larger incident, “{story.merged_into}”."
        case "resolved":
            ended = story.resolved_at or story.happened_at
            was = VERDICTS[story.worst]
            return (
                f"{story.extent} is up again: it was {was} for {span(ended - story.started_at)}, "
                f"from {since} to {short(ended, zone, now)}."
            )
        case "worse":
            return f"{story.extent} got worse: it is now {verdict}. The trouble began at {since}.{_by_now(story, zone, now)}"
        case "better":
            return f"{story.extent} is getting better: it is now {verdict}. The trouble began at {since}.{_by_now(story, zone, now)}"
    seems = "may be" if story.is_suspected else "is"
    return f"{story.extent} {seems} {verdict} since {since}. {_who(story, zone, now)}{_by_now(story, zone, now)}"


def _goes_on(story: Story) -> bool:
    return story.transition == "resolved" and bool(story.merged_into)


def _by_now(story: Story, zone: tzinfo, now: datetime) -> str:
    """Say so where a message about trouble is read after its end."""
    return f" It has ended since, at {short(story.resolved_at, zone, now)}." if story.resolved_at else ""


def _who(story: Story, zone: tzinfo, now: datetime) -> str:
    """Say which sources agree, who was first, and that the vendor is silent where it is."""
    labels = list(dict.fromkeys(sighted.label for sighted in story.sightings))
    if not labels:
        return "A person opened this incident."
    first = f"First seen by {labels[0]} at {short(story.sightings[0].first_at, zone, now)}"
    if labels[1:]:
        first += f", then by {_and(labels[1:])}"
    if story.provider and not _vendor_spoke(story):
        first += f"; {story.provider} has not said anything about it yet"
    return f"{first}."


def _vendor_spoke(story: Story) -> bool:
    return any(sighted.source == Source.OFFICIAL for sighted in story.sightings)


def _facts(story: Story, zone: tzinfo, now: datetime) -> list[tuple[str, str]]:
    state = VERDICTS[story.state].capitalize()
    tier = "suspected" if story.is_suspected else "confirmed"
    if story.transition != "resolved":
        state += f" ({tier}, {story.confidence:.0%} sure)"
    facts = [("State", state)]
    if story.scopes:
        facts.append(("Where", _several(story.scopes)))
    facts.append(("Since", both_zones(story.started_at, zone)))
    if story.resolved_at and story.transition == "resolved":
        facts.append(("Until", both_zones(story.resolved_at, zone)))
        facts.append(("Duration", span(story.resolved_at - story.started_at)))
    else:
        facts.append(("Duration", f"{span(now - story.started_at)} so far"))
    facts += [_seen(sighted, zone, now) for sighted in _first_of_each(story.sightings)]
    if story.provider and story.sightings and not _vendor_spoke(story):
        facts.append((f"{story.provider}'s page", "nothing about it"))
    return facts


def _seen(sighted: Sighted, zone: tzinfo, now: datetime) -> tuple[str, str]:
    words = f"since {short(sighted.first_at, zone, now)}"
    if sighted.cleared_at:
        words = f"from {short(sighted.first_at, zone, now)} to {short(sighted.cleared_at, zone, now)}"
    if sighted.reason:
        words += f": {sighted.reason}"
    return sighted.label[:1].upper() + sighted.label[1:], words


def _first_of_each(sightings: Sequence[Sighted]) -> list[Sighted]:
    """Return the first sighting of each source: one cause may have hundreds, one per carrier."""
    found: dict[str, Sighted] = {}
    for sighted in sightings:
        found.setdefault(sighted.label, sighted)
    return list(found.values())


def _quotes(story: Story, zone: tzinfo, now: datetime) -> list[tuple[str, str]]:
    said = story.vendor_words
    if said is None or not said.body.strip():
        return []
    body = said.body.strip()
    if len(body) > QUOTE_LENGTH:
        body = body[: QUOTE_LENGTH - 1].rstrip() + "…"
    who = story.provider or "The vendor"
    return [(f"{who} said at {short(said.at, zone, now)} ({said.phase})", body)]


def _several(words: Sequence[str]) -> str:
    shown = ", ".join(words[:SCOPES_SHOWN])
    return f"{shown} and {len(words) - SCOPES_SHOWN} more" if len(words) > SCOPES_SHOWN else shown


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
