"""Pings, where this kernel lets us; else a clear word and no downtime."""

import pytest

from kit.addresses import check_place
from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from monitors.probes.judging import Conditions
from monitors.probes.ping import NAMES, _judged, _socket, is_echo, request
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
