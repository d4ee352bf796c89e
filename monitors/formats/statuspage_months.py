"""Statuspage's undocumented history.json: three months of records, without status and with times to be guessed.

`timestamp` is "Sep 24, 13:40 - 19:24 PDT" in the page's zone, without a year: a record is filed under the
month in which it ended. The label is the zone's at the end ("Mar 7, 07:50 - Mar 10, 04:12 PDT" crosses a
clock change), so each half is placed in the zone itself and the label only tells a doubled hour apart.
`message` is the latest update's text alone.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind, PostReading, Snapshot, UnreadableFeed, UpdateReading
from monitors.formats.rails_zones import RAILS_ZONES
from monitors.formats.reading import MOST_POSTS, Json, as_object, objects, sensible, text
from monitors.formats.statuspage_words import StatuspageWords, is_scheduled, without_prefix
from monitors.formats.text import plain_text, title_text

# Hours from UTC, for pages whose zone has a name that we do not know.
LABELS = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "JST": 9, "KST": 9, "SGT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_RECORDS = 4 * MOST_POSTS  # Twilio has 900 on a page
_TAG = re.compile(r"<[^<>]{0,200}>")
_HALF = (
    r"(?:(?P<{0}month>[A-Z][a-z]{{2}})[a-z]*\s+(?P<{0}day>\d{{1,2}}),?\s+)?(?P<{0}hour>\d{{1,2}}):(?P<{0}minute>\d\d)"
)
_SPAN = re.compile(_HALF.format("a") + r"(?:\s*-\s*" + _HALF.format("b") + r")?(?:\s+(?P<zone>[A-Z]{2,5}|[+-]\d\d))?")


def months_snapshot(document: Json) -> Snapshot:
    """Read a page of history.json. A page past the end answers empty months of 1996: it says nothing."""
    page = as_object(as_object(document.get("page_status"), "page_status").get("page"), "page")
    zone_name = text(page, "time_zone", "")
    words = StatuspageWords()
    posts = [post for month in objects(document, "months") for post in _month(month, zone_name, words)]
    return Snapshot(
        posts=tuple({post.external_id: post for post in posts[:MOST_RECORDS]}.values()),
        page_name=title_text(text(page, "name", "")),
        time_zone=zone_name[:64],
        unknown_words=words.unknown,
    )


def _month(month: Json, zone_name: str, words: StatuspageWords) -> Iterator[PostReading]:
    year, number = month.get("year"), _month_number(text(month, "name"))
    if not isinstance(year, int) or not 1990 <= year <= 2100:
        raise UnreadableFeed("A month of the history has no year.")
    for record in objects(month, "incidents"):
        yield _record(record, (year, number), zone_name, words)


def _record(record: Json, filed: tuple[int, int], zone_name: str, words: StatuspageWords) -> PostReading:
    code, name = title_text(text(record, "code"))[:100], text(record, "name")
    if not code or not title_text(name):
        raise UnreadableFeed("A record of the history has no code or no name.")
    impact = words.impact(record.get("impact"))
    began_at, ended_at = span(text(record, "timestamp", ""), filed, zone_name)
    is_planned = is_scheduled(name)
    over = Phase.COMPLETED if is_planned else Phase.RESOLVED
    # Without an end it is open, in progress, or was called off: the page does not say which.
    phase = over if ended_at else Phase.UNKNOWN
    body, at = plain_text(text(record, "message", "")), ended_at or began_at
    return PostReading(
        external_id=code,
        kind=PostKind.MAINTENANCE if is_planned else PostKind.INCIDENT,
        title=without_prefix(name) if is_planned else title_text(name),
        phase=phase,
        impact=State.MAINTENANCE if is_planned and impact is State.UNKNOWN else impact,
        posted_at=began_at,
        began_at=began_at,
        resolved_at=ended_at,
        scheduled_for=began_at if is_planned else None,
        scheduled_until=ended_at if is_planned else None,
        updates=(UpdateReading("latest", phase, body, at),) if body and at else (),
        updates_complete=False,
    )


def span(timestamp: str, filed: tuple[int, int], zone_name: str) -> tuple[datetime | None, datetime | None]:
    """Return when a record began and ended, in UTC; None for an end that is not said, or for words not understood.

    `filed` is the (year, month) under which the record stands.
    """
    found = _SPAN.search(_TAG.sub("", timestamp[:500]))
    if not found or not found["amonth"]:
        return None, None
    label = found["zone"] or ""
    began = _wall(found, "a", filed, found["amonth"], found["aday"])
    ended = _wall(found, "b", filed, found["bmonth"] or found["amonth"], found["bday"] or found["aday"])
    began_at, ended_at = _placed(began, zone_name, label), _placed(ended, zone_name, label)
    return began_at, max(ended_at, began_at) if began_at and ended_at else ended_at


def _wall(found: re.Match[str], half: str, filed: tuple[int, int], month: str, day: str) -> datetime | None:
    """A time on the page's wall, with the year that fits: never later than the month it is filed under."""
    if not found[f"{half}hour"]:
        return None
    year, filed_month = filed
    number = _month_number(month)
    try:
        return datetime(  # noqa: DTZ001 - a wall's time, placed in its zone by _placed
            year - (number > filed_month), number, int(day), int(found[f"{half}hour"]), int(found[f"{half}minute"])
        )
    except ValueError:
        return None


def _placed(wall: datetime | None, zone_name: str, label: str) -> datetime | None:
    if wall is None:
        return None
    first, second = (wall.replace(tzinfo=_zone(zone_name, label), fold=fold) for fold in (0, 1))
    is_second = first.utcoffset() != second.utcoffset() and second.tzname() == label
    return sensible((second if is_second else first).astimezone(UTC))


def _zone(name: str, label: str) -> tzinfo:
    """The page's zone: by its Rails or IANA name, else by the label, else UTC."""
    try:
        return ZoneInfo(RAILS_ZONES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone(timedelta(hours=LABELS.get(label, 0)))


def _month_number(name: str) -> int:
    try:
        return MONTHS.index(name[:3].title()) + 1
    except ValueError as error:
        raise UnreadableFeed(f"{name[:40]!r} is not a month.") from error
