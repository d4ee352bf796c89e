"""Jobs report by GET, POST or HEAD; what they say is judged at the monitor's next check, which is at once."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from kit.clock import clock
from monitors.core.states import State
from monitors.models import Heartbeat, Monitor, Ping, SourceState
from monitors.probes.base import Reason
from monitors.services import checks, monitors
from monitors.services.dispatch import claim_due
from monitors.services.results import record
from tests.factories import OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db
WANTED = monitors.Settings("Backup", "heartbeat", "", {"period": "1h", "grace": "5m"}, 60, 5, 1)


@pytest.fixture
def made():
    cache.clear()
    return monitors.create(OrganizationFactory().id, ScopeFactory(), WANTED, now=clock() - timedelta(hours=1))


def at(monitor, what=""):
    return f"/ping/{monitor.heartbeat.token}" + (f"/{what}" if what else "")


def reason(monitor):
    return checks.try_monitor(monitor, now=clock()).reason


@pytest.mark.parametrize(
    ("method", "whats", "expected", "kinds"),
    [
        ("get", [], Reason.NOT_KNOWN_YET, []),
        ("get", [""], Reason.OK, ["success"]),
        ("head", [""], Reason.OK, ["success"]),
        ("post", [""], Reason.OK, ["success"]),
        ("get", ["start"], Reason.OK, ["start"]),
        ("get", ["start", ""], Reason.OK, ["start", "success"]),
        ("get", ["fail"], Reason.HEARTBEAT_FAILED, ["fail"]),
        ("get", ["0"], Reason.OK, ["success"]),
        ("get", ["3"], Reason.HEARTBEAT_FAILED, ["fail"]),
        ("get", ["fail", ""], Reason.OK, ["fail", "success"]),
        ("get", ["", "log"], Reason.OK, ["success", "log"]),
        ("get", ["log"], Reason.NOT_KNOWN_YET, ["log"]),
    ],
)
def test_reports_are_stored_and_judged(client, made, method, whats, expected, kinds):
    for what in whats:
        assert getattr(client, method)(at(made, what)).status_code == 200
    assert reason(made) == expected
    assert list(Ping.objects.order_by("id").values_list("kind", flat=True)) == kinds


def test_a_report_has_the_monitor_checked_at_once(client, made):
    later = clock() + timedelta(hours=1)
    for what, is_at_once in (("log", False), ("fail", True)):
        Monitor.objects.update(next_check_at=later)
        client.get(at(made, what))
        assert (Monitor.objects.get().next_check_at < later) is is_at_once


def test_a_run_is_measured_from_start_to_end(client, made):
    client.get(at(made, "start"))
    began = clock() - timedelta(seconds=90)
    Heartbeat.objects.update(began_at=began)
    client.get(at(made))
    most = (clock() - began) // timedelta(microseconds=1)
    client.get(at(made))  # without a start, nothing is known of its length
    measured = list(Ping.objects.order_by("id").values_list("duration_us", flat=True))
    assert 90_000_000 <= measured[1] <= most
    assert (measured[0], measured[2]) == (None, None)


def test_a_body_is_kept_cut_masked_and_printable(client, made):
    body = b"token=hush123\0 \xff" + b"x" * 200_000
    assert client.post(at(made, "fail"), body, content_type="text/plain").status_code == 200
    kept = Ping.objects.get().body
    assert (kept[:12], len(kept)) == ("token=••• �x", 4000)


@pytest.mark.parametrize(
    ("what", "status"), [("256", 400), ("-1", 400), ("stop", 400), ("٣", 400), ("00000", 400), ("1e3", 400)]
)
def test_what_means_nothing_is_refused(client, made, what, status):
    assert client.get(at(made, what)).status_code == status
    assert Ping.objects.count() == 0


def test_a_wrong_token_and_a_wrong_method(client, made):
    assert client.get("/ping/nothing-here").status_code == 404
    assert client.get("/ping/nothing\x00here").status_code == 404
    assert client.put(at(made)).status_code == 405


def test_too_many_reports_are_turned_away(client, made):
    statuses = {client.get(at(made, "log")).status_code for _ in range(61)}
    assert (statuses, Ping.objects.count()) == ({200, 429}, 60)


def test_only_the_newest_reports_are_kept(client, made, monkeypatch):
    from monitors.services import heartbeats

    monkeypatch.setattr(heartbeats, "KEPT_PINGS", 5)
    monkeypatch.setattr(heartbeats, "PRUNE_EVERY", 1)
    for _ in range(8):
        client.get(at(made, "log"))
    assert Ping.objects.count() == 5


def test_a_failure_goes_the_whole_way_from_the_ping_to_the_monitors_state(client, made):
    states = []
    for what in ("", "3", "0"):
        client.get(at(made, what))
        claimed = claim_due(now=clock())
        results = checks.engine().run_batch(checks.tasks_of(claimed, now=clock()))
        record(list(zip(claimed, results, strict=True)), now=clock())
        word = SourceState.objects.get(ref=f"monitor:{made.id}")
        states.append((word.state, "exit code 3" in word.reason))
    assert states == [(State.OPERATIONAL, False), (State.MAJOR_OUTAGE, True), (State.OPERATIONAL, False)]
