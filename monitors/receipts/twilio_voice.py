"""Twilio call status callbacks: signed forms, one per change of an outbound call's status.

"Delivered" is a call that was answered; a long talk is no late one. That nobody answers, or that the line is busy, may
be a person or a network: it is ambiguous, and counts against the habit of its scope. Other failures are told by the
SIP response code of the carrier, or Twilio's own error code.
Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallback
"""

import re

from monitors.receipts import twilio_errors
from monitors.receipts.base import (
    Fault,
    Guide,
    HookRequest,
    Reading,
    ReceiptReading,
    Receipts,
    UnknownWord,
    UnreadableReceipt,
    collect,
)
from monitors.receipts.twilio_signature import Fields, fields_of, one, verify_form

_CALL_ID = re.compile(r"CA[0-9a-fA-F]{32}")
WORDS = {
    "queued": "queued",
    "initiated": "sending",
    "ringing": "sent",
    "in-progress": "delivered",
    "answered": "delivered",
    "completed": "delivered",
    "busy": "undelivered",
    "no-answer": "undelivered",
    "failed": "failed",
    "canceled": "canceled",
}
# By the final response of SIP; what is not here is ambiguous. Source: RFC 3261, and Twilio's pages on 13224 to 13227.
SIP = {
    Fault.OUTAGE: "500 502 503 504 513 580 600",
    Fault.SENDER: "400 401 402 403 404 405 406 410 413 414 415 416 420 421 484 485 488 493 603 604 606 607 608",
}
SIP_FAULTS = {f"SIP {code}": fault for fault, codes in SIP.items() for code in codes.split()}

GUIDE = Guide(
    steps=(
        "Pass the address as StatusCallback with each call that you make, or set it as the call status callback of your "
        "TwiML app or SIP trunk, by POST.",
        "Ask for the events initiated, ringing, answered and completed (StatusCallbackEvent): without them a call is "
        "known only when it is over.",
        "Keep what follows the #: it makes Twilio try again while we cannot be reached.",
    ),
    secret="Webhook shared key, or auth token",
    secret_help="A webhook shared key is better: whoever has the auth token has the account. Else the primary auth "
    "token of the account, or of the subaccount, that calls.",
    source="https://www.twilio.com/docs/voice/api/call-resource#statuscallback",
    suffix="#rc=5&rp=5xx,ct,rt",
)


def parse(request: HookRequest) -> Reading:
    """Return the one receipt of a callback; an inbound call has none. Raises UnreadableReceipt."""
    return collect([fields_of(request)], _read)


def _read(fields: Fields) -> ReceiptReading | None:
    call_id, word = one(fields, "CallSid"), one(fields, "CallStatus").lower()
    if not _CALL_ID.fullmatch(call_id):
        raise UnreadableReceipt("CallSid must be CA and 32 hexadecimal digits.")
    if not word:
        raise UnreadableReceipt("CallStatus is missing.")
    if one(fields, "Direction").lower() == "inbound":
        return None
    if word not in WORDS:
        raise UnknownWord(word)
    to = one(fields, "To", "Called")
    return ReceiptReading(call_id, WORDS[word], to if to.startswith("+") else "", _code(word, fields), "voice")


def _code(word: str, fields: Fields) -> str:
    if word in ("busy", "no-answer"):
        return word
    sip = one(fields, "SipResponseCode")
    code = one(fields, "ErrorCode") or (f"SIP {sip}" if sip else "")
    return code[:10] if word == "failed" else ""


def fault(code: str) -> Fault:
    """Return whose doing a call's failure is, by Twilio's error code or "SIP 503"."""
    return SIP_FAULTS.get(code) or twilio_errors.fault(code)


RECEIPTS = Receipts("Twilio Voice: call status callbacks", verify_form, parse, fault, GUIDE, providers=("twilio",))
