"""Broadcom's `/api/v1/status`: one state of the page ("page.state"), nothing of its parts.

Its description says "under_maintenance", its answers say "under-maintenance".
"""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Words, as_object, load_object, reading, text

STATES = {
    "operational": State.OPERATIONAL,
    "under_maintenance": State.MAINTENANCE,
    "under-maintenance": State.MAINTENANCE,
    "degraded": State.DEGRADED,
}


@reading
def parse(body: bytes) -> Snapshot:
    page = as_object(load_object(body).get("page"), "page")
    words = Words(STATES)
    word = text(page, "state")
    state = words.state(word)
    component = ComponentReading("page", "Broadcom services", state, word[:60])
    return Snapshot(components=(component,), headline=state, unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    page = sample.part("page")
    return Claim.CERTAIN if "state" in page and "state_text" in page else Claim.NO


FORMAT = Format(
    label="Broadcom",
    parse=parse,
    claims=claims,
    vendor={"status.broadcom.com": "https://status.broadcom.com/api/v1/status"},
)
