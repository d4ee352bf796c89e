"""Which channels hear of an event, by tables."""

import pytest

from alerts.core.routing import Following, Send, Touched, route
from incidents.core.scope import ScopeKey

TWILIO = ScopeKey(1)
SMS = ScopeKey(1, component_id=10)
VOICE = ScopeKey(1, component_id=11)
DOCOMO = ScopeKey(1, component_id=10, country="JP", carrier_id=100)
KDDI = ScopeKey(1, component_id=10, country="JP", carrier_id=101)
JAPAN = ScopeKey(1, component_id=10, country="JP")
STRIPE = ScopeKey(2)
OPS, DEV = 7, 8


def sends(kind, followings, now, *, ever=None, told=()):
    found = route(kind, Touched(now, now if ever is None else ever), followings, set(told))
    return [(send.channel_id, send.transition) for send in found]


@pytest.mark.parametrize(
    ("followed", "touched", "hears"),
    [
        (TWILIO, DOCOMO, True), (SMS, DOCOMO, True), (JAPAN, DOCOMO, True), (DOCOMO, DOCOMO, True),
        (DOCOMO, JAPAN, True), (DOCOMO, SMS, True), (DOCOMO, TWILIO, True),
        (KDDI, DOCOMO, False), (VOICE, DOCOMO, False), (STRIPE, DOCOMO, False), (VOICE, SMS, False),
    ],
)  # fmt: skip
def test_a_route_hears_of_what_covers_its_scope_or_is_covered(followed, touched, hears):
    assert sends("opened", [Following(OPS, followed, "x")], [touched]) == ([(OPS, "opened")] if hears else [])


@pytest.mark.parametrize(
    ("kind", "known", "unknown"),
    [
        ("opened", "opened", "opened"), ("reopened", "opened", "opened"), ("worse", "worse", "opened"),
        ("better", "better", "opened"), ("resolved", "resolved", None), ("joined", None, "opened"),
        ("updated", None, "opened"), ("acknowledged", None, None), ("a kind of tomorrow", None, None),
    ],
)  # fmt: skip
def test_what_a_channel_is_told_depends_on_what_it_knows(kind, known, unknown):
    followings = [Following(OPS, SMS, "SMS"), Following(DEV, SMS, "SMS")]
    expected = [(OPS, known)] * (known is not None) + [(DEV, unknown)] * (unknown is not None)
    assert sends(kind, followings, [DOCOMO], told=[OPS]) == expected


def test_a_channel_with_several_routes_hears_once_with_all_its_reasons():
    followings = [Following(OPS, SMS, "Twilio: SMS"), Following(OPS, DOCOMO, "Twilio: SMS to NTT DOCOMO (Japan)")]
    assert route("opened", Touched([DOCOMO], [DOCOMO]), followings, ()) == [
        Send(OPS, "opened", "You follow Twilio: SMS, Twilio: SMS to NTT DOCOMO (Japan).")
    ]


def test_who_follows_a_carrier_that_fails_later_is_told_then():
    followings = [Following(OPS, DOCOMO, "DOCOMO"), Following(DEV, KDDI, "KDDI")]
    assert sends("opened", followings, [DOCOMO]) == [(OPS, "opened")]
    assert sends("joined", followings, [DOCOMO, KDDI], told=[OPS]) == [(DEV, "opened")]


def test_who_was_told_hears_the_end_although_their_own_scope_is_long_well():
    followings = [Following(OPS, DOCOMO, "DOCOMO"), Following(DEV, KDDI, "KDDI")]
    assert sends("resolved", followings, [], ever=[DOCOMO, KDDI], told=[OPS, DEV]) == [
        (OPS, "resolved"),
        (DEV, "resolved"),
    ]


@pytest.mark.parametrize(("kind", "hears"), [("opened", True), ("reopened", True), ("worse", False), ("joined", False)])
def test_a_beginning_that_is_routed_after_the_end_is_told_all_the_same(kind, hears):
    assert sends(kind, [Following(OPS, SMS, "SMS")], [], ever=[DOCOMO]) == ([(OPS, "opened")] if hears else [])


def test_who_was_not_told_is_not_told_of_a_scope_that_is_well_again():
    assert sends("worse", [Following(DEV, KDDI, "KDDI")], [DOCOMO], ever=[DOCOMO, KDDI]) == []


def test_many_reasons_are_counted():
    followings = [Following(OPS, SMS, f"scope {n}") for n in range(5)]
    (send,) = route("opened", Touched([SMS], [SMS]), followings, ())
    assert send.why == "You follow scope 0, scope 1, scope 2 and 2 more."
