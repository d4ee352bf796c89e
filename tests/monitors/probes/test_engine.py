"""The engine keeps its times: starts, deadlines, and what its own slowness must not be taken for."""

import threading
import time

import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from monitors.probes.grouping import together
from monitors.probes.places import Caps, Start
from tests.kit.servers import answer, serving


def task(url, **fields):
    return ProbeTask("http", url, {}, **{"timeout_s": 3} | fields)


def test_each_check_starts_at_its_time(prober):
    with serving(answer(b"ok")) as server:
        began = time.monotonic()
        pieces = prober.engine(allowed=(server.place,)).stream([task(server.url, wait_s=w) for w in (-60, 0, 0.6)])
        arrived = {index: time.monotonic() - began for piece in pieces for index, _ in piece}
    assert arrived[0] < 0.6
    assert arrived[1] < 0.6
    assert 0.6 <= arrived[2] < 2


@pytest.mark.parametrize(
    ("starts_ms", "groups"),
    [
        ([0, 20, 40, 60, 80], [3, 2]),  # none is 40 ms late
        ([0, 10, 20, 30, 40], [4, 1]),
        ([0, 1, 2, 3, 4], [2, 2, 1]),  # close together: the loop is awake anyway
        ([0, 2, 6, 7, 8], [4, 1]),
        ([0, 41], [1, 1]),
        ([], []),
    ],
)
def test_few_checks_start_together_and_fewer_where_many_follow(starts_ms, groups):
    starts = [Start(ProbeTask("http", "", {}, 1), ms / 1000, 0, print) for ms in starts_ms]
    assert [len(group) for group in together(starts)] == groups


def test_results_come_in_the_order_of_the_tasks(prober):
    with serving(answer(b"", status="503 Busy")) as bad, serving(answer(b"ok")) as good:
        tasks = [task(bad.url), task(good.url), task(bad.url, wait_s=0.1), task(good.url)]
        results = prober.engine(allowed=(bad.place, good.place)).run_batch(tasks)
    assert [result.reason for result in results] == [Reason.STATUS, Reason.OK, Reason.STATUS, Reason.OK]


def test_nothing_to_check_is_no_result(prober):
    assert prober.engine().run_batch([]) == []


def test_a_check_that_cannot_start_in_time_is_ours_and_not_downtime(prober):
    def slow(connection):
        time.sleep(0.5)
        connection.sendall(answer(b"ok"))

    with serving(slow) as server:
        engine = prober.engine(allowed=(server.place,), caps=Caps(in_all=1), start_within_s=0.2)
        results = engine.run_batch([task(server.url), task(server.url)])
    assert [(r.state, r.reason) for r in results] == [
        (State.OPERATIONAL, Reason.OK),
        (State.UNKNOWN, Reason.OVERLOADED),
    ]


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (Caps(in_all=2), "2 checks are under way on this prober already. Run another one, or raise PROBES_AT_ONCE."),
        (Caps(per_host=2), "2 checks of 127.0.0.1 wait for its answer already, and no more are made at once."),
        (Caps(per_tenant=2), "2 checks of this organization wait for answers already, and no more are made at once."),
    ],
)
def test_a_check_that_finds_no_place_says_which_limit_it_met(prober, caps, why):
    gate = threading.Event()
    with serving(lambda _: gate.wait(5)) as server:
        pieces = prober.engine(allowed=(server.place,), caps=caps, start_within_s=0.2).stream(
            [task(server.url, tenant=7) for _ in range(4)]
        )
        refused = next(piece for piece in pieces if piece)
        gate.set()
        others = [result for piece in pieces for _, result in piece]
    assert len(server.requests) == 2
    assert {index for index, _ in refused} == {2, 3}
    assert {(r.state, r.reason, r.summary) for _, r in refused} == {
        (State.UNKNOWN, Reason.OVERLOADED, f"This check was not made. {why}")
    }
    assert len(others) == 2


def test_one_tenants_share_leaves_room_for_another(prober):
    gate = threading.Event()
    with serving(lambda _: gate.wait(5)) as slow, serving(answer(b"ok")) as good:
        engine = prober.engine(allowed=(slow.place, good.place), caps=Caps(per_tenant=2))
        engine.submit([task(slow.url, tenant=1) for _ in range(2)], lambda index, result: None)
        assert engine.run(task(good.url, tenant=2)).reason == Reason.OK
        gate.set()


def test_what_waits_for_a_place_starts_when_there_is_one(prober):
    with serving(answer(b"ok")) as server:
        engine = prober.engine(allowed=(server.place,), caps=Caps(in_all=1))
        assert {result.reason for result in engine.run_batch([task(server.url) for _ in range(5)])} == {Reason.OK}
    assert len(server.requests) == 5


def test_a_timeout_while_our_loop_stood_still_is_ours(prober):
    with serving(lambda connection: time.sleep(2)) as server:
        engine = prober.engine(allowed=(server.place,))
        engine._loop.call_soon_threadsafe(engine._loop.call_later, 0.2, time.sleep, 0.6)
        stalled = engine.run(task(server.url, timeout_s=1))
        silent = engine.run(task(server.url, timeout_s=0.5))
    assert (stalled.state, stalled.reason) == (State.UNKNOWN, Reason.OVERLOADED)
    assert (silent.state, silent.reason) == (State.MAJOR_OUTAGE, Reason.TIMEOUT)


@pytest.mark.filterwarnings("error")
def test_a_stopped_engine_leaves_nothing_open(prober):
    with serving(lambda connection: time.sleep(1)) as server:
        engine = prober.engine(allowed=(server.place,))
        pieces = engine.stream([task(server.url, timeout_s=0.2)])
        next(pieces)
        engine.stop()
        engine.stop()
    assert not engine._thread.is_alive()
