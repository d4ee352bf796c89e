"""Vonage's error codes by whose doing they are: `err-code` of SMS receipts, and the titles of the Messages API's errors.

A code that is not here is AMBIGUOUS: it counts against the habit of its scope. Sources of codes and meanings:
https://api.support.vonage.com/hc/en-us/articles/204014733 (SMS) and https://developer.vonage.com/en/api-errors/messages
"""

from monitors.receipts.base import Fault

_CODES = {
    # A network's error, no route, no connection to the messaging provider: counts in full.
    Fault.OUTAGE: "8 11 1030 1100 1230 1250 unsent",
    # Absent, busy, unreachable, unknown: mostly dead numbers, and the usual codes of a real carrier fault.
    Fault.AMBIGUOUS: "1 2 5 7 12 95 99 1180 1200 1220 1260 1330",
    # Numbers that are gone or barred, spam, wrong parameters, quotas, consent: never evidence.
    Fault.SENDER: """
        3 4 6 9 10 13 14 15 16 50 51 52 53 54 1000 1010 1020 1021 1022 1040 1050 1060 1070 1080 1090 1120 1130 1140 1150
        1160 1170 1190 1210 1240 1270 1280 1290 1300
    """,
}
FAULTS = {code: fault for fault, codes in _CODES.items() for code in codes.split()}


def fault(code: str) -> Fault:
    """Return whose doing a failure with this error code is."""
    return FAULTS.get(code, Fault.AMBIGUOUS)
