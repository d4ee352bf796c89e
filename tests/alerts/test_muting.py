"""Trouble that only muted monitors see wakes nobody; what anybody else sees does."""

from datetime import timedelta

import pytest

from alerts import services
from incidents.models import Sighting
from monitors.core.states import State
from monitors.services import bulk
from tests.alerts.scenes import NOW, happen, heard, make_channel, make_incident, make_route, route_all
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def sees(incident, ref, scope, state=State.MAJOR_OUTAGE):
    Sighting.objects.create(
        incident=incident, source="probe", ref=ref, scope=scope, state=state, first_at=NOW, seen_at=NOW
    )


@pytest.mark.parametrize(
    ("muted_for", "other", "expected"),
    [
        ([HOUR], None, []),
        ([HOUR, HOUR], None, []),
        ([-HOUR], None, ["opened", "resolved"]),
        ([HOUR, None], None, ["opened", "resolved"]),
        ([HOUR], "feed:7", ["opened", "resolved"]),
    ],
    ids=["muted", "both muted", "no longer", "one of two", "the vendor says so too"],
)
def test_what_only_muted_monitors_see_is_told_to_nobody(muted_for, other, expected):
    scope, channel = ScopeFactory(), make_channel(OrganizationFactory())
    make_route(scope, channel)
    incident = make_incident(channel.organization, scope)
    incident.sightings.all().delete()  # by its receipts
    for length in muted_for:
        monitor = MonitorFactory(organization=channel.organization, scope=scope, muted_until=length and NOW + length)
        sees(incident, f"monitor:{monitor.id}", scope)
    if other:
        sees(incident, other, scope)
    happen(incident, "opened")
    route_all()
    incident.sightings.update(state=State.OPERATIONAL, cleared_at=NOW)
    happen(incident, "resolved")
    route_all()
    assert heard() == [(channel.id, word) for word in expected]


def muted(channel, scope, *, at, until, user=None):
    monitor = MonitorFactory(organization=channel.organization, scope=scope, muted_at=at, muted_until=until)
    incident = make_incident(channel.organization, scope)
    incident.sightings.all().delete()
    sees(incident, f"monitor:{monitor.id}", scope)
    happen(incident, "opened")
    route_all()
    return monitor, incident


def after(minutes):
    now = NOW + timedelta(minutes=minutes)
    services.route_after_mutes(now=now)
    route_all(now)
    return [word for _, word in heard()]


@pytest.fixture
def followed():
    scope, channel = ScopeFactory(), make_channel(OrganizationFactory())
    make_route(scope, channel)
    return channel, scope


def test_trouble_that_outlasts_its_mute_is_told_once_when_the_mute_is_over(followed):
    muted(*followed, at=NOW - HOUR, until=NOW + HOUR)
    assert [after(minutes) for minutes in (1, 59, 60, 61, 240)] == [[], [], ["opened"], ["opened"], ["opened"]]


def test_trouble_whose_mute_is_lifted_is_told_at_once(followed):
    monitor, _ = muted(*followed, at=NOW - HOUR, until=NOW + HOUR)
    bulk.mute(monitor.organization_id, [monitor.id], until=None, by=None, now=NOW + timedelta(minutes=5))
    assert [after(minutes) for minutes in (5, 6)] == [["opened"], ["opened"]]


def test_trouble_that_was_told_before_the_mute_is_not_told_again_after_it(followed):
    monitor, _ = muted(*followed, at=None, until=None)
    for until in (NOW + HOUR, None):
        bulk.mute(monitor.organization_id, [monitor.id], until=until, by=None, now=NOW + timedelta(minutes=5))
    assert [after(minutes) for minutes in (6, 7)] == [["opened"], ["opened"]]


def test_what_got_worse_in_a_mute_is_told_after_it(followed):
    monitor, incident = muted(*followed, at=None, until=None)
    bulk.mute(monitor.organization_id, [monitor.id], until=NOW + HOUR, by=None, now=NOW + timedelta(minutes=5))
    happen(incident, "worse")
    assert [after(minutes) for minutes in (6, 60)] == [["opened"], ["opened", "worse"]]


def test_trouble_that_ended_in_its_mute_or_is_seen_by_another_muted_one_is_told_to_nobody(followed):
    _, over = muted(*followed, at=NOW - HOUR, until=NOW + HOUR)
    over.sightings.update(state=State.OPERATIONAL, cleared_at=NOW)
    happen(over, "resolved")
    _, other = muted(*followed, at=NOW - HOUR, until=NOW + HOUR)
    longer = MonitorFactory(organization=followed[0].organization, muted_at=NOW - HOUR, muted_until=NOW + 3 * HOUR)
    sees(other, f"monitor:{longer.id}", followed[1])
    Sighting.objects.filter(incident=other).exclude(ref=f"monitor:{longer.id}").update(
        state=State.OPERATIONAL, cleared_at=NOW
    )
    assert [after(minutes) for minutes in (61, 181)] == [[], ["opened"]]
