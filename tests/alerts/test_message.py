"""An incident's story in words, by tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.core.message import Envelope, Sighted, Story, VendorWords, notice, tell
from alerts.core.moments import beside_utc, both_zones, short, span
from monitors.core.states import Source, State

TOKYO, KATHMANDU = ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Kathmandu")
STARTED = datetime(2026, 1, 24, 23, 9, tzinfo=UTC)
NOW = datetime(2026, 1, 24, 23, 40, tzinfo=UTC)
RECEIPTS = Sighted(Source.DELIVERY, "delivery receipts", STARTED, None, "41 of 55 messages failed")
CROWD = Sighted(Source.CROWD, "people's reports", STARTED + timedelta(minutes=12), None, "3 reports, usually none")
VENDOR = Sighted(Source.OFFICIAL, "the vendor's page", STARTED + timedelta(minutes=22), None, "")
ENVELOPE = Envelope("key", "You follow Twilio: SMS.", "https://s.example/i/", "https://s.example/a/", TOKYO)
OPENED = Story(
    transition="opened",
    uid="0123456789abcdef",
    about="SMS to NTT DOCOMO (Japan)",
    provider="Twilio",
    scopes=("SMS to NTT DOCOMO (Japan)",),
    state=State.DEGRADED,
    worst=State.DEGRADED,
    is_suspected=False,
    confidence=0.918,
    started_at=STARTED,
    resolved_at=None,
    happened_at=STARTED + timedelta(minutes=12),
    sightings=(RECEIPTS, CROWD),
    vendor_words=None,
)
ENDED = STARTED + timedelta(minutes=383)


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "[DEGRADED] Twilio: SMS to NTT DOCOMO (Japan)"),
        ({"about": "Twilio SMS to Japan"}, "[DEGRADED] Twilio SMS to Japan"),
        ({"provider": "", "about": "Checkout API"}, "[DEGRADED] Checkout API"),
        ({"state": State.MAJOR_OUTAGE}, "[DOWN] Twilio: SMS to NTT DOCOMO (Japan)"),
        ({"state": State.PARTIAL_OUTAGE}, "[PARTLY DOWN] Twilio: SMS to NTT DOCOMO (Japan)"),
        ({"is_suspected": True}, "[SUSPECTED] Twilio: SMS to NTT DOCOMO (Japan)"),
        ({"transition": "worse", "state": State.MAJOR_OUTAGE}, "[DOWN] Twilio: SMS to NTT DOCOMO (Japan)"),
        ({"transition": "resolved", "state": State.OPERATIONAL}, "[UP] Twilio: SMS to NTT DOCOMO (Japan)"),
    ],
)
def test_subjects_differ_in_their_first_word_alone(changes, subject):
    assert tell(replace(OPENED, **changes), ENVELOPE, NOW).subject == subject


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        (
            {},
            "Twilio: SMS to NTT DOCOMO (Japan) is degraded since 08:09 JST. First seen by delivery receipts at 08:09 JST, "
            "then by people's reports; Twilio has not said anything about it yet.",
        ),
        (
            {"sightings": (RECEIPTS, CROWD, VENDOR)},
            "Twilio: SMS to NTT DOCOMO (Japan) is degraded since 08:09 JST. First seen by delivery receipts at 08:09 JST, "
            "then by people's reports and the vendor's page.",
        ),
        (
            {"sightings": (CROWD,), "is_suspected": True},
            "Twilio: SMS to NTT DOCOMO (Japan) may be degraded since 08:09 JST. First seen by people's reports at "
            "08:21 JST; Twilio has not said anything about it yet.",
        ),
        (
            {"sightings": ()},
            "Twilio: SMS to NTT DOCOMO (Japan) is degraded since 08:09 JST. A person opened this incident.",
        ),
        (
            {"transition": "worse", "state": State.MAJOR_OUTAGE},
            "Twilio: SMS to NTT DOCOMO (Japan) got worse: it is now down. The trouble began at 08:09 JST.",
        ),
        (
            {"transition": "better"},
            "Twilio: SMS to NTT DOCOMO (Japan) is getting better: it is now degraded. The trouble began at 08:09 JST.",
        ),
        (
            {"transition": "worse", "scopes": ("SMS to NTT DOCOMO (Japan)", "SMS to KDDI (Japan)", "SMS in Chile")},
            "Twilio: SMS to NTT DOCOMO (Japan) and 2 more got worse: it is now degraded. "
            "The trouble began at 08:09 JST.",
        ),
        (
            {"transition": "resolved", "state": State.OPERATIONAL, "resolved_at": ENDED, "worst": State.PARTIAL_OUTAGE},
            "Twilio: SMS to NTT DOCOMO (Japan) is up again: it was partly down for 6 h 23 min, "
            "from 08:09 JST to 14:32 JST.",
        ),
        (
            {
                "transition": "resolved",
                "state": State.OPERATIONAL,
                "resolved_at": ENDED,
                "merged_into": "SMS to Japan: delivery delays",
            },
            "Twilio: SMS to NTT DOCOMO (Japan) is not over: it goes on as part of a larger incident, "
            "“SMS to Japan: delivery delays”.",
        ),
        (
            {"resolved_at": ENDED},
            "Twilio: SMS to NTT DOCOMO (Japan) is degraded since 08:09 JST. First seen by delivery receipts at 08:09 JST, "
            "then by people's reports; Twilio has not said anything about it yet. It has ended since, at 14:32 JST.",
        ),
    ],
)
def test_the_first_line_tells_the_whole_story(changes, headline):
    assert tell(replace(OPENED, **changes), ENVELOPE, NOW).headline == headline


def test_facts_while_it_goes_on():
    assert tell(OPENED, ENVELOPE, NOW).facts == (
        ("State", "Degraded (confirmed, 92% sure)"),
        ("Where", "SMS to NTT DOCOMO (Japan)"),
        ("Since", "25 Jan 2026, 08:09 JST (24 Jan, 23:09 UTC)"),
        ("Duration", "31 min so far"),
        ("Delivery receipts", "since 08:09 JST: 41 of 55 messages failed"),
        ("People's reports", "since 08:21 JST: 3 reports, usually none"),
        ("Twilio's page", "nothing about it"),
    )


def test_facts_when_it_is_over():
    cleared = replace(RECEIPTS, cleared_at=ENDED)
    story = replace(
        OPENED, transition="resolved", state=State.OPERATIONAL, resolved_at=ENDED, sightings=(cleared, VENDOR)
    )
    assert tell(story, ENVELOPE, ENDED).facts == (
        ("State", "Up"),
        ("Where", "SMS to NTT DOCOMO (Japan)"),
        ("Since", "25 Jan 2026, 08:09 JST (24 Jan, 23:09 UTC)"),
        ("Until", "25 Jan 2026, 14:32 JST (05:32 UTC)"),
        ("Duration", "6 h 23 min"),
        ("Delivery receipts", "from 08:09 JST to 14:32 JST: 41 of 55 messages failed"),
        ("The vendor's page", "since 08:31 JST"),
    )


def test_many_carriers_are_counted_and_each_source_is_told_once():
    story = replace(OPENED, scopes=tuple(f"SMS to carrier {n}" for n in range(9)), sightings=(RECEIPTS,) * 9)
    facts = dict(tell(story, ENVELOPE, NOW).facts)
    assert facts["Where"].endswith("SMS to carrier 4 and 4 more")
    assert list(facts).count("Delivery receipts") == 1


def test_the_vendors_words_are_the_vendors():
    said = VendorWords("investigating", "We see delays.", STARTED + timedelta(minutes=22))
    message = tell(replace(OPENED, vendor_words=said), ENVELOPE, NOW)
    assert message.quotes == (("Twilio said at 08:31 JST (investigating)", "We see delays."),)


@pytest.mark.parametrize("body", ["", "  \n"])
def test_a_vendor_that_says_nothing_is_not_quoted(body):
    assert tell(replace(OPENED, vendor_words=VendorWords("x", body, NOW)), ENVELOPE, NOW).quotes == ()


def test_a_long_statement_is_cut():
    said = VendorWords("investigating", "x" * 9000, NOW)
    ((_, words),) = tell(replace(OPENED, vendor_words=said), ENVELOPE, NOW).quotes
    assert (len(words), words[-1]) == (1200, "…")


def test_a_notice_is_a_thread_of_its_own():
    message = notice("test", "[TEST] Ops", "This is a test.", ENVELOPE, NOW)
    assert (message.thread, message.key, message.facts) == (
        "key",
        "key",
        (("Sent", "25 Jan 2026, 08:40 JST (24 Jan, 23:40 UTC)"),),
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (UTC, "24 Jan 2026, 23:09 UTC"),
        (ZoneInfo("Europe/London"), "24 Jan 2026, 23:09 UTC"),
        (TOKYO, "25 Jan 2026, 08:09 JST (24 Jan, 23:09 UTC)"),
        (ZoneInfo("America/New_York"), "24 Jan 2026, 18:09 EST (23:09 UTC)"),
        (KATHMANDU, "25 Jan 2026, 04:54 UTC+0545 (24 Jan, 23:09 UTC)"),
    ],
)
def test_times_are_told_in_the_readers_zone_and_in_utc(zone, expected):
    assert both_zones(STARTED, zone) == expected


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("Asia/Tokyo", STARTED, "25 Jan 08:09 JST"),
        ("Asia/Tokyo", STARTED.replace(hour=9), "18:09 JST"),
        ("Asia/Kathmandu", STARTED.replace(hour=9), "14:54 UTC+0545"),
        ("Europe/London", STARTED, ""),
        ("UTC", STARTED, ""),
    ],
)
def test_a_zone_is_shown_beside_utc_only_where_it_differs(name, at, expected):
    assert beside_utc(at, ZoneInfo(name)) == expected


def test_a_night_of_two_two_oclocks_is_told_apart():
    new_york = ZoneInfo("America/New_York")
    times = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]
    assert [short(at, new_york, times[0]) for at in times] == ["01:30 EDT", "01:30 EST"]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "under a minute"), (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 min"), (timedelta(minutes=59, seconds=59), "59 min"), (timedelta(hours=1), "1 h"),
        (timedelta(hours=6, minutes=23), "6 h 23 min"), (timedelta(days=2), "2 d"),
        (timedelta(days=2, hours=3, minutes=4), "2 d 3 h"), (timedelta(days=1, minutes=4), "1 d"),
    ],
)  # fmt: skip
def test_durations_in_words(length, words):
    assert span(length) == words
