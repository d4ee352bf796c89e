"""When to try again, when to give up, and whether a waiting message is still worth sending."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 900.0
LONGEST_RETRY_AFTER_S = 3600.0  # what a far side may ask for; beyond it we look earlier
GIVE_UP_AFTER_S = 24 * 3600.0
STALE_AFTER_S = 600.0
MOST_UNANSWERED = 8  # claims in a row that ended without an outcome: this message kills its sender


def retry_delay_s(failures: int, key: str, after_s: float | None = None) -> float:
    """Return the seconds to wait after the `failures`-th failure in a row, never below `after_s`.

    Doubles from 5 s to 15 min, spread by up to a quarter. The spread comes from the key, so that it
    is the same whoever computes it and differs between notifications.
    """
    delay = min(FIRST_RETRY_S * 2.0 ** min(max(failures, 1) - 1, 20), LONGEST_RETRY_S)
    if after_s is not None:
        delay = max(delay, min(max(after_s, 0.0), LONGEST_RETRY_AFTER_S))
    digest = hashlib.sha256(f"{key}:{failures}".encode()).digest()
    return delay * (1 + int.from_bytes(digest[:4]) / 2**32 / 4)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed notification. `waited` is on the machine's clock, however fast the product's runs.

    `reached` says whether an earlier message about the incident reached the channel, `overtaken`
    whether one was left out because the incident had ended meanwhile.
    """

    transition: str
    waited: timedelta
    is_over: bool
    reached: bool
    overtaken: bool


def superseded(waiting: Waiting) -> str | None:
    """Return why a notification is no longer worth sending, or None to send it.

    After a long wait (a dead mail server, a stopped worker) the end of an incident alone tells its
    whole story: one message for what happened meanwhile, not one for each turn it took. An end
    whose beginning the channel refused or never got would be news about nothing.
    """
    if waiting.transition == "resolved":
        if waiting.reached or waiting.overtaken:
            return None
        return "No earlier message about this incident reached the channel."
    if waiting.is_over and waiting.waited > timedelta(seconds=STALE_AFTER_S):
        return "It ended before this could be sent; the message about its end tells the whole story."
    return None
