"""PayPal's `/api/v1/components`: a state for production and one for the sandbox; production is what counts."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Words, as_object, load_object, objects, reading, text
from monitors.formats.text import title_text

STATES = {
    "operational": State.OPERATIONAL,
    "under_maintenance": State.MAINTENANCE,
    "maintenance": State.MAINTENANCE,
    "degraded_performance": State.DEGRADED,
    "service_degradation": State.DEGRADED,
    "partial_outage": State.PARTIAL_OUTAGE,
    "service_disruption": State.PARTIAL_OUTAGE,
    "major_outage": State.MAJOR_OUTAGE,
    "service_outage": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    groups: dict[str, str] = {}
    rows = []
    for place, item in enumerate(objects(load_object(body), "result")):
        category = title_text(text(as_object(item.get("category") or {}, "category"), "name", ""))
        if category:
            groups.setdefault(category, f"category-{category}"[:200])
        name = text(item, "name")
        word = text(as_object(item.get("status"), "status"), "production")
        key = text(item, "id", "") or f"{category}/{name}"
        rows.append(
            ComponentReading(
                key[:200],
                title_text(name),
                words.state(word.replace(" ", "_")),
                word,
                groups.get(category),
                False,
                place,
            )
        )
    heads = [ComponentReading(key, name, State.UNKNOWN, "", None, True) for name, key in groups.items()]
    return Snapshot(components=(*heads, *rows), unknown_words=tuple(words.unknown))


def claims(sample: Sample) -> Claim:
    states = [row.get("status") for row in sample.rows("result")]
    return Claim.CERTAIN if any(isinstance(state, dict) and "production" in state for state in states) else Claim.NO


FORMAT = Format(
    label="PayPal",
    parse=parse,
    claims=claims,
    vendor={"www.paypal-status.com": "https://www.paypal-status.com/api/v1/components"},
)
