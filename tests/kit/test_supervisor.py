"""The supervisor over tiny processes: what it says, what it starts again, in which order it stops, what is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from io import StringIO
from pathlib import Path

import pytest

from kit.embedded import ServiceFailed
from kit.orphans import is_running
from kit.supervisor import Backoff, Child, Supervisor, command

ROOT = Path(__file__).resolve().parents[2]
QUICK = Backoff(first_s=0.05, most_s=0.2, calm_s=5)
# Says that it runs and, when it is asked to stop, that it ends.
POLITE = """
import signal, sys, time
def end(*_):
    print("ends"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("runs")
while True: time.sleep(0.05)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('runs'); time.sleep(60)"


def python(name, code, **options):
    return command(name, [sys.executable, "-c", code], **options)


def run_until(supervisor, out, words, *, within_s=20):
    """Watch until `words` have been said, then ask to stop as Ctrl-C does."""
    deadline = time.monotonic() + within_s

    def look():
        if words in out.getvalue() or time.monotonic() > deadline:
            os.kill(os.getpid(), signal.SIGINT)

    supervisor.watch(look)
    assert words in out.getvalue()


def has_ended(pid):
    """Wait, for a while, for the end of a process that has been killed."""
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_each_line_says_whose_it_is():
    out = StringIO()
    with Supervisor(out) as supervisor:
        supervisor.start(python("web", "import sys; print('one'); print('two', file=sys.stderr); print('ü', end='')"))
        run_until(supervisor, out, "web ended with code 0")
    assert out.getvalue().splitlines()[:3] == ["web      | one", "web      | two", "web      | ü"]


def test_a_line_without_an_end_is_cut():
    out = StringIO()
    with Supervisor(out) as supervisor:
        supervisor.start(python("web", "print('x' * 200_000); print('done')"))
        run_until(supervisor, out, "done")
    lengths = [line.count("x") for line in out.getvalue().splitlines()]
    assert (sum(lengths), max(lengths) < 200_000) == (200_000, True)


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (100, 30)])
def test_the_pause_doubles_up_to_its_limit(deaths, seconds):
    assert Backoff().delay(deaths) == seconds


@pytest.mark.parametrize(
    ("code", "how"),
    [("raise SystemExit(3)", "ended with code 3"), ("import os; os.kill(os.getpid(), 9)", "was ended by SIGKILL")],
)
def test_a_dead_child_starts_again_after_longer_and_longer_pauses(code, how):
    out = StringIO()
    with Supervisor(out, backoff=QUICK) as supervisor:
        supervisor.start(python("web", f"print('runs', flush=True); {code}"))
        run_until(supervisor, out, "again in 0.2 s")
    said = [line for line in out.getvalue().splitlines() if line.startswith("up ")]
    assert said[:3] == [f"up       | web {how} after 0 s; it starts again in {s} s" for s in ("0.05", "0.1", "0.2")]
    assert out.getvalue().count("web      | runs") >= 3


def test_a_child_that_cannot_be_started_again_is_tried_later():
    out, starts = StringIO(), []

    def start():
        starts.append(1)
        if len(starts) == 2:
            raise ServiceFailed("no room on the disk")
        return subprocess.Popen([sys.executable, "-c", "pass"])

    with Supervisor(out, backoff=QUICK) as supervisor:
        supervisor.start(Child("postgres", start))
        run_until(supervisor, out, "postgres could not be started: no room on the disk; it starts again in 0.1 s")


def test_the_first_start_of_a_child_may_fail_and_the_others_are_stopped():
    def start():
        raise ServiceFailed("no room on the disk")

    with Supervisor(StringIO()) as supervisor:
        supervisor.start(python("web", POLITE))
        pid = supervisor._kept[0].process.pid
        with pytest.raises(ServiceFailed):
            supervisor.start(Child("postgres", start))
    assert has_ended(pid)


def test_stages_stop_in_order_the_highest_first():
    out = StringIO()
    with Supervisor(out) as supervisor:
        supervisor.start(python("postgres", POLITE, stage=0), python("web", POLITE), python("beat", POLITE, stage=2))
        supervisor.watch(lambda: out.getvalue().count("runs") == 3 and os.kill(os.getpid(), signal.SIGTERM))
    ends = [line.split()[0] for line in out.getvalue().splitlines() if line.endswith("ends")]
    assert ends == ["beat", "web", "postgres"]


def test_a_stubborn_child_is_killed_after_its_grace():
    out = StringIO()
    with Supervisor(out) as supervisor:
        supervisor.start(python("web", STUBBORN, grace_s=0.2))
        run_until(supervisor, out, "runs")
        pid = supervisor._kept[0].process.pid
    assert "web did not stop within 0 s and is killed" in out.getvalue()
    assert has_ended(pid)


def test_who_asks_twice_does_not_wait():
    out = StringIO()
    with Supervisor(out) as supervisor:
        supervisor.start(python("web", STUBBORN, grace_s=60))
        run_until(supervisor, out, "runs")
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_what_a_child_left_in_its_session_goes_with_it():
    out = StringIO()
    leave = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with Supervisor(out) as supervisor:
        supervisor.start(python("web", f"{leave}; print('left', p.pid, flush=True); p.wait()"))
        run_until(supervisor, out, "left")
    assert has_ended(int(out.getvalue().split("left ")[1].split()[0]))


def test_a_reader_that_has_gone_away_does_not_end_the_work():
    out = StringIO()
    supervisor = Supervisor(out)
    out.close()
    supervisor.say("nobody hears this")


SUPERVISED = textwrap.dedent(
    """
    import sys
    from kit.supervisor import Supervisor, command
    nap = "import os, time; print('pid', os.getpid()); time.sleep(60)"
    with Supervisor() as supervisor:
        supervisor.start(command("web", [sys.executable, "-c", nap]))
        supervisor.watch()
    """
)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with a parent that was killed")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0), (signal.SIGINT, 0)])
def test_no_child_outlives_the_supervisor_however_that_ends(how, code):
    process = subprocess.Popen([sys.executable, "-u", "-c", SUPERVISED], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    child = int(process.stdout.readline().split()[-1])
    process.send_signal(how)
    assert process.wait(20) == code
    process.stdout.close()
    assert has_ended(child)
