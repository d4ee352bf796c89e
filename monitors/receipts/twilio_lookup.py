"""Twilio Lookup v2: which network a number is in now.

Its answers cost money, so it is asked only where an organization said so (monitors.services.lookups).
Source: https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
"""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote

from monitors.receipts.documents import network_digits

API = "https://lookups.twilio.com"


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer says. `network` is MCC-MNC, empty where Twilio does not know. What is not `is_final` may be asked
    again; `refused` is why the key was, for people."""

    network: str = ""
    is_final: bool = False
    refused: str = ""


def address(number: str, api: str = API) -> str:
    """Return where to ask for an E.164 number."""
    return f"{api}/v2/PhoneNumbers/{quote(number, safe='')}?Fields=line_type_intelligence"


def headers(user: str, secret: str) -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Accept": "application/json"}


def read(status: int, body: bytes) -> Found:
    """Return what an answer says. The number that it repeats is not read."""
    if status in (401, 403):
        return Found(refused=f"Twilio refused the key ({status}).")
    if status == 404:  # no number
        return Found(is_final=True)
    if status != 200:
        return Found()
    try:
        line = json.loads(body)["line_type_intelligence"]
        codes = str(line["mobile_country_code"]), str(line["mobile_network_code"])
    except (ValueError, TypeError, KeyError, RecursionError):
        # A landline has no such codes, and one whose carrier does not say has an error of its own: both were paid for.
        return Found(is_final=True)
    return Found(network_digits(codes[0] + codes[1].zfill(2)), is_final=True)
