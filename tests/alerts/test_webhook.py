"""The signed webhook, against the published example of Standard Webhooks."""

import base64
import hashlib
import hmac
import json

import pytest

from alerts.channels.base import Delivered, InvalidConfig, Retry
from alerts.channels.webhook import CHANNEL, signature
from tests.alerts.messages import OPENED

KEY = b"a key of at least sixteen bytes"
CONFIG = {"url": "https://example.com/hook", "secret": "whsec_" + base64.b64encode(KEY).decode()}


def test_the_published_example_signs_as_published():
    # https://github.com/standard-webhooks/standard-webhooks, spec: "Signature scheme", and its libraries' tests.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_receiver_can_check_it_from_raw_bytes():
    request = CHANNEL.write(OPENED, CONFIG)
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert request.headers["webhook-id"] == OPENED.key
    assert request.headers["webhook-timestamp"] == str(int(OPENED.written_at.timestamp()))


def test_the_payload_is_versioned_and_typed():
    body = json.loads(CHANNEL.write(OPENED, CONFIG).body)
    assert (body["version"], body["type"], body["timestamp"]) == (1, "incident.opened", "2026-01-24T23:21:00+00:00")
    assert (body["data"]["incident"], body["data"]["state"]) == (OPENED.thread, "degraded")


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_not base64!", "whsec_c2hvcnQ="])
def test_a_weak_secret_is_refused(secret: str):
    with pytest.raises(InvalidConfig):
        CHANNEL.validate(CONFIG | {"secret": secret})


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_delivered(status: int):
    assert CHANNEL.read(status, {}, b"whatever") == Delivered()


def test_a_404_may_be_a_deploy_in_progress():
    assert CHANNEL.read(404, {}, b"") == Retry("Answered 404.")
