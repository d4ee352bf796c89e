"""What the operator's own monitors tell everybody, and what nobody's do."""

import pytest

from incidents.models import Incident
from monitors.core.public_probes import together
from monitors.core.states import Source, State
from monitors.models import SourceState
from monitors.services.public_probes import tell_everybody
from tests.factories import (
    ComponentFactory,
    MonitorFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
)
from tests.incidents.scenes import at, correlate, say

OK, DEGRADED, PARTIAL, MAJOR = State.OPERATIONAL, State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([State.UNKNOWN, State.MAINTENANCE], None),
        ([OK, State.UNKNOWN], (OK, "1 of 1 probe sees it work.")),
        ([OK, OK], (OK, "2 of 2 probes see it work.")),
        ([MAJOR, OK, OK], (PARTIAL, "1 of 3 probes see trouble.")),
        ([DEGRADED, OK], (DEGRADED, "1 of 2 probes see trouble.")),
        ([MAJOR, DEGRADED], (MAJOR, "2 of 2 probes see trouble.")),
    ],
)
def test_probes_that_differ_see_a_part_fail(said, expected):
    assert together(said) == expected


@pytest.fixture
def api(db):
    return ScopeFactory(component=ComponentFactory(provider=ProviderFactory(name="Acme"), name="API"))


@pytest.fixture
def operator(db, settings):
    settings.PUBLIC_PROBES_OF = ["operator"]
    return OrganizationFactory(slug="operator")


def checked(monitor, state, minutes, fresh_for_s=300):
    say(
        monitor.scope, state, minutes=minutes, source=Source.PROBE, ref=f"monitor:{monitor.id}",
        organization_id=monitor.organization_id, reason=f"{monitor.name}: HTTP 503 of secret.example.com",
        fresh_for_s=fresh_for_s,
    )  # fmt: skip


def public_words():
    return list(SourceState.objects.filter(organization=None).values_list("ref", "state", "reason"))


def test_the_operators_probes_open_an_incident_for_everybody_and_say_nothing_of_themselves(api, operator):
    monitors = MonitorFactory.create_batch(2, organization=operator, scope=api, name="The inside of Acme")
    for monitor in monitors:
        checked(monitor, MAJOR, 0)
    assert tell_everybody(at(0.5)) == 1
    correlate(1)
    incident = Incident.objects.get(organization=None)
    assert [(s.source, s.reason) for s in incident.sightings.all()] == [("probe", "2 of 2 probes see trouble.")]
    assert public_words() == [(f"probes:{api.provider_id}", MAJOR, "2 of 2 probes see trouble.")]
    for monitor in monitors:
        checked(monitor, OK, 10)
    tell_everybody(at(10.5))
    correlate(11)
    assert public_words() == [(f"probes:{api.provider_id}", OK, "2 of 2 probes see it work.")]


@pytest.mark.parametrize("nobodys", ["another's", "paused", "stale", "own system", "private provider", "no setting"])
def test_nothing_is_told_of_what_is_not_the_operators_or_not_everybodys(api, operator, settings, nobodys):
    monitor = MonitorFactory(organization=operator, scope=api)
    if nobodys == "another's":
        monitor = MonitorFactory(scope=api)
        checked(monitor, MAJOR, 0)
    elif nobodys == "paused":
        checked(monitor, MAJOR, 0)
        monitor.is_paused = True
        monitor.save()
    elif nobodys == "stale":
        checked(monitor, MAJOR, -30)
    elif nobodys == "own system":
        monitor.scope = ScopeFactory(provider=None, organization=operator)
        monitor.save()
        checked(monitor, MAJOR, 0)
    elif nobodys == "private provider":
        monitor.scope = ScopeFactory(provider=ProviderFactory(organization=operator))
        monitor.save()
        checked(monitor, MAJOR, 0)
    else:
        settings.PUBLIC_PROBES_OF = []
        checked(monitor, MAJOR, 0)
    assert tell_everybody(at(0.5)) == 0
    assert public_words() == []
