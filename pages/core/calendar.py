"""A small writer of iCalendar (RFC 5545): events in UTC, as calendars subscribe to them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

PRODUCT = "-//StatusWire//Maintenances//EN"
LINE = 75  # octets without the line break; 3.1
REFRESH = "PT1H"  # how often we ask a subscriber to come again
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
# What no TEXT may have (3.3.11), and halves of characters, which UTF-8 cannot write.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `uid` stays the same for good; `stamp` is when its facts were last known to be so.

    `ends_at` None: nobody said; an end that is not after the beginning is taken as unsaid.
    """

    uid: str
    stamp: datetime
    begins_at: datetime
    ends_at: datetime | None
    title: str
    words: str = ""
    url: str = ""


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar with these events; whatever their texts hold, it is text there and nothing else."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
        f"NAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> Sequence[str]:
    lines = ["BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{_time(event.stamp)}"]
    lines.append(f"DTSTART:{_time(event.begins_at)}")
    if event.ends_at is not None and event.ends_at > event.begins_at:
        lines.append(f"DTEND:{_time(event.ends_at)}")
    lines.append(f"SUMMARY:{_text(event.title)}")
    if event.words:
        lines.append(f"DESCRIPTION:{_text(event.words)}")
    if event.url.startswith(("https://", "http://")):
        lines.append(f"URL:{quote(_CONTROLS.sub('', event.url), safe=_URL_CHARACTERS)}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """Return words as a TEXT value (3.3.11)."""
    plain = _CONTROLS.sub("", _LINE_BREAKS.sub("\n", words).replace("\t", " "))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Return a line in pieces of at most 75 octets, never cut within a character; each ends in CRLF."""
    return b"\r\n ".join(piece.encode() for piece in _pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterator[str]:
    start, size = 0, 0
    for position, character in enumerate(line):
        octets = len(character.encode())
        if size + octets > LINE:
            yield line[start:position]
            start, size = position, 1  # the space that opens a continued line
        size += octets
    yield line[start:]
