"""MessageBird's error codes by whose doing they are: those of the mobile application part (MAP), and its own.

Where a report has no code, its reason in words stands for it. A code that is not here is AMBIGUOUS.
Source: https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-sources/sms-platform-extended-error-codes
and 3GPP TS 29.002 for the codes below 100.
"""

from monitors.receipts.base import Fault

_CODES = {
    # The network: unknown equipment of its own, system failure, congestion, missing or unexpected data.
    Fault.OUTAGE: "2 3 32 33 34 35 36 51 network",
    # Absent, busy, no reply, memory full, expired: mostly the recipient, and the usual codes of a real carrier fault.
    Fault.AMBIGUOUS: "6 27 31 45 46 absent expired rejected noreport",
    # Unknown or barred numbers, opt-outs, unregistered senders: never evidence.
    Fault.SENDER: "1 5 7 8 9 10 11 12 13 14 15 20 21 28 71 103 104 105 106 107 108 unknown optout balance spam",
}
FAULTS = {code: fault for fault, codes in _CODES.items() for code in codes.split()}
REASONS = {
    "unknown subscriber": "unknown",
    "unavailable subscriber": "absent",
    "network error": "network",
    "network_error": "network",
    "system failure": "network",
    "dlr not received": "noreport",
    "opted out": "optout",
    "insufficient balance": "balance",
    "spam": "spam",
    "rejected": "rejected",
    "expired": "expired",
}


def fault(code: str) -> Fault:
    """Return whose doing a failure with this error code is."""
    return FAULTS.get(code, Fault.AMBIGUOUS)
