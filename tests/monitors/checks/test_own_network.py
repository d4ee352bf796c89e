"""Our own network fails under 500 monitors: no incident, no alert, one notice, and the truth right after it."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitors.core.guard import Round
from monitors.core.states import State
from monitors.models import CheckEvidence, CheckResult, Monitor, OperatorNotice, PendingChange, SourceState, StateChange
from monitors.probes.base import ProbeResult, Reason
from monitors.services import guard
from monitors.services.dispatch import Check
from monitors.services.results import record
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
HOSTS = [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(500)]
CANARIES = [f"127.0.9.{n}" for n in range(1, 6)]
SICK = HOSTS[7]


def why_not():
    """Return why there can be no namespace here, or nothing."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return "needs unshare and ip (util-linux, iproute2)"
    tried = subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
    return tried.stderr.strip() and f"this kernel gives us no network namespace: {tried.stderr.strip()}"


@pytest.fixture
def internet():
    """Return a function that sends a command to the small Internet, and returns the checks that it asks for."""
    if reason := why_not():
        pytest.skip(reason)
    command = ["unshare", "-n", sys.executable, "-m", "tests.monitors.checks.cut_off"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps({"allow": HOSTS + CANARIES}) + "\n")

        def ask(**what):
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@pytest.mark.django_db
def test_our_own_failure_is_nobodys_incident_and_a_true_one_is_found_right_after(internet):
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    monitors = Monitor.objects.bulk_create(
        MonitorFactory.build(**shared, target=f"http://{host}:8080/", confirmations=2) for host in HOSTS
    )

    def check_all(second, some=monitors):
        at = NOON + timedelta(seconds=second)
        seen = internet(check=[HOSTS[monitors.index(monitor)] for monitor in some])
        record(
            [
                (
                    Check(m.id, 0, at, "http", m.target, {}, 3),
                    ProbeResult(State(state), Reason(reason), us, summary=summary),
                )
                for m, (state, reason, us, summary) in zip(some, seen, strict=True)
            ],
            now=at + timedelta(seconds=3),
        )

    def ask_canaries(second):
        failed = [c for c, seen in zip(CANARIES, internet(check=CANARIES), strict=True) if seen[0] != State.OPERATIONAL]
        guard.record_round(0, Round(NOON + timedelta(seconds=second), 5, tuple(failed)))

    SourceState.objects.bulk_create(
        SourceState(source="probe", ref=f"monitor:{m.id}", scope=m.scope, organization=m.organization,
                    state=State.OPERATIONAL, since=NOON, observed_at=NOON)
        for m in monitors
    )  # fmt: skip
    check_all(1)
    ask_canaries(4)
    assert set(CheckResult.objects.values_list("state", flat=True)) == {State.OPERATIONAL}

    internet(cut=True, **{"break": SICK})
    check_all(60)  # all fail, and nobody knows why
    ask_canaries(64)
    check_all(74)  # looked at again
    internet(cut=False)
    ask_canaries(84)
    ask_canaries(89)
    assert (StateChange.objects.count(), PendingChange.objects.count(), CheckEvidence.objects.count()) == (0, 0, 0)
    assert OperatorNotice.objects.count() == 1
    dark = CheckResult.objects.filter(slot__gte=NOON + timedelta(seconds=60))
    assert set(dark.values_list("state", "reason")) == {(State.UNKNOWN, Reason.NO_NETWORK)}

    check_all(120)
    ask_canaries(124)
    check_all(130, [monitors[7]])
    change = StateChange.objects.get()
    assert (change.ref, change.new, change.at) == (
        f"monitor:{monitors[7].id}", State.MAJOR_OUTAGE, NOON + timedelta(seconds=120),
    )  # fmt: skip
