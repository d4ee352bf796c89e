"""The sender's side: requests signed as Twilio signs them."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

SECRET = "a secret of the sender"
FORM = "application/x-www-form-urlencoded"


def fields(message="SM" + "0" * 32, status="delivered", to="+818012345678", **more):
    return {
        "AccountSid": "AC1", "ApiVersion": "2010-04-01", "From": "+15005550006", "MessageSid": message,
        "MessageStatus": status, "SmsSid": message, "SmsStatus": status, "To": to, **more,
    }  # fmt: skip


def sign(url, form, secret=SECRET, algorithm="sha1"):
    pairs = sorted({(k, v) for k, values in form.items() for v in ([values] if isinstance(values, str) else values)})
    payload = url + "".join(k + v for k, v in pairs)
    return base64.b64encode(hmac.new(secret.encode(), payload.encode(), getattr(hashlib, algorithm)).digest()).decode()


def post(client, token, form, *, secret=SECRET, signature=None, site="http://127.0.0.1:8000", query="", **headers):
    """Send a callback; the signature is right unless one is given."""
    path = f"/hooks/twilio/{token}{query}"
    right = sign(site + path, form, secret)
    sent = {"X-Twilio-Signature": right if signature is None else signature, **headers}
    return client.post(path, urlencode(form, doseq=True), content_type=FORM, headers=sent)
