"""Proof of work: what a challenge costs, and what an answer proves."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from altcha import Payload, create_challenge, solve_challenge
from altcha.v2 import Challenge
from django.core.cache import cache

from monitors.core.report_effort import DEAREST, FREE, steps
from monitors.services import report_work
from monitors.services.report_people import person
from monitors.services.report_work import LIVES_S, Proof, check, issue

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cheap(monkeypatch, settings):
    """Make the work as small as it can be; its size is tested by itself."""
    cache.clear()
    settings.REPORT_WORK = 2
    monkeypatch.setattr(report_work, "COST", 10)


def challenge_for(address="81.2.69.142", provider="twilio", now=NOON):
    return issue(provider, person(address, "", now), now=now)


def solved(challenge):
    taken = Challenge.from_dict(challenge)
    return Payload(taken, solve_challenge(taken)).to_base64()


def altered(answer, change):
    document = json.loads(base64.b64decode(answer))
    change(document)
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_work_that_was_done_counts_once():
    answer = solved(challenge_for())
    assert [check(answer, "twilio", now=NOON) for _ in range(3)] == [Proof.DONE, Proof.SPENT, Proof.SPENT]


@pytest.mark.parametrize(("seconds", "expected"), [(0, Proof.DONE), (LIVES_S, Proof.DONE), (LIVES_S + 1, Proof.STALE)])
def test_a_challenge_ends(seconds, expected):
    assert check(solved(challenge_for()), "twilio", now=NOON + timedelta(seconds=seconds)) is expected


def test_work_for_one_provider_is_none_for_another():
    assert check(solved(challenge_for(provider="stripe")), "twilio", now=NOON) is Proof.FORGED


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["challenge"]["parameters"]["data"].update(until=2**40),
        lambda d: d["challenge"]["parameters"]["data"].update(provider="twilio "),
        lambda d: d["challenge"]["parameters"].update(nonce="00" * 16),
        lambda d: d["challenge"]["parameters"].update(cost=1),
        lambda d: d["challenge"]["parameters"].update(cost=10**9),
        lambda d: d["challenge"]["parameters"].update(data=None),
        lambda d: d["challenge"]["parameters"].pop("keySignature"),
        lambda d: d["challenge"].update(signature="00" * 32),
        lambda d: d["challenge"].update(signature=None),
        lambda d: d["solution"].update(derivedKey="00" * 32),
        lambda d: d["solution"].update(derivedKey=None),
        lambda d: d.pop("solution"),
        lambda d: d.update(challenge=[]),
    ],
)
def test_what_was_altered_proves_nothing(change):
    assert check(altered(solved(challenge_for()), change), "twilio", now=NOON) is Proof.FORGED


@pytest.mark.parametrize("answer", ["x", "e30=", "bnVsbA==", "W10=", "\u202e", "A" * 100_000, "[" * 4000])
def test_what_is_no_answer_is_forged(answer):
    assert check(answer, "twilio", now=NOON) is Proof.FORGED


def test_a_challenge_that_somebody_else_made_is_forged():
    theirs = create_challenge("PBKDF2/SHA-256", 10, counter=1, data={"provider": "twilio", "until": 2**40},
                              hmac_secret="guess", hmac_key_secret="guess")  # fmt: skip
    assert check(solved(theirs.to_dict()), "twilio", now=NOON) is Proof.FORGED


def test_no_answer_is_missing_and_not_forged():
    assert check("", "twilio", now=NOON) is Proof.MISSING


def test_a_challenge_outlives_the_rotation_of_its_key(settings):
    settings.SECRET_KEYS = ["old"]
    answer = solved(challenge_for())
    settings.SECRET_KEYS = ["new", "old"]
    assert check(answer, "twilio", now=NOON) is Proof.DONE
    settings.SECRET_KEYS = ["new"]
    assert check(answer, "twilio", now=NOON) is Proof.FORGED


@pytest.mark.parametrize(
    ("asked", "times"), [(0, 1), (FREE - 1, 1), (FREE, 2), (2 * FREE, 4), (4 * FREE, 8), (8 * FREE, 16), (10**6, 16)]
)
def test_a_network_that_asks_for_much_works_more(asked, times):
    assert steps(asked, 60) == 60 * times <= 60 * DEAREST


def test_the_price_is_the_network_s_and_not_the_neighbour_s(monkeypatch):
    asked = []
    monkeypatch.setattr(report_work, "steps", lambda n, base: asked.append(n) or base)
    for address in ["81.2.69.1", "81.2.69.2", "81.2.70.1", "2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"]:
        challenge_for(address)
    challenge_for("81.2.69.3", now=NOON + timedelta(minutes=10))
    assert asked == [0, 1, 0, 0, 1, 0, 0]
