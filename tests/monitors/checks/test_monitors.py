"""Making, changing, pausing and removing monitors."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.addresses import AddressRefused, NameUnresolved
from monitors.core.states import State
from monitors.models import CheckResult, Coverage, Monitor, SourceState, StateChange
from monitors.services import monitors as services
from monitors.services.dispatch import claim_due
from monitors.services.monitors import Settings
from monitors.services.results import record
from tests.factories import MonitorFactory, ScopeFactory
from tests.monitors.checks.test_results import BAD, GOOD, outcome, say

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)


def wanted(**changes):
    fields = {
        "name": "API", "kind": "http", "target": "http://127.0.0.1:8100/health", "options": {"method": "GET"},
        "interval_s": 60, "timeout_s": 10, "confirmations": 2,
    }  # fmt: skip
    return Settings(**fields | changes)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://127.0.0.1:8100/", "127.0.0.1 is not a public address."),
        ("http://169.254.169.254/", "169.254.169.254 is not a public address."),
        ("http://user:pw@8.8.8.8/", "An address must not hold a user name or a password."),
        ("file:///etc/passwd", "An address must start with http:// or https://"),
        ("http://8.8.8.8:22/", "Port 22 is not open to checks."),
    ],
)
def test_an_address_that_is_not_public_is_refused_with_the_reason(target, words):
    with pytest.raises(AddressRefused) as refused:
        services.create(1, ScopeFactory(), wanted(target=target), now=NOON)
    assert str(refused.value).startswith(words)
    assert Monitor.objects.count() == 0


def test_a_name_that_does_not_exist_is_refused():
    with pytest.raises(NameUnresolved):
        services.judge_target("http", "http://no-such-name-of-ours.example.com.invalid-tld/")


def test_our_own_address_would_run_in_a_circle(settings):
    settings.PUBLIC_URL, settings.ALLOWED_PRIVATE_HOSTS = "http://127.0.0.1:8000", ["127.0.0.1"]
    with pytest.raises(AddressRefused):
        services.judge_target("http", "http://127.0.0.1:8000/healthz")


def test_a_new_monitor_is_due_at_once(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    scope = ScopeFactory()
    monitor = services.create(MonitorFactory().organization_id, scope, wanted(), now=NOON)
    assert (monitor.scope, monitor.next_check_at, monitor.is_paused) == (scope, NOON, False)
    assert monitor.id in {claim.monitor_id for claim in claim_due(now=NOON)}


def test_a_change_drops_the_check_that_is_under_way(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    monitor = MonitorFactory(next_check_at=NOON)
    (check,) = claim_due(now=NOON)
    services.change(monitor, monitor.scope, wanted(interval_s=300), now=NOON)
    assert record([(check, BAD)], now=NOON) == 0
    monitor.refresh_from_db()
    assert (monitor.name, monitor.interval_s, monitor.next_check_at) == ("API", 300, NOON)


@pytest.mark.parametrize(("target", "expected"), [("http://127.0.0.1:8100/new", None), (None, 300_000)])
def test_what_was_seen_of_another_target_confirms_nothing_and_measures_nothing(settings, target, expected):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    monitor = MonitorFactory(confirmations=2, baseline_us=300_000, target="http://127.0.0.1:8100/old")
    say(monitor, GOOD, BAD)
    services.change(monitor, monitor.scope, wanted(target=target or monitor.target), now=LATER)
    row = SourceState.objects.get()
    assert (row.state, row.pending, row.agreeing) == (State.OPERATIONAL, None, 0)
    monitor.refresh_from_db()
    assert (monitor.baseline_us, monitor.retargeted_at) == (expected, None if expected else LATER)


def test_a_monitor_that_moves_to_another_scope_withdraws_its_word(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    monitor = MonitorFactory(confirmations=1)
    say(monitor, GOOD, BAD)
    services.change(monitor, ScopeFactory(), wanted(), now=LATER)
    last = StateChange.objects.latest("id")
    assert (last.scope, last.old, last.new) == (monitor.scope, State.MAJOR_OUTAGE, State.UNKNOWN)
    assert SourceState.objects.count() == 0


def test_a_paused_monitor_says_nothing_more_and_resumes_at_once():
    monitor = MonitorFactory(confirmations=1, next_check_at=NOON)
    say(monitor, GOOD, BAD)
    services.pause(monitor, now=LATER)
    assert SourceState.objects.get().state == State.UNKNOWN
    assert StateChange.objects.latest("id").new == State.UNKNOWN
    assert claim_due(now=LATER) == []
    services.resume(monitor, now=LATER)
    assert len(claim_due(now=LATER)) == 1


def test_a_removed_monitor_takes_its_rows_with_it():
    monitor, other = MonitorFactory(), MonitorFactory()
    for one in (monitor, other):
        record([outcome(one, GOOD)], now=NOON)
    services.delete(monitor, now=LATER)
    left = [model.objects.count() for model in (Monitor, CheckResult, Coverage, SourceState)]
    assert left == [1, 1, 1, 1]
