"""The course of one incident, on an axis of its own length."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.timeline import ImpactSpan, Span
from incidents.models import Incident
from monitors.core.states import Source, State
from pages.core.course import MOST_TICKS, course, ticks
from tests.pages.scenes import Scene

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def later(minutes):
    return NOON + timedelta(minutes=minutes)


def lasted(state, began, ended):
    return ImpactSpan(Span(later(began), later(ended)), state, 1)


def test_each_source_has_a_strip_from_when_it_saw_it_to_when_it_no_longer_did():
    firsts = {Source.CROWD: NOON, Source.OFFICIAL: later(31)}
    troubles = {
        Source.CROWD: [lasted(State.DEGRADED, 0, 40)],
        Source.OFFICIAL: [lasted(State.PARTIAL_OUTAGE, 31, 100), lasted(State.DEGRADED, 35, 80)],
    }
    drawn = course(firsts, troubles, lasted(State.PARTIAL_OUTAGE, 0, 100), "SMS", is_open=True)
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
    drawn = course({Source.CROWD: later(-10)}, {}, lasted(State.DEGRADED, 0, 40), "SMS", is_open=False)
    assert drawn.window == Span(later(-14), later(40))


@pytest.mark.parametrize("minutes", [0, 13])
def test_a_short_incident_has_the_half_hour_before_its_end_and_nothing_after(minutes):
    drawn = course({}, {}, lasted(State.DEGRADED, 0, minutes), "SMS", is_open=True)
    assert (drawn.window, drawn.strips) == (Span(later(minutes - 30), later(minutes)), ())


def test_the_vendor_s_words_are_marked_on_its_own_strip_alone():
    firsts = {Source.OFFICIAL: NOON, Source.PROBE: NOON}
    drawn = course(firsts, {}, lasted(State.DEGRADED, 0, 100), "SMS", is_open=True, posted_at=later(31))
    assert [(strip.source, [post.at for post in strip.posts]) for strip in drawn.strips] == [
        (Source.OFFICIAL, [later(31)]),
        (Source.PROBE, []),
    ]
    assert drawn.strips[0].words.endswith("first saw it 12:00 UTC; wrote of it 12:31 UTC")


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
    assert answer.text.count(">evidence ") == 2


@pytest.mark.django_db
def test_a_source_that_took_its_word_back_and_spoke_again_is_drawn_as_it_spoke(client):
    scene = Scene()
    for minutes, state in (
        (90, State.PARTIAL_OUTAGE),
        (70, State.OPERATIONAL),
        (65, State.DEGRADED),
        (60, State.OPERATIONAL),
    ):
        scene.say(scene.sms, state, minutes=minutes)
    uid = Incident.objects.get(organization=None).uid
    course_ = client.get(f"/incidents/{uid}/").context["course"]
    expected = [
        (State.PARTIAL_OUTAGE, scene.ago(90), scene.ago(70)),
        (State.DEGRADED, scene.ago(65), scene.ago(60)),
    ]
    assert [(one.state, one.began_at, one.ended_at) for one in course_.strips[0].stretches] == expected
    day = client.get("/is/twilio/down").context["day"]
    told = [one for one in day.strips[0].telling if one.state.is_impaired]
    assert [(one.state, one.began_at, one.ended_at) for one in told] == expected
