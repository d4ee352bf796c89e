"""An address that this machine has no way to says nothing about the target, and hides no other address."""

import errno
import subprocess
import sys

import pytest

from kit.addresses import AddressRefused, check_place
from monitors.core.states import State
from monitors.probes import broken, routes
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import serving

AWAY, V6 = "203.0.113.9", "2001:db8::1"


@pytest.mark.parametrize(
    ("addresses", "has_v6", "expected"),
    [
        (["192.0.2.1", V6], False, ["192.0.2.1"]),
        (["192.0.2.1", V6], True, ["192.0.2.1", V6]),
        ([V6], False, [V6]),
        (["192.0.2.1"], False, ["192.0.2.1"]),
    ],
)
def test_an_address_without_a_way_is_left_out_where_there_is_another(monkeypatch, addresses, has_v6, expected):
    monkeypatch.setattr(routes, "has_route", lambda address: has_v6 or ":" not in address)
    assert routes.routable(addresses) == expected


@pytest.mark.parametrize(
    ("address", "error", "has_way", "expected"),
    [
        (AWAY, errno.ENETUNREACH, False, Reason.NO_NETWORK),
        (V6, errno.ENETUNREACH, False, Reason.NOT_AVAILABLE),
        (AWAY, errno.ENETUNREACH, True, Reason.CONNECT_ERROR),  # a router far away says so
        (AWAY, errno.EHOSTUNREACH, False, Reason.CONNECT_ERROR),
        (AWAY, errno.ECONNREFUSED, False, Reason.CONNECT_REFUSED),
        (AWAY, errno.ETIMEDOUT, False, Reason.CONNECT_TIMEOUT),
    ],
)
def test_no_way_of_ours_is_no_fault_of_the_target(monkeypatch, address, error, has_way, expected):
    monkeypatch.setattr(routes, "has_route", lambda address: has_way)
    assert broken.of_connecting(OSError(error, ""), address, 80).reason == expected


def test_a_dual_host_that_refuses_is_refused_where_we_have_no_ipv6(prober, monkeypatch):
    monkeypatch.setattr(routes, "has_route", lambda address: ":" not in address)
    with serving(b"") as server:
        place = f"dual.example.com:{server.port}"
    settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1", V6]}
    for kind, target in (("http", f"http://{place}/"), ("tcp", place)):
        result = prober.check(ProbeTask(kind, target, {}, 2), **settings)
        assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.CONNECT_REFUSED)


@pytest.mark.skipif(sys.platform != "linux", reason="a machine without a network is made of Linux's namespaces")
def test_the_kernel_knows_that_there_is_no_way():
    code = "from monitors.probes.routes import has_route; print(has_route('192.0.2.1'), has_route('2001:db8::1'))"
    run = subprocess.run(["unshare", "-rn", sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("this machine makes no namespaces")
    assert run.stdout.split() == ["False", "False"]


def test_an_ipv6_address_needs_no_brackets_where_no_port_is_meant():
    assert check_place("2606:4700::1111", scheme="icmp", port=7).host == "2606:4700::1111"
    with pytest.raises(
        AddressRefused, match=r"^\[2606:4700::1111\] needs a port from 1 to 65535, as in \[2606:4700::1111\]:443\.$"
    ):
        check_place("2606:4700::1111", scheme="tcp")
    with pytest.raises(AddressRefused, match="not a public address"):
        check_place("::1", scheme="icmp", port=7)
