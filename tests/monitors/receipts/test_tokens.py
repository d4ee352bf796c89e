"""Our reading of tokens beside PyJWT's, which the vendors' SDKs use."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from kit.clock import clock
from monitors.receipts.tokens import claims_of, is_timely

SECRET, OTHER = "s" * 64, "o" * 64


def token(header, claims=b'{"a": 1}', signature=b"x"):
    parts = [json.dumps(header).encode() if isinstance(header, dict) else header, claims, signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_we_read_what_pyjwt_writes(algorithm):
    written = jwt.encode({"a": 1}, SECRET, algorithm)
    assert claims_of(written, [OTHER, SECRET]) == jwt.decode(written, SECRET, [algorithm]) == {"a": 1}
    assert claims_of(written, [OTHER]) is None
    assert claims_of(written, []) is None


@pytest.mark.parametrize(
    "forged",
    [
        "", ".", "..", "a.b.c", "é.é.é", token({"alg": "none"}), token({"alg": "none"}, signature=b""), token({"alg": "RS256"}),
        token({"alg": ["HS256"]}), token({}), token(b"[]"), token(b"[" * 5000), token({"alg": "HS256", "crit": ["b64"]}),
        token({"alg": "HS256"}, b"7"), token({"alg": "HS256"}, b"\xff"), jwt.encode({"a": 1}, SECRET, "HS256") + "=",
        jwt.encode({"a": 1}, SECRET, "HS256") + ".", jwt.encode({"a": 1}, SECRET, "HS256").replace(".", " ", 1),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_token_of_ours_is_refused(forged):
    assert claims_of(forged, [SECRET]) is None


@pytest.mark.parametrize(
    ("name", "minutes", "expected"),
    [
        ("iat", -10, True), ("iat", -11, False), ("iat", 10, True), ("iat", 11, False),
        ("nbf", -600, True), ("nbf", 11, False), ("exp", 5, True), ("exp", -2, False), ("exp", 1500, False),
    ],
)  # fmt: skip
def test_a_time_may_be_this_far_from_now(name, minutes, expected):
    now = clock()
    claims = {name: (now + timedelta(minutes=minutes)).timestamp()}
    assert is_timely(claims, now, name) is expected


@pytest.mark.parametrize("value", [None, True, "1", -1, 1e12, float("inf"), [1]])
def test_a_time_that_is_none_is_refused(value):
    assert not is_timely({"iat": value}, clock(), "iat")


def test_a_time_that_must_be_there_is_missed():
    assert not is_timely({}, clock(), "iat")
    assert is_timely({}, clock())
