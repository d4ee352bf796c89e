"""The certificates that servers show, and the memory of them, as it costs to ask for them at each check.

libcurl writes out the whole chain for whoever asks, which is a tenth of what an HTTPS check costs (0.09 ms of 1.14 for two
certificates). It verifies every chain by itself, asked or not. So a chain is asked for when its place was not asked
for KEPT_S; what a check that fails between shows of it is said to be that old.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from monitors.probes.base import Answer, Certificate, Reason, Secured

KEPT_S = 300.0  # four of five checks a minute are spared, and evidence is at most this old; rarer checks always ask
MAX_CHAIN = 8  # certificates that are described
MAX_NAMES = 20
MAX_PLACES = 10_000
_NAME = re.compile(
    r"(?:DNS|IP Address):([^,\s]{1,100})"
)  # as OpenSSL writes them: "DNS:a.example.com, IP Address:192.0.2.1"

Place = tuple[str, int, str]  # host, port, address


class Chains:
    """What each place showed when it was last looked at closely."""

    def __init__(self) -> None:
        self._seen: dict[Place, Secured] = {}

    def recent(self, place: Place, now: float) -> Secured | None:
        """Return what a place showed, if that was within KEPT_S of `now`, a monotonic time."""
        seen = self._seen.get(place)
        return seen if seen and now - seen.at < KEPT_S else None

    def learn(self, place: Place, answer: Answer, now: float) -> None:
        """Keep what a good answer showed; after one that failed, the next one is asked anew."""
        if answer.reason != Reason.OK:
            self._seen.pop(place, None)
        elif answer.certificates:
            if len(self._seen) >= MAX_PLACES:
                self._seen.clear()
            self._seen[place] = Secured(answer.certificates, answer.tls_version, now)


def chain_of(described: Sequence[Iterable[tuple[str, str]]]) -> tuple[Certificate, ...]:
    """Return a chain as libcurl describes it, the server's own certificate first."""
    return tuple(_certificate(dict(entries)) for entries in described[:MAX_CHAIN])


def _certificate(fields: dict[str, str]) -> Certificate:
    end = _end_of(fields.get("Expire date", ""))
    # Certificates live in the machine's time, not in a demo's.
    days_left = None if end is None else (end - datetime.now(UTC)).days
    names = _NAME.findall(fields.get("X509v3 Subject Alternative Name", ""))[:MAX_NAMES]
    return Certificate(fields.get("Subject", "")[:200], fields.get("Issuer", "")[:200], days_left, tuple(names))


@lru_cache(maxsize=4096)  # reading a date costs more than the rest of a check's answer
def _end_of(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
