"""Each part that a health document names is a scope of its own, inside the monitor's."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import Incident
from incidents.tasks import correlate_pending
from monitors.core.states import State
from monitors.models import Component, SourceState, StateChange
from monitors.probes.base import Phases, ProbeResult, Reason
from monitors.queries.monitor_charts import AskedCharts
from monitors.queries.monitor_page import monitor_page
from monitors.services.dispatch import Check
from monitors.services.results import record
from monitors.services.scopes import own_scope
from tests.factories import MonitorFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UP, DEGRADED, DOWN, UNKNOWN = "operational", "degraded", "major outage", "unknown"


@pytest.fixture
def monitor():
    organization = OrganizationFactory()
    scope = own_scope(organization.id, "Shop")
    return MonitorFactory(organization=organization, scope=scope, kind="health", name="Shop", confirmations=2)


def say(monitor, *documents, trouble=None):
    """Record one check a minute, each with the parts and their words that its document named."""
    for minute, parts in enumerate(documents):
        worst = max((State[word.upper().replace(" ", "_")] for word in parts.values()), default=State.MAJOR_OUTAGE)
        worst = State.DEGRADED if worst == State.UNKNOWN else worst
        shown = [{"name": name, "state": word, "words": word} for name, word in parts.items()]
        reason = Reason.UNHEALTHY if worst.is_impaired else Reason.OK
        detail = {"components": shown} if parts else {}
        result = ProbeResult(worst, reason, 9_000, Phases(), "The service says so.", detail)
        at = NOON + minute * MINUTE
        record([(Check(monitor.id, 0, at, "health", monitor.target, {}, 10), result)], now=at)


def words(monitor):
    rows = SourceState.objects.filter(ref=f"monitor:{monitor.id}").exclude(scope=monitor.scope)
    return {row.scope.component.name: row.state for row in rows}


def test_each_part_has_a_word_of_its_own_below_the_whole(monitor):
    say(monitor, {"db": UP, "mail": UP})
    assert words(monitor) == {"db": State.OPERATIONAL, "mail": State.OPERATIONAL}
    assert {part.group_id for part in Component.objects.filter(name__in=["db", "mail"])} == {monitor.scope.component_id}


def test_a_part_that_fails_is_confirmed_as_the_whole_is_and_joins_its_incident(monitor):
    say(monitor, {"db": UP, "mail": UP}, {"db": DOWN, "mail": UP}, {"db": DOWN, "mail": UP})
    assert words(monitor) == {"db": State.MAJOR_OUTAGE, "mail": State.OPERATIONAL}
    changes = StateChange.objects.values_list("scope__component__name", "new", "at")
    assert sorted(changes) == [(name, State.MAJOR_OUTAGE, NOON + MINUTE) for name in ("Shop", "db")]
    correlate_pending()
    incident = Incident.objects.get()
    assert incident.title == "db (Shop): outage"


def test_a_part_recovers_with_the_whole_and_alone(monitor):
    both, one = {"db": DOWN, "mail": DEGRADED}, {"db": UP, "mail": DEGRADED}
    say(monitor, both, both, one, one)
    assert words(monitor) == {"db": State.OPERATIONAL, "mail": State.DEGRADED}
    say(monitor, *[both] * 2, *[one] * 2, *[{"db": UP, "mail": UP}] * 2)
    assert words(monitor) == {"db": State.OPERATIONAL, "mail": State.OPERATIONAL}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"mail": UP}, State.OPERATIONAL),  # no longer named: whoever took it out knew
        ({}, State.MAJOR_OUTAGE),  # no document at all says nothing of parts
        ({"db": UNKNOWN}, State.MAJOR_OUTAGE),
    ],
)
def test_what_a_document_leaves_out(monitor, document, expected):
    say(monitor, *[{"db": DOWN, "mail": UP}] * 2, document, document)
    assert words(monitor)["db"] == expected


def test_parts_of_a_providers_health_document_are_no_scopes(monitor):
    other = MonitorFactory(kind="health")
    assert other.scope.provider_id is not None
    say(other, {"db": DOWN}, {"db": DOWN})
    assert words(other) == {}


def test_the_page_lists_the_parts_and_does_not_know_what_is_old(monitor):
    say(monitor, {"db": UP, "mail": UP})
    lines = [
        (part.name, part.state) for part in monitor_page(monitor, asked=AskedCharts.of({}), now=NOON + MINUTE).parts
    ]
    assert lines == [("db", State.OPERATIONAL), ("mail", State.OPERATIONAL)]
    late = monitor_page(monitor, asked=AskedCharts.of({}), now=NOON + timedelta(hours=3)).parts
    assert [part.state for part in late] == [State.UNKNOWN, State.UNKNOWN]
