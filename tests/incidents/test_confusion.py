"""People who report one provider while another one, which does the same job, is in trouble."""

import pytest

from incidents import services
from incidents.models import Incident
from incidents.queries import incident_detail
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import PendingChange
from monitors.services.states import observe
from tests.factories import ProviderFactory, ScopeFactory
from tests.incidents.scenes import at, correlate, say

pytestmark = pytest.mark.django_db

DEGRADED, OK = State.DEGRADED, State.OPERATIONAL


@pytest.fixture
def verizon():
    return ScopeFactory(provider=ProviderFactory(name="Verizon"))


@pytest.fixture
def tmobile(verizon):
    scope = ScopeFactory(provider=ProviderFactory(name="T-Mobile"))
    scope.provider.alternatives.add(verizon.provider)
    return scope


def reports(scope, networks, minutes, state=DEGRADED):
    ref = f"crowd:{scope.provider_id}"
    observe(
        [Observation(Source.CROWD, ref, scope.id, state, at(minutes), "people", {"networks": networks})],
        now=at(minutes),
    )
    correlate(minutes)


def open_at(scope):
    return Incident.objects.filter(provider=scope.provider, resolved_at=None).exists()


@pytest.mark.parametrize(
    ("theirs", "is_seen", "ours", "opens"),
    [
        (114, False, 9, False),  # many more reports about the other one
        (27, False, 9, False),
        (26, False, 9, True),
        (9, True, 9, False),  # as many, and its vendor says so too
        (8, True, 9, True),
    ],
)
def test_reports_that_may_be_meant_for_another_raise_no_suspicion_alone(verizon, tmobile, theirs, is_seen, ours, opens):
    reports(tmobile, theirs, 0)
    if is_seen:
        say(tmobile, DEGRADED, minutes=0, ref="feed:2")
        correlate(0)
    reports(verizon, ours, 5)
    assert open_at(verizon) is opens
    if not opens:
        refused = PendingChange.objects.get(change__provider=verizon.provider)
        assert refused.reason == "too little evidence (8%): people may mean T-Mobile"


def test_it_is_the_same_from_both_sides_of_the_link_and_not_for_strangers(verizon, tmobile):
    stranger = ScopeFactory()
    reports(verizon, 100, 0)
    for scope, opens in ((tmobile, False), (stranger, True)):
        reports(scope, 9, 5)
        assert open_at(scope) is opens


def test_what_stands_on_a_provider_in_trouble_is_in_trouble(verizon):
    child = ScopeFactory(provider=ProviderFactory(parent=verizon.provider))
    reports(verizon, 100, 0)
    reports(child, 9, 5)
    assert open_at(child)


def test_another_source_opens_it_all_the_same(verizon, tmobile):
    reports(tmobile, 100, 0)
    reports(verizon, 9, 5)
    say(verizon, DEGRADED, minutes=6, ref="feed:3")
    correlate(6)
    assert {s.source for s in Incident.objects.get(provider=verizon.provider).sightings.all()} == {"crowd", "official"}


def test_reports_that_go_on_after_the_other_one_is_well_raise_a_suspicion(verizon, tmobile):
    reports(tmobile, 100, 0)
    reports(verizon, 9, 5)
    reports(tmobile, 0, 10, OK)
    services.tend(at(11))
    correlate(11)
    assert open_at(verizon)


def test_a_suspicion_fades_and_its_page_says_why(verizon, tmobile):
    reports(verizon, 9, 0)
    before = Incident.objects.get().confidence
    reports(tmobile, 100, 5)
    services.tend(at(6))
    incident = Incident.objects.get(provider=verizon.provider)
    assert incident.confidence < before / 2
    assert incident_detail(incident.uid, None).weighed == (
        "Reports about Verizon may be meant for T-Mobile, which does the same and is reported too: they count for less.",
    )
