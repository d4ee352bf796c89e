"""Stripe's `/current/full`: one sentence and one state."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Words, load_object, reading, text
from monitors.formats.text import plain_text

STATES = {
    "up": State.OPERATIONAL,
    "degraded": State.DEGRADED,
    "down": State.MAJOR_OUTAGE,
    "pending": State.UNKNOWN,
    "paused": State.UNKNOWN,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(STATES)
    word = text(doc, "UptimeStatus")
    state = words.state(word)
    about = plain_text(text(doc, "message", ""), longest=1000)
    component = ComponentReading("api", "API", state, word, description=about)
    return Snapshot(components=(component,), headline=state, unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "UptimeStatus" in sample.doc else Claim.NO


FORMAT = Format(
    label="Stripe",
    parse=parse,
    claims=claims,
    vendor={"status.stripe.com": "https://status.stripe.com/current/full"},
)
