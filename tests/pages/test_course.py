"""The course of one incident, on an axis of its own length."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.timeline import Span
from incidents.models import Incident
from monitors.core.states import Source, State
from pages.core.course import MOST_TICKS, Sight, course, ticks
from tests.pages.scenes import Scene

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def later(minutes):
    return NOON + timedelta(minutes=minutes)


def test_each_source_has_a_strip_from_when_it_saw_it_to_when_it_no_longer_did():
    sights = [
        Sight(Source.CROWD, State.DEGRADED, NOON, later(40)),
        Sight(Source.OFFICIAL, State.PARTIAL_OUTAGE, later(31), None),
        Sight(Source.OFFICIAL, State.DEGRADED, later(35), later(80)),
    ]
    drawn = course(sights, "SMS", State.PARTIAL_OUTAGE, Span(NOON, later(100)), is_open=True)
    assert drawn.window == Span(later(-8), later(100))
    assert [(strip.source, strip.marks[0].at) for strip in drawn.strips] == [
        (Source.OFFICIAL, later(31)),
        (Source.CROWD, NOON),
    ]
    assert [one.label for strip in drawn.strips for one in strip.stretches] == [
        "12:31 to 13:40 UTC: partial outage",
        "12:00 to 12:40 UTC: degraded",
    ]


def test_a_source_that_saw_it_before_the_record_began_is_inside_the_axis():
    sights = [Sight(Source.CROWD, State.DEGRADED, later(-10), None)]
    drawn = course(sights, "SMS", State.DEGRADED, Span(NOON, later(40)), is_open=False)
    assert drawn.window == Span(later(-14), later(40))


def test_an_incident_of_a_moment_has_an_axis_of_half_an_hour():
    drawn = course([], "SMS", State.DEGRADED, Span(NOON, NOON), is_open=False)
    assert (drawn.window.seconds, drawn.strips) == (1944.0, ())


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (timedelta(minutes=32), ["12:05", "12:10", "12:15", "12:20", "12:25", "12:30"]),
        (timedelta(hours=5), ["13:00", "14:00", "15:00", "16:00"]),
        (timedelta(hours=30), ["18:00", "3 Mar", "06:00", "12:00"]),
        (timedelta(days=4), ["3 Mar", "12:00", "4 Mar", "12:00", "5 Mar", "12:00", "6 Mar"]),
        (timedelta(days=20), ["5 Mar", "8 Mar", "11 Mar", "14 Mar", "17 Mar", "20 Mar"]),
    ],
)
def test_ticks_are_round_times_and_never_too_many(length, labels):
    found = [tick.label for tick in ticks(Span(NOON, NOON + length))]
    assert found == labels
    assert len(found) <= MOST_TICKS


@pytest.mark.django_db
def test_an_incident_s_page_shows_each_source_s_share_and_when_it_first_saw_it(client):
    scene = Scene()
    scene.say(scene.docomo, State.DEGRADED, minutes=62, source=Source.CROWD, ref=f"crowd:{scene.twilio.id}")
    scene.post(scene.docomo, "SMS delays to Docomo", "We look.", State.DEGRADED, minutes=31)
    answer = client.get(f"/incidents/{Incident.objects.get(organization=None).uid}/")
    assert [(strip.source, strip.marks[0].at) for strip in answer.context["course"].strips] == [
        (Source.OFFICIAL, scene.ago(31)),
        (Source.CROWD, scene.ago(62)),
    ]
    assert answer.text.count("of the evidence</small>") == 2
