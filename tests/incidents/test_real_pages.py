"""Real status pages, through the product's own door."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidents import queries, services
from incidents.models import Incident
from monitors.core.states import State
from monitors.formats.statuspage_v2 import FORMAT
from monitors.services.official import ingest
from tests.factories import FeedFactory, ProviderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.needs_shared]

BODIES = Path(__file__).parents[3] / "shared/data/payloads/statuspage_v2"


@pytest.mark.skipif(not BODIES.exists(), reason="the shared payloads are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "category", "now", "sightings"),
    [
        ("twilio_summary_20200616", "comms", datetime(2020, 6, 16, 20, 30, tzinfo=UTC), [2, 4]),
        ("github_incident", "dev", datetime(2014, 5, 14, 20, 30, tzinfo=UTC), [3]),
    ],
)
def test_a_page_becomes_one_incident_per_post_with_the_components_that_it_lists(name, category, now, sightings):
    provider = ProviderFactory(name="Vendor", category=category)
    feed = FeedFactory(provider=provider, last_read_at=now)
    ingest(feed, FORMAT.parse((BODIES / f"{name}.json").read_bytes()), now=now, complete=True)
    while services.correlate_next(now):
        pass
    assert services.tend(now) == 0
    found = Incident.objects.order_by("id")
    assert [incident.sightings.count() for incident in found] == sightings
    assert [[event.kind for event in incident.events.all()] for incident in found] == [["opened"]] * len(sightings)
    view = queries.provider_view(provider, None, now)
    assert view.state.state is max(incident.state for incident in found)
    assert {group.state for group in view.groups} <= {State.OPERATIONAL, view.state.state}
