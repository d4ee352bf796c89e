"""The last 24 hours as "is it down?" draws them."""

import re
from datetime import timedelta

import pytest

from incidents.core.timeline import Span
from incidents.models import Incident
from kit.clock import clock
from monitors.core.states import Source, State
from monitors.models import Coverage, Report, ReportCount
from pages.core.day import Day, band, window_of
from pages.templatetags.day import incidents_over
from tests.factories import MembershipFactory
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Scene()
    Coverage.objects.create(ref=f"feed:{scene.feed.id}", began_at=scene.ago(60 * 6), ended_at=scene.now)
    scene.say(scene.sms, State.DEGRADED, minutes=62, source=Source.CROWD, ref=f"crowd:{scene.twilio.id}")
    scene.say(scene.sms, State.PARTIAL_OUTAGE, minutes=31)
    return scene


def strip_of(client, label):
    text = client.get("/is/twilio/down").text
    return text.split(f"<span>{label}</span>")[1].split('<div class="strip">')[0]


def at(scene, minutes):
    return f"{scene.ago(minutes):%H:%M}"


def test_a_source_s_strip_has_its_gap_its_trouble_and_when_it_first_saw_it(client, scene):
    drawn = strip_of(client, "Vendor&#x27;s page")
    label = re.search('aria-label="([^"]*)"', drawn)[1]
    began = window_of(scene.now).began_at
    assert label.startswith(f"Vendor&#x27;s page: {began:%H:%M} to ")
    assert "UTC: no data; " in label
    assert f"; {at(scene, 31)} to " in label
    assert label.endswith(f" UTC: partial outage; first saw it {at(scene, 31)} UTC")
    assert drawn.count('fill="url(#no-data)"') == 1
    assert drawn.count('class="mark"') == 1


def test_incidents_lie_over_the_strips_and_lead_to_their_pages(client, scene):
    one = Incident.objects.get(organization=None)
    drawn = strip_of(client, "Incidents")
    assert f'<a href="/incidents/{one.uid}/">' in drawn
    assert f"<title>{one.title}: partial outage, goes on</title>" in drawn


def test_who_saw_it_first_is_said_in_words(client, scene):
    words = f"First seen by: People at {at(scene, 62)} UTC, vendor&#x27;s page 31\u00a0min\u00a0later"
    assert words in client.get("/is/twilio/down").text


def test_the_table_has_what_the_strips_show(client, scene):
    text = client.get("/is/twilio/down").text.split('<table class="table table-stack">')[1].split("</table>")[0]
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in text.split("<tr>")[2:]]
    assert [re.sub(r"\d+ \w+ \d\d:\d\d", "then", row) for row in rows] == [
        "Vendor&#x27;s page no data then then",
        "Vendor&#x27;s page partial outage then then",
        "People degraded then then",
    ]


def test_a_member_s_page_marks_a_cause_once_though_it_has_two_records(client, scene):
    client.force_login(MembershipFactory(organization=scene.acme).user)
    assert Incident.objects.filter(provider=scene.twilio).count() == 3
    day = client.get("/is/twilio/down").context["day"]
    assert [len(strip.marks) for strip in day.strips] == [1, 0, 1, 0]
    assert len(day.bands) == 1


def test_an_organization_s_evidence_is_on_no_stranger_s_axis(client, scene):
    scene.receipts(scene.acme, scene.sms, State.MAJOR_OUTAGE, minutes=90)
    day = client.get("/is/twilio/down").context["day"]
    assert [len(strip.marks) for strip in day.strips] == [1, 0, 1, 0]


def test_the_operators_probes_and_what_several_share_are_on_everybodys_axis(client, scene):
    Coverage.objects.create(ref=f"probes:{scene.twilio.id}", began_at=scene.ago(60), ended_at=scene.now)
    scene.say(scene.sms, State.MAJOR_OUTAGE, minutes=20, source=Source.PROBE, ref=f"probes:{scene.twilio.id}")
    scene.say(scene.sms, State.DEGRADED, minutes=15, source=Source.DELIVERY, ref=f"shared:{scene.twilio.id}")
    official, probes, crowd, delivery = client.get("/is/twilio/down").context["day"].strips
    assert [len(strip.marks) for strip in (official, probes, crowd, delivery)] == [1, 1, 1, 1]
    assert [one.state for one in probes.stretches] == [State.UNKNOWN, State.OPERATIONAL, State.MAJOR_OUTAGE]
    assert [one.state for one in delivery.stretches] == [State.UNKNOWN, State.DEGRADED]


def test_reports_are_counted_by_the_quarter_with_their_problems_and_countries(client, scene):
    for n in range(8):
        when = scene.now.replace(second=0, microsecond=0) - timedelta(minutes=n)
        ReportCount.objects.create(scope=scene.sms, minute=when, reports=1)
        Report.objects.create(
            provider=scene.twilio, scope=scene.sms, problem="delivery", country="JP" if n < 6 else "US", at=when,
            window=when, voter=str(n), network=str(n),
        )  # fmt: skip
    answer = client.get("/is/twilio/down")
    crowd = answer.context["crowd"]
    assert (crowd.total, crowd.last_quarter, sum(column.number for column in crowd.columns)) == (8, 8, 8)
    assert "6 · 75 %" in answer.text
    assert "2 · 25 %" in answer.text
    assert 'aria-label="8 reports in 24 hours, at most ' in answer.text


def test_comments_are_shown_once_approved_and_as_text(client, scene):
    states = {"<b>No SMS since ten</b>": "approved", "Buy this": "held", "Rude": "rejected", "": "approved"}
    for n, (comment, state) in enumerate(states.items()):
        Report.objects.create(
            provider=scene.twilio, scope=scene.sms, problem="delivery", country="JP", at=scene.ago(n), window=scene.ago(n),
            voter=str(n), network=str(n), comment=comment, comment_state=state,
        )  # fmt: skip
    text = client.get("/is/twilio/down").text
    assert '<p class="quote">&lt;b&gt;No SMS since ten&lt;/b&gt;</p>' in text
    assert "Buy this" not in text
    assert "Rude" not in text
    assert text.split("What they write")[1].split("</ol>")[0].count("<li>") == 1


def test_incidents_at_the_same_time_lie_under_each_other_and_later_ones_beside():
    window = window_of(clock())

    def one(uid, began, ended):
        span = Span(window.began_at + timedelta(hours=began), window.began_at + timedelta(hours=ended))
        return band(span, State.DEGRADED, uid, uid, is_open=False, window=window)

    drawn = incidents_over(Day(window, (), (one("a", 1, 5), one("b", 2, 3), one("c", 4, 6), one("d", 5, 7)), ()))
    assert re.findall(r' y="(\d+)"', drawn) == ["1", "13", "13", "1"]
    assert 'height="24"' in drawn
