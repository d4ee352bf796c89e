"""A webhook of the customer's own: JSON, signed as https://www.standardwebhooks.com asks.

`webhook-id` is the notification's key and the same at every attempt, so a receiver can drop repeats;
`webhook-timestamp` is the attempt's time. The signature is HMAC-SHA256 over "id.timestamp.body".
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping

from alerts.channels.base import Channel, Delivered, Field, HttpRequest, InvalidConfig, Message, Outcome, Retry
from alerts.channels.web import answered, failure, recognisable, web_url

VERSION = 1  # of the payload; it grows by new fields only
SECRET_PREFIX = "whsec_"


def validate(config: Mapping[str, str]) -> dict[str, str]:
    url, secret = web_url(config.get("url", "")), config.get("secret", "").strip()
    if url is None:
        raise InvalidConfig("The address must be a whole URL, such as https://example.com/hooks/statuswire")
    if len(_key(secret)) < 16 or len(secret) > 200:
        raise InvalidConfig("The signing secret must have 16 to 200 characters. Try: openssl rand -base64 24")
    return {"url": url, "secret": secret}


def hint(config: Mapping[str, str]) -> str:
    return recognisable(config["url"])


def write(message: Message, config: Mapping[str, str]) -> HttpRequest:
    body = json.dumps(_payload(message), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    timestamp = str(int(message.written_at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.key,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature(config['secret'], message.key, timestamp, body)}",
    }
    return HttpRequest(url=config["url"], body=body, headers=headers)


def signature(secret: str, key: str, timestamp: str, body: bytes) -> str:
    signed = hmac.new(_key(secret), f"{key}.{timestamp}.".encode() + body, hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()


def read(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    if 200 <= status < 300:
        return Delivered()
    # A customer's 404 is often a deploy in progress; 410 is how a receiver says "never again".
    if status == 404:
        return Retry(answered(status, body))
    return failure(status, headers, body)


def _key(secret: str) -> bytes:
    """Return the signing key: of a "whsec_" secret what its base64 stands for, of others their bytes."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error as error:
            raise InvalidConfig("A signing secret that starts with whsec_ must go on in base64.") from error
    return secret.encode()


def _payload(message: Message) -> dict[str, object]:
    is_incident = message.thread != message.key
    return {
        "version": VERSION,
        "type": f"incident.{message.transition}" if is_incident else f"channel.{message.transition}",
        "timestamp": message.at.isoformat(),
        "data": {
            "incident": message.thread if is_incident else None,
            "state": message.state.slug,
            "subject": message.subject,
            "headline": message.headline,
            "facts": [{"label": label, "value": value} for label, value in message.facts],
            "quotes": [{"who": who, "words": words} for who, words in message.quotes],
            "url": message.url,
            "why": message.why,
        },
    }


CHANNEL = Channel(
    label="Webhook",
    fields=(
        Field(name="url", label="Address", help="We POST JSON to it. It must answer 2xx.", secret=True, type="url"),
        Field(
            name="secret",
            label="Signing secret",
            help="16 characters or more; we sign each request with it as Standard Webhooks says.",
            secret=True,
            type="password",
        ),
    ),
    validate=validate,
    hint=hint,
    write=write,
    read=read,
)
