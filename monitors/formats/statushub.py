"""StatusHub's `/api/statuses` of a page: how many services are up, affected and down, without their names."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import Json, as_object, load_object, reading

# The counters, and what one service in them means for the page.
COUNTERS = (
    ("count_status_1", State.OPERATIONAL, "up"),
    ("count_status_2", State.DEGRADED, "affected"),
    ("count_status_3", State.MAJOR_OUTAGE, "down"),
)


@reading
def parse(body: bytes) -> Snapshot:
    counters = as_object(load_object(body).get("counters"), "counters")
    counts = [(_count(counters, key), state, word) for key, state, word in COUNTERS]
    if not any(count for count, _, _ in counts):
        raise UnreadableFeed("The counters are all zero: the page names no service.")
    # One service that is down among others that are up is no outage of the whole page.
    state = max(state for count, state, _ in counts if count)
    if state is State.MAJOR_OUTAGE and counts[0][0]:
        state = State.PARTIAL_OUTAGE
    word = ", ".join(f"{count} {word}" for count, _, word in counts if count)
    return Snapshot(components=(ComponentReading("services", "Services", state, word[:60]),), headline=state)


def _count(counters: Json, key: str) -> int:
    value = counters.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnreadableFeed(f"{key} is not a count.")
    return value


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "count_status_1" in sample.part("counters") else Claim.NO


FORMAT = Format(
    label="StatusHub",
    parse=parse,
    claims=claims,
    endpoints=("/api/statuses",),
    marks=("statushub.io", "statushub.com"),
)
