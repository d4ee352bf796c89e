"""Azure DevOps' status page: services with the health of each geography, as JSON in its `dataProviders` script."""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.html_data import script_json
from monitors.formats.reading import Json, Words, as_object, decode, listed, objects, reading, text
from monitors.formats.text import title_text

# What the numbers mean: 1 unhealthy, 2 degraded, 3 advisory, 4 healthy.
HEALTH = {
    "1": State.MAJOR_OUTAGE,
    "2": State.DEGRADED,
    "3": State.OPERATIONAL,
    "4": State.OPERATIONAL,
}
_PROVIDER = "ms.vss-status-web.public-status-data-provider"


@reading
def parse(body: bytes) -> Snapshot:
    document = script_json(decode(body), "dataProviders")
    if document is None:
        raise UnreadableFeed("The page has no script 'dataProviders' with JSON: its make may have changed.")
    words = Words(HEALTH)
    provider = as_object(as_object(document.get("data"), "data").get(_PROVIDER), _PROVIDER)
    status = as_object(provider.get("serviceStatus"), "serviceStatus")
    components: list[ComponentReading] = []
    for place, service in enumerate(objects(status, "services")):
        components += _service(service, place, words)
    return Snapshot(components=listed(components), page_name="Azure DevOps", unknown_words=tuple(words.unknown))


def _service(service: Json, place: int, words: Words) -> list[ComponentReading]:
    """A service, which is a group, and its geographies."""
    key = text(service, "id")
    parts = [
        ComponentReading(
            f"{key}/{text(row, 'name')}",
            title_text(text(row, "name")),
            words.state(text(row, "health")),
            text(row, "health"),
            key,
            position=number,
        )
        for number, row in enumerate(objects(service, "geographies"))
    ]
    state = max((part.state for part in parts), default=State.UNKNOWN)
    return [ComponentReading(key, title_text(key), state, "", None, True, place), *parts]


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_html and _PROVIDER in sample.text else Claim.NO


FORMAT = Format(
    label="Azure DevOps",
    parse=parse,
    claims=claims,
    vendor={"status.dev.azure.com": "https://status.dev.azure.com"},
)
