"""Maintenances as a calendar: what RFC 5545 asks for, and nothing that a vendor's text could add."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kit.clock import clock
from pages.core.calendar import Event, calendar
from tests.factories import FeedFactory, OfficialPostFactory, ProviderFactory

NOON = datetime(2026, 1, 24, 12, 0, tzinfo=UTC)


def event(**more):
    return Event(**{"uid": "m-1@s", "stamp": NOON, "begins_at": NOON, "ends_at": None, "title": "T"} | more)


def unfolded(body):
    return body.replace(b"\r\n ", b"").decode().split("\r\n")


def line(name, body):
    return [found for found in unfolded(body) if found.startswith(name)]


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("SMS, MMS; voice", "SUMMARY:SMS\\, MMS\\; voice"),
        ("a\\nb", "SUMMARY:a\\\\nb"),
        ("one\r\ntwo\rthree\u2028four", "SUMMARY:one\\ntwo\\nthree\\nfour"),
        ("x\r\nEND:VEVENT\r\nBEGIN:VEVENT", "SUMMARY:x\\nEND:VEVENT\\nBEGIN:VEVENT"),
        ("nul\x00 bell\x07 tab\there \ud800", "SUMMARY:nul bell tab here "),
        ("<b>中文</b>", "SUMMARY:<b>中文</b>"),
        ("", "SUMMARY:"),
    ],
)
def test_any_text_stays_one_text(title, summary):
    body = calendar("Twilio", [event(title=title)])
    assert line("SUMMARY", body) == [summary]
    assert (unfolded(body).count("BEGIN:VEVENT"), unfolded(body).count("END:VEVENT")) == (1, 1)


@pytest.mark.parametrize("title", ["x" * 67, "x" * 68, "x" * 1000, "é" * 300, "日本" * 90, "😀" * 80, "a" + "😀" * 80])
def test_lines_have_at_most_75_octets_and_whole_characters(title):
    body = calendar("Twilio", [event(title=title)])
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all("\ufffd" not in piece.decode() for piece in lines)
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert line("SUMMARY", body) == [f"SUMMARY:{title}"]


@pytest.mark.parametrize(
    ("ends_at", "lines"),
    [
        (None, []),
        (NOON, []),  # an end that is not after the beginning is no end
        (NOON - timedelta(hours=1), []),
        (NOON + timedelta(hours=2), ["DTEND:20260124T140000Z"]),
        (datetime(2026, 1, 24, 15, 0, tzinfo=timezone(timedelta(hours=2))), ["DTEND:20260124T130000Z"]),
    ],
)
def test_times_are_in_utc(ends_at, lines):
    body = calendar("Twilio", [event(ends_at=ends_at)])
    assert line("DTEND", body) == lines
    assert line("DTSTART", body) == ["DTSTART:20260124T120000Z"]
    assert line("DTSTAMP", body) == ["DTSTAMP:20260124T120000Z"]


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("https://status.example.com/i/1?a=b&c=%20", ["URL:https://status.example.com/i/1?a=b&c=%20"]),
        ("https://example.com/\r\nATTACH:x y", ["URL:https://example.com/%0AATTACH:x%20y"]),
        ("javascript:alert(1)", []),
        ("", []),
    ],
)
def test_only_web_addresses_are_linked(url, lines):
    assert line("URL", calendar("Twilio", [event(url=url)])) == lines


@pytest.mark.django_db
def test_a_provider_s_calendar_has_what_is_announced(client, django_assert_num_queries):
    now = clock().replace(microsecond=0)
    feed = FeedFactory(provider=ProviderFactory(slug="twilio", name="Twilio"))

    def post(title, begins, *, ends=None, **more):
        ends_at = None if ends is None else now + timedelta(days=ends)
        OfficialPostFactory(
            feed=feed, kind=more.pop("kind", "maintenance"), title=title, scheduled_until=ends_at,
            scheduled_for=now + timedelta(days=begins), **more,
        )  # fmt: skip

    post("Ahead", 3, ends=4)
    post("Over", -20, ends=-19, resolved_at=now - timedelta(days=19))
    post("Dropped when over", -2, ends=-1, gone_at=now - timedelta(hours=20))
    post("Withdrawn", 2, gone_at=now - timedelta(hours=1))
    post("Long ago", -100, ends=-99)
    post("No maintenance", 1, kind="incident")
    OfficialPostFactory(feed=FeedFactory(), kind="maintenance", title="Another's", scheduled_for=now)
    with django_assert_num_queries(3):
        answer = client.get("/providers/twilio/maintenances.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    titles = ["Over", "Dropped when over", "Ahead"]
    assert line("SUMMARY", answer.content) == [f"SUMMARY:Twilio: {title}" for title in titles]
    again = client.get("/providers/twilio/maintenances.ics")
    assert line("UID", answer.content) == line("UID", again.content)
    assert 'href="/providers/twilio/maintenances.ics"' in client.get("/providers/twilio/").text
    assert client.get("/providers/nobody/maintenances.ics").status_code == 404
