"""Those who act on StatusWire from outside: the vendor's callbacks and the people who report."""

import asyncio
import base64
import hashlib
import hmac
import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import httpx
from altcha import Payload, solve_challenge
from altcha.v2 import Challenge

from demo.people import Visit
from demo.traffic import Callback
from kit.clock import Pace, clock

logger = logging.getLogger(__name__)


class Timed(Protocol):
    @property
    def at(self) -> datetime: ...


T = TypeVar("T", bound=Timed)


async def in_time(things: Sequence[T], speed: float) -> AsyncIterator[T]:
    """Yield each thing when its moment comes; those that are long past come at once."""
    for thing in things:
        wait = (thing.at - clock()).total_seconds() / speed
        if wait > 0:
            await asyncio.sleep(wait)
        yield thing


@dataclass(frozen=True, slots=True)
class World:
    """Where StatusWire is and what its demo organization gave the vendor: the hook's address and the auth token."""

    site: str
    hook: str
    auth_token: str
    pace: Pace

    async def send_receipts(self, due: Sequence[Callback]) -> None:
        """Post every callback as Twilio does: a signed form, retried while nobody answers."""
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client, asyncio.TaskGroup() as group:
            at_once = asyncio.Semaphore(8)
            async for callback in in_time(due, self.pace.speed):
                await at_once.acquire()
                group.create_task(self._send_receipt(client, callback)).add_done_callback(lambda _: at_once.release())

    async def _send_receipt(self, client: httpx.AsyncClient, callback: Callback) -> None:
        fields = {
            "AccountSid": "AC" + "0" * 32,
            "ApiVersion": "2010-04-01",
            "From": "+15005550006",
            "MessageSid": callback.message_id,
            "MessageStatus": callback.status,
            "SmsSid": callback.message_id,
            "SmsStatus": callback.status,
            "To": callback.to,
        }
        if callback.error_code:
            fields["ErrorCode"] = callback.error_code
        signed = self.hook + "".join(key + fields[key] for key in sorted(fields))
        digest = hmac.new(self.auth_token.encode(), signed.encode(), hashlib.sha1).digest()
        headers = {
            "X-Twilio-Signature": base64.b64encode(digest).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        await _insist(client, "POST", self.hook, content=urlencode(fields), headers=headers)

    async def report(self, visits: Sequence[Visit]) -> None:
        """Let every person open the form, fill it in and send it."""
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
            async for visit in in_time(visits, self.pace.speed):
                client.cookies.clear()
                headers = {"X-Forwarded-For": visit.address, "User-Agent": "Mozilla/5.0 (demo)"}
                address = f"{self.site}/providers/twilio/report/"
                form = await _insist(client, "GET", address, headers=headers)
                if form is None:
                    continue
                work = await _insist(client, "GET", f"{address}challenge", headers=headers)
                fields = _fields(form.text) | {
                    "altcha": await asyncio.to_thread(_proof, work.json()) if work else "",
                    "problem": visit.problem,
                    "country": visit.country,
                    "carrier": visit.carrier,
                }
                await _insist(client, "POST", address, data=fields, headers={**headers, "Referer": address})


def _fields(html: str) -> dict[str, str]:
    """Return the hidden fields of a form and the first component that it offers for SMS."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    component = re.search(r'<option value="([^"]+)"[^>]*>\s*SMS\s*</option>', html)
    return hidden | ({"component": component[1]} if component else {})


def _proof(challenge: dict[str, Any]) -> str:
    """Do the work that a browser does for its report."""
    given = Challenge.from_dict(challenge)
    solution = solve_challenge(given)
    return Payload(given, solution).to_base64() if solution else ""


async def _insist(client: httpx.AsyncClient, method: str, url: str, **request: object) -> httpx.Response | None:
    """Send a request, again while StatusWire cannot be reached (it may be starting); None: given up."""
    for pause in (0.2, 0.5, 1, 2, 4, 0):
        try:
            answer = await client.request(method, url, **request)  # type: ignore[arg-type]
            if answer.status_code < 500:
                if answer.status_code >= 400:
                    logger.warning("%s %s answered %d", method, url.rpartition("/")[0], answer.status_code)
                return answer
        except httpx.TransportError as error:
            logger.debug("%s: %s", url, error)
        await asyncio.sleep(pause)
    logger.warning("%s %s got no answer", method, url.rpartition("/")[0])
    return None
