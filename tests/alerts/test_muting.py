"""Trouble that only muted monitors see wakes nobody; what anybody else sees does."""

from datetime import timedelta

import pytest

from incidents.models import Sighting
from monitors.core.states import State
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
