"""What every kind of probe must keep, tested before its author has written a test."""

import pytest

from kit.addresses import AddressRefused
from monitors.core.states import State
from monitors.probes import probe_kinds
from monitors.probes.base import BadOptions, ProbeTask, Reason

KINDS = probe_kinds()
TARGETS = {
    "http": "http://example.com:8100/",
    "websocket": "ws://example.com:8100/",
    "health": "http://example.com:8100/",
    "steps": "http://example.com:8100/",
    "synthetic": f"https://example.com:8100/2010-04-01/Accounts/AC{'0' * 32}",
    "smtp": "example.com",
    "imap": "example.com",
}  # kind: a target that is fine; others are given a place


@pytest.mark.parametrize("name", KINDS)
def test_its_form_is_complete(name):
    kind = KINDS[name]
    names = [field.name for field in kind.fields]
    assert len(set(names)) == len(names)
    assert all(field.label and field.kind in ("text", "choice", "whole", "lines", "secret") for field in kind.fields)
    assert all(field.choices for field in kind.fields if field.kind == "choice")


# What only the owner knows.
SAID = {"heartbeat": {"period": "1d"}}


@pytest.mark.parametrize("name", KINDS)
def test_its_initial_options_are_good_and_stored_as_plain_values(name):
    kind = KINDS[name]
    options = kind.clean({field.name: field.initial for field in kind.fields} | SAID.get(name, {}))
    assert set(options) <= {field.name for field in kind.fields}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("garbage", ["\0", "x" * 100_000, "';--", "<script>", "\r\nHost: x", "-1", "é"])
def test_garbage_in_any_option_is_refused_or_read_but_never_a_crash(name, garbage):
    for field in KINDS[name].fields:
        errors = refusals(KINDS[name], {field.name: garbage})
        assert set(errors) <= {field.name}
        assert all(len(error) < 300 for error in errors.values())


def refusals(kind, raw):
    try:
        kind.clean(raw)
    except BadOptions as refused:
        return refused.errors
    return {}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.is_waiting])
@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "localhost", "0x7f000001"])
def test_a_private_target_is_refused_at_save_and_blocked_at_a_check(prober, name, host):
    target = TARGETS.get(name, "example.com:8100").replace("example.com", host)
    with pytest.raises(AddressRefused):
        KINDS[name].locate(target, (), ())
    result = prober.check(ProbeTask(name, target, {}, 2))
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.BLOCKED)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_our_own_fault_is_never_downtime(prober, name):
    class Broken(dict):
        def get(self, *_):
            raise ZeroDivisionError

    result = prober.check(ProbeTask(name, TARGETS.get(name, "example.com:8100"), Broken(), 2))
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.PROBER_ERROR)
