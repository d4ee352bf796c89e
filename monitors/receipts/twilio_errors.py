"""Twilio's error codes by whose doing they are.

Twilio's dictionary has a fault field of its own, which must not be used blindly: it lays filtered messages and
unregistered senders at the carrier's door, and the recipient's dead phone too. A code that is not here is AMBIGUOUS: it
counts against the habit of its scope. Source of codes and meanings: https://www.twilio.com/docs/api/errors
"""

from monitors.receipts.base import Fault

_CODES = {
    # The provider's or the carrier's fault: counts in full.
    Fault.OUTAGE: """
        20500 20503 20504 21730 30017 30020 30021 30410 30500 31005 31500 31503 45350 53006 60005 60534 63010 63012 63023
    """,
    # Unreachable, unknown, expired: mostly dead numbers, and the usual code of a real carrier fault.
    Fault.AMBIGUOUS: "30001 30003 30004 30005 30006 30008 30009 30036 31000 31009 31408 31480 63001 63036",
    # Wrong numbers, opt-outs, unregistered senders, filtered content, wrong parameters: never evidence.
    Fault.SENDER: """
        10001 13224 13225 13227 14107 20001 20003 20005 20006 20008 20404 20429 21211 21408 21601 21602 21603 21604 21606
        21608 21610 21611 21612 21614 21617 21620 21703 30002 30007 30010 30011 30019 30022 30023 30024 30025 30026 30027
        30032 30033 30034 30035 30038 30400 30409 30450 31486 31487 31603 32017 53000 60200 60202 60203 60205 60207 60212
        60223 60227 60238 60300 60410 60605 63002 63003 63005 63007 63013 63014 63015 63016 63017 63018 63019 63020 63021
        63024 63032 63033 63034 63035 63038 63051
    """,
    # Twilio could not reach the tenant's own webhook.
    Fault.SELF: "11200 11205 11210 11215 11220",
}
FAULTS = {code: fault for fault, codes in _CODES.items() for code in codes.split()}


def fault(code: str) -> Fault:
    """Return whose doing a failure with this error code is."""
    return FAULTS.get(code, Fault.AMBIGUOUS)
