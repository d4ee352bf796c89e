"""What covers what, and in which words."""

import pytest

from incidents.core.scope import ScopeKey, ScopeNames, covers, in_words, related, several_in_words

TWILIO = ScopeKey(1)
SMS = ScopeKey(1, component_id=5, group_id=4)
GROUP = ScopeKey(1, component_id=4)
JAPAN = ScopeKey(1, country="JP")
SMS_JAPAN = ScopeKey(1, component_id=5, country="JP", group_id=4)
DOCOMO = ScopeKey(1, component_id=5, country="JP", carrier_id=7, group_id=4)
SOFTBANK = ScopeKey(1, component_id=5, country="JP", carrier_id=8, group_id=4)
OURS, THEIRS = ScopeKey(None, 1, 9), ScopeKey(None, 2, 9)


@pytest.mark.parametrize(
    ("a", "b", "a_covers_b", "b_covers_a"),
    [
        (SMS, SMS, True, True),
        (TWILIO, DOCOMO, True, False),
        (SMS, DOCOMO, True, False),
        (GROUP, DOCOMO, True, False),
        (SMS_JAPAN, DOCOMO, True, False),
        (JAPAN, DOCOMO, True, False),
        (JAPAN, SMS, False, False),
        (DOCOMO, SOFTBANK, False, False),
        (ScopeKey(1, region="eu"), ScopeKey(1, region="us"), False, False),
        (TWILIO, ScopeKey(2), False, False),
        (OURS, OURS, True, True),
        (OURS, THEIRS, False, False),
    ],
)
def test_a_scope_covers_what_is_narrower(a, b, a_covers_b, b_covers_a):
    assert (covers(a, b), covers(b, a)) == (a_covers_b, b_covers_a)
    assert related(a, b) == (a_covers_b or b_covers_a)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (ScopeNames("Twilio"), "Twilio"),
        (ScopeNames("Twilio", "SMS", "sms", "Japan", "NTT DOCOMO"), "SMS to NTT DOCOMO (Japan)"),
        (ScopeNames("Twilio", "SMS", "sms", "Japan"), "SMS to Japan"),
        (ScopeNames("Twilio", "Console"), "Console"),
        (ScopeNames("AWS", "EC2", "", "", "", "us-east-1"), "EC2 in us-east-1"),
        (ScopeNames("Twilio", "", "", "Japan"), "Twilio in Japan"),
        (ScopeNames(), "Everything"),
    ],
)
def test_a_scope_is_named_as_people_say_it(names, words):
    assert in_words(names) == words


@pytest.mark.parametrize(
    ("words", "expected"), [(["A"], "A"), (["A", "B"], "A and 1 more"), (["A", "B", "C"], "A and 2 more")]
)
def test_several_scopes_are_one_phrase(words, expected):
    assert several_in_words(words) == expected
