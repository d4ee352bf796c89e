"""Jobs report by GET, POST or HEAD; what they say is judged at the monitor's next check, which is at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.handlers.asgi import ASGIRequest

from kit.clock import clock
from monitors.core.states import State
from monitors.models import Heartbeat, Monitor, MonitorChange, Ping, PingKey, PingKind, SourceState
from monitors.probes.base import Reason
from monitors.queries.heartbeats import heartbeat_page
from monitors.services import bulk, checks, heartbeats, monitors
from monitors.services.dispatch import claim_due
from monitors.services.results import record
from monitors.views import pings
from tests.factories import MembershipFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WANTED = monitors.Settings("Backup", "heartbeat", "", {"period": "1h", "grace": "5m"}, 60, 5, 1)


@pytest.fixture
def made():
    cache.clear()
    return monitors.create(OrganizationFactory().id, ScopeFactory(), WANTED, now=clock() - timedelta(hours=1))


def at(monitor, what=""):
    return f"/ping/{monitor.heartbeat.token}" + (f"/{what}" if what else "")


def reason(monitor, now=None):
    return checks.try_monitor(monitor, now=now or clock()).reason


def report(monitor, what, at_, run=""):
    kind = {"": PingKind.SUCCESS, "start": PingKind.START}[what]
    heartbeats.take_in(monitor.id, heartbeats.Report(kind, run=run), now=at_)


@pytest.mark.parametrize(
    ("method", "whats", "expected", "kinds"),
    [
        ("get", [], Reason.NOT_KNOWN_YET, []),
        ("get", [""], Reason.OK, ["success"]),
        ("head", [""], Reason.OK, ["success"]),
        ("post", [""], Reason.OK, ["success"]),
        ("get", ["start"], Reason.NOT_KNOWN_YET, ["start"]),
        ("get", ["3", "start"], Reason.HEARTBEAT_FAILED, ["fail", "start"]),
        ("get", ["", "start"], Reason.OK, ["success", "start"]),
        ("get", ["start", ""], Reason.OK, ["start", "success"]),
        ("get", ["fail"], Reason.HEARTBEAT_FAILED, ["fail"]),
        ("get", ["0"], Reason.OK, ["success"]),
        ("get", ["3"], Reason.HEARTBEAT_FAILED, ["fail"]),
        ("get", ["fail", ""], Reason.OK, ["fail", "success"]),
        ("get", ["", "log"], Reason.OK, ["success", "log"]),
        ("get", ["log"], Reason.NOT_KNOWN_YET, ["log"]),
        ("get", ["fail/"], Reason.HEARTBEAT_FAILED, ["fail"]),
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
    report(made, "start", NOON)
    report(made, "", NOON + timedelta(seconds=90))
    report(made, "", NOON + timedelta(seconds=91))  # the same again, by a client that heard no answer
    assert Heartbeat.objects.get().duration_us == 90_000_000
    report(made, "", NOON + timedelta(hours=1))  # without a start, nothing is known of its length
    assert Heartbeat.objects.get().duration_us is None
    assert list(Ping.objects.order_by("id").values_list("duration_us", flat=True)) == [None, 90_000_000, None, None]


def test_runs_that_overlap_are_told_apart_by_their_ids(client, made):
    for minute, what, run in ((0, "start", "a"), (1, "start", "b"), (2, "", "a"), (4, "", "b"), (5, "", "never-began")):
        report(made, what, NOON + timedelta(minutes=minute), run)
    measured = list(Ping.objects.order_by("id").values_list("run", "duration_us"))
    assert measured == [("a", None), ("b", None), ("a", 120_000_000), ("b", 180_000_000), ("never-began", None)]
    assert Heartbeat.objects.get().runs == {}


def test_a_job_that_begins_again_and_again_but_never_ends_is_overdue(client, made):
    report(made, "", NOON)
    for minute in range(1, 7):
        report(made, "start", NOON + timedelta(minutes=minute))
    assert reason(made, NOON + timedelta(minutes=6)) == Reason.OK
    assert reason(made, NOON + timedelta(minutes=7)) == Reason.HEARTBEAT_OVERDUE


def test_a_run_that_hangs_is_said_by_its_id_and_given_up_once_another_ends_well(client, made):
    report(made, "start", NOON, "hangs")
    report(made, "start", NOON + timedelta(minutes=5), "next")
    result = checks.try_monitor(made, now=NOON + timedelta(minutes=6))
    assert (result.reason, result.summary[:10]) == (Reason.HEARTBEAT_OVERDUE, "Run hangs ")
    report(made, "", NOON + timedelta(minutes=7), "next")
    assert reason(made, NOON + timedelta(minutes=7)) == Reason.OK


def test_a_run_id_comes_by_the_address_and_must_be_one(client, made):
    statuses = [client.get(at(made, "start"), {"rid": rid}).status_code for rid in ("", "a-1", "a b", "x" * 65)]
    assert (statuses, Ping.objects.last().run) == ([200, 200, 400, 400], "a-1")


def test_a_body_is_kept_cut_masked_and_printable(client, made):
    body = b"token=hush123\0 \xff" + b"x" * 200_000
    assert client.post(at(made, "fail"), body, content_type="text/plain").status_code == 200
    kept = Ping.objects.get()
    assert (kept.body[:12], len(kept.body), kept.size) == ("token=••• �x", 9995, len(body))


@pytest.mark.parametrize(
    ("announced", "size"), [(b"60000000", 60_000_000), (b"2", 5), (b"-1", 5), (b"9" * 30, 10**18 - 1)]
)
def test_a_body_of_which_not_all_is_read_is_as_long_as_announced(made, announced, size):
    scope = {"type": "http", "method": "POST", "path": at(made), "query_string": b""}
    request = ASGIRequest(scope | {"headers": [(b"content-length", announced)]}, BytesIO(b"hello"))
    assert pings.ping(request, made.heartbeat.token).status_code == 200
    assert (Ping.objects.get().body, Ping.objects.get().size) == ("hello", size)


@pytest.mark.parametrize(
    ("what", "status"), [("256", 400), ("-1", 404), ("stop", 404), ("٣", 400), ("00000", 400), ("1e3", 404)]
)
def test_what_means_nothing_is_refused(client, made, what, status):
    assert client.get(at(made, what)).status_code == status
    assert Ping.objects.count() == 0


def test_a_wrong_token_and_a_wrong_method(client, made):
    assert client.get("/ping/nothing-here").status_code == 404
    assert client.get("/ping/nothing\x00here").status_code == 404
    refused = client.put(at(made))
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, POST")


def test_too_many_reports_are_turned_away(client, made, monkeypatch):
    monkeypatch.setattr(pings, "PER_MINUTE", 3)
    answers = [client.get(at(made, "log")) for _ in range(4)]
    assert ([a.status_code for a in answers], Ping.objects.count()) == ([200, 200, 200, 429], 3)
    assert (answers[-1]["Retry-After"], b"Wait a minute" in answers[-1].content) == ("60", True)
    assert client.get(at(made, "fail")).status_code == 200  # notes do not drown it


def test_only_the_newest_reports_are_kept(client, made, monkeypatch):
    monkeypatch.setattr(heartbeats, "KEPT_PINGS", 5)
    monkeypatch.setattr(heartbeats, "PRUNE_EVERY", 1)
    for _ in range(8):
        client.get(at(made, "log"))
    assert Ping.objects.count() == 5


def test_the_page_says_when_the_next_ping_is_due_and_when_a_run_must_end(client, made):
    def awaited():
        found = heartbeat_page(Monitor.objects.get(id=made.id), with_address=False).awaited
        return found and (found.due_at - NOON, found.latest_at - NOON, found.is_running)

    minute = timedelta(minutes=1)
    expected = [awaited()]
    report(made, "", NOON)
    expected.append(awaited())
    report(made, "start", NOON + 60 * minute)
    expected.append(awaited())
    Monitor.objects.update(is_paused=True)
    expected.append(awaited())
    assert expected == [None, (60 * minute, 65 * minute, False), (60 * minute, 65 * minute, True), None]


def test_the_page_shows_a_long_body_and_what_is_missing_of_it(client, made):
    client.post(at(made), b"one\n<b>two</b>" + b"x" * 20_000, content_type="text/plain")
    client.force_login(MembershipFactory(organization=made.organization, role="owner").user)
    shown = client.get(f"/o/{made.organization.slug}/monitors/{made.id}/").content.decode()
    assert "one\n&lt;b&gt;two&lt;/b&gt;xxx" in shown
    assert "The first 10 kB of 19.5\xa0KB." in shown
    assert f"/ping/{made.heartbeat.token} -TimeoutSec" in shown


def test_a_job_may_report_by_its_organizations_key_and_its_name(client, made):
    key = made.organization.ping_key.key
    addresses = ("backup", "backup/", "backup/start", "backup/7", "backup/log")
    assert [client.get(f"/ping/{key}/{address}").status_code for address in addresses] == [200] * 5
    kinds = ["success", "success", "start", "fail", "log"]
    assert list(Ping.objects.order_by("id").values_list("kind", flat=True)) == kinds
    assert client.get(f"/ping/{key}/backup/stop").status_code == 400
    strange = (f"{key}/others", f"{key}/others/start", f"{key}x/backup", key, f"{key}/start", f"{key}/7", "\x00/backup")
    assert [client.get(f"/ping/{address}").status_code for address in strange] == [404] * 7


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Backup", "backup-2"), ("Nächtlich: 2 × DB!", "nachtlich-2-db"), ("start", "job-start"), ("7", "job-7"), ("夜", "job")],
)  # fmt: skip
def test_the_name_of_a_job_in_an_address_is_like_no_other_and_like_no_saying(made, name, slug):
    other = monitors.create(made.organization_id, ScopeFactory(), replace(WANTED, name=name), now=NOON)
    assert (made.heartbeat.slug, other.heartbeat.slug) == ("backup", slug)


def test_another_key_makes_the_old_one_do_nothing_and_is_on_record_at_every_job(client, made):
    second = monitors.create(made.organization_id, ScopeFactory(), WANTED, now=NOON)
    old = made.organization.ping_key.key
    client.force_login(MembershipFactory(organization=made.organization, role="admin").user)
    client.post(f"/o/{made.organization.slug}/monitors/{made.id}/address/", {"key": "1"})
    new = PingKey.objects.get().key
    assert [client.get(f"/ping/{key}/backup").status_code for key in (old, new)] == [404, 200]
    assert client.get(at(made)).status_code == 200  # its own address stays
    told = MonitorChange.objects.filter(edits=[["Key to ping by name", None, None]])
    assert set(told.values_list("monitor", flat=True)) == {made.id, second.id}


def test_another_address_makes_the_old_one_do_nothing_and_is_on_record(client, made):
    old = at(made)
    client.force_login(MembershipFactory(organization=made.organization, role="admin").user)
    assert client.post(f"/o/{made.organization.slug}/monitors/{made.id}/address/").status_code == 302
    new = at(Monitor.objects.get(id=made.id))
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert MonitorChange.objects.latest("id").edits == [["Address to ping", None, None]]


def test_a_ping_of_a_paused_monitor_is_kept_and_says_so(client, made):
    Monitor.objects.update(is_paused=True)
    answer = client.get(at(made) + "/")  # as of an exit code that was empty
    assert (answer.status_code, answer.content) == (200, b"OK, but the monitor is paused, so nobody looks.\n")
    assert Ping.objects.get().kind == PingKind.SUCCESS


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("nothing", Reason.HEARTBEAT_LATE), ("resumed", Reason.NOT_KNOWN_YET), ("resumed in bulk", Reason.NOT_KNOWN_YET),
        ("other schedule", Reason.NOT_KNOWN_YET), ("other grace", Reason.HEARTBEAT_LATE),
    ],
)  # fmt: skip
def test_a_job_is_not_late_for_what_was_due_while_nobody_looked(made, what, expected):
    report(made, "", NOON)
    later = NOON + timedelta(hours=5)
    if "resumed" in what:
        monitors.pause(made, now=NOON)
    if what == "resumed":
        monitors.resume(made, now=later)
    elif what == "resumed in bulk":
        bulk.resume(made.organization_id, [made.id], now=later)
    elif what.startswith("other"):
        options = WANTED.options | ({"period": "30m"} if what == "other schedule" else {"grace": "6m"})
        monitors.change(made, made.scope, replace(WANTED, options=options), now=later)
    assert reason(Monitor.objects.get(id=made.id), later) == expected


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
