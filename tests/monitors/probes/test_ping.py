"""Pings, where this kernel lets us; else a clear word and no downtime."""

import asyncio
import socket

import pytest

from kit.addresses import check_place
from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from monitors.probes.judging import Conditions
from monitors.probes.ping import NAMES, _judged, _socket, echoes, is_echo, request
from monitors.probes.wires import Watch


def is_available():
    try:
        _socket(4).close()
    except PermissionError:
        return False
    return True


def test_a_ping_is_answered_or_said_to_be_impossible_here(prober):
    result = prober.check(ProbeTask("ping", "127.0.0.1", {"count": 2}, 2), allowed=("127.0.0.1",))
    if is_available():
        assert (result.state, result.reason, result.detail["body"].count("ms")) == (State.OPERATIONAL, Reason.OK, 2)
    else:
        assert (result.state, result.reason) == (State.UNKNOWN, Reason.NOT_AVAILABLE)
        assert "net.ipv4.ping_group_range" in result.summary


@pytest.mark.parametrize(
    ("times", "options", "expected"),
    [
        ([1000, 3000], {}, (State.OPERATIONAL, Reason.OK, 2000)),
        ([1000, None], {}, (State.DEGRADED, Reason.PACKET_LOSS, 1000)),
        ([None, None], {}, (State.MAJOR_OUTAGE, Reason.TIMEOUT, None)),
        ([1000, None], {"conditions": "loss <= 50"}, (State.OPERATIONAL, Reason.OK, 1000)),
        ([1000, None], {"conditions": "loss < 50"}, (State.MAJOR_OUTAGE, Reason.CONDITION, 1000)),
        ([1000, 3000], {"degraded_conditions": "slowest < 2ms"}, (State.DEGRADED, Reason.CONDITION, 2000)),
    ],
)
def test_lost_packets_and_conditions_decide(times, options, expected):
    result = _judged(options, Conditions.of(options, NAMES), times, Watch(1))
    assert (result.state, result.reason) == expected[:2]
    assert expected[2] in (None, result.total_us)


def answered(count, delays, *, timeout_s):
    """Send packets over a pair of sockets whose other end gives back each after its delay, in seconds; None: never."""

    async def run():
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.setblocking(False)
        theirs.setblocking(False)
        loop = asyncio.get_running_loop()

        async def answer():
            for delay in delays:
                packet = await loop.sock_recv(theirs, 100)
                if delay is not None:
                    loop.call_later(delay, theirs.send, bytes([0]) + packet[1:])

        answering = asyncio.create_task(answer())
        took = await echoes(ours, 4, count, timeout_s)
        answering.cancel()
        ours.close()
        theirs.close()
        return took

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("delays", "answered_ones"),
    [
        ([0, 0, 0], [True] * 3),
        ([0.5, 0.5, 0.5], [True] * 3),
        ([0.5, 0, 0], [True] * 3),
        ([0, None, 0], [True, False, True]),
    ],
)
def test_a_late_echo_counts_and_a_lost_one_costs_no_other(monkeypatch, delays, answered_ones):
    monkeypatch.setattr("monitors.probes.ping.LATE_S", 0.8)
    monkeypatch.setattr("monitors.probes.ping.GAP_S", 0.05)
    took = answered(3, delays, timeout_s=5)
    assert [one is not None for one in took] == answered_ones
    assert (took[0] or 0) >= delays[0] * 1e6


def test_what_is_lost_altogether_is_waited_for_to_the_end_only():
    assert answered(3, [None] * 3, timeout_s=0.3) == [None] * 3


@pytest.mark.parametrize("version", [4, 6])
def test_only_our_own_echo_counts(version):
    packet = request(version, 3, b"0123456789abcdef")
    echo = bytes([{4: 0, 6: 129}[version]]) + packet[1:]
    assert is_echo(echo, version, 3, b"0123456789abcdef")
    assert not any(
        (
            is_echo(packet, version, 3, b"0123456789abcdef"),
            is_echo(echo, version, 2, b"0123456789abcdef"),
            is_echo(echo, version, 3, b"fedcba9876543210"),
            is_echo(echo[:5], version, 3, b"0123456789abcdef"),
        )
    )


def test_the_checksum_is_the_one_of_RFC_1071():
    packet = request(4, 1, bytes(16))
    words = [int.from_bytes(packet[at : at + 2]) for at in range(0, len(packet), 2)]
    assert sum(words) % 0xFFFF == 0


def test_a_place_is_judged_before_a_packet_leaves():
    assert check_place("example.com", scheme="icmp", port=7).host == "example.com"
