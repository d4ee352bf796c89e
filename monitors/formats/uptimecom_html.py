"""Uptime.com's status pages: the one verdict that the page's own script carries ("global_is_operational")."""

import re

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import decode, reading

_VERDICT = re.compile(r'"?global_is_operational\\?"?\s*:\s*(true|false)\b')


@reading
def parse(body: bytes) -> Snapshot:
    found = set(_VERDICT.findall(decode(body)))
    if len(found) != 1:
        said = "nowhere" if not found else "both true and false"
        raise UnreadableFeed(f"The page says {said} whether all is operational (global_is_operational).")
    (word,) = found
    # "Not operational" is all that it says: how bad, and what, it does not.
    state = State.OPERATIONAL if word == "true" else State.DEGRADED
    said = "operational" if word == "true" else "not operational"
    return Snapshot(components=(ComponentReading("page", "All systems", state, said),), headline=state)


def claims(sample: Sample) -> Claim:
    return Claim.LIKELY if sample.is_html and _VERDICT.search(sample.text) else Claim.NO


FORMAT = Format(
    label="Uptime.com",
    parse=parse,
    claims=claims,
    marks=("global_is_operational",),
)
