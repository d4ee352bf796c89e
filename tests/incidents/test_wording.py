"""An incident's title, and the answer to "is it down?", say what receipts measured: late, or failing."""

import pytest

from incidents.core.wording import Trouble, answer, title
from incidents.models import Incident
from incidents.queries import provider_view
from incidents.services import correlate_next
from monitors.core.delivery import Symptom, Tally
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.services.states import observe
from tests.factories import CarrierFactory, ComponentFactory, ProviderFactory, ScopeFactory
from tests.incidents.scenes import at

DEGRADED, PARTIAL, MAJOR = State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE


@pytest.mark.parametrize(
    ("state", "symptom", "failure", "doing"),
    [
        (DEGRADED, Symptom.LATE, "delivery delays", "is delayed"),
        (DEGRADED, Symptom.FAILING, "some delivery failures", "fails for some"),
        (PARTIAL, Symptom.LATE, "severe delivery delays", "is severely delayed"),
        (PARTIAL, Symptom.FAILING, "delivery failures", "fails for many"),
        (MAJOR, Symptom.LATE, "outage", "is down"),
        (MAJOR, Symptom.FAILING, "outage", "is down"),
        # Nobody measured: as vendors put it.
        (DEGRADED, "", "delivery delays", "is delayed"),
        (PARTIAL, "", "delivery failures", "fails for some"),
    ],
)
def test_words_for_messages_follow_what_is_measured(state, symptom, failure, doing):
    assert title(["SMS to Chile"], "sms", state, [Source.DELIVERY], symptom) == f"SMS to Chile: {failure}"
    trouble = Trouble("SMS to Chile", "sms", state, is_whole=False, symptom=symptom)
    assert answer("Acme", state, "", [trouble]) == f"No. Acme works for most, but SMS to Chile {doing}."


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(started=20, late=18, finished=2), Symptom.LATE),
        (Tally(started=20, finished=20, failed=9), Symptom.FAILING),
        (Tally(started=20, late=20, finished=20, failed=20), Symptom.FAILING),  # each failed after a while
        (Tally(started=20, late=18, finished=3, failed=1), Symptom.LATE),
        (Tally(started=20, late=10, finished=10, failed=5), Symptom.LATE),
        (Tally(started=20, late=9, finished=11, failed=5), Symptom.FAILING),
    ],
)
def test_failing_outweighs_twice_as_many_late(tally, expected):
    assert tally.symptom is expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("symptoms", "failure", "doing"),
    [
        (["late"], "delivery delays", "is delayed"),
        (["failing"], "some delivery failures", "fails for some"),
        (["late", "failing"], "some delivery failures", "fails for some"),
    ],
)
def test_an_incident_is_named_by_what_its_receipts_measured(symptoms, failure, doing):
    provider = ProviderFactory(name="Acme")
    carrier = CarrierFactory(name="Docomo", country="JP")
    scope = ScopeFactory(component=ComponentFactory(provider=provider, name="SMS", service="sms"), carrier=carrier)
    for n, symptom in enumerate(symptoms):
        evidence = {"symptom": symptom, "probability": 0.99}
        observe([Observation(Source.DELIVERY, f"shared:{n}", scope.id, DEGRADED, at(0), "", evidence)], now=at(0))
    while correlate_next(at(0)):
        pass
    assert Incident.objects.get(organization=None).title == f"SMS to Docomo (Japan): {failure}"
    assert provider_view(provider, None, at(1)).sentence.endswith(f"but SMS to Docomo (Japan) {doing}.")
