"""Oracle Cloud's `/api/v2/components.json`: a region's health, by service, with the incidents of each service.

A component is a region: its state is the worst of its (about 150) services, and the incidents name the services. An
incident has an id and a severity, neither a title nor a time; it is listed under each service and region that it touches.
Source: https://docs.oracle.com/en-us/iaas/Content/General/Concepts/status-service.htm
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from monitors.core.states import State, worst
from monitors.formats.base import Claim, ComponentReading, Format, Phase, PostKind, PostReading, Sample, Snapshot
from monitors.formats.reading import Json, Words, listed, load_object, objects, reading, text
from monitors.formats.text import title_text

# The description has blanks in the words ("Service Down"), the answers have none.
STATES = {
    "NormalPerformance": State.OPERATIONAL,
    "Normal Performance": State.OPERATIONAL,
    "Informational": State.OPERATIONAL,
    "ServiceDisruption": State.PARTIAL_OUTAGE,
    "Service Disruption": State.PARTIAL_OUTAGE,
    "ServiceDown": State.MAJOR_OUTAGE,
    "Service Down": State.MAJOR_OUTAGE,
}
_MOST_NAMES = 3  # services and regions named in a title; the rest is counted


@dataclass(slots=True)
class _Incident:
    severity: State
    services: dict[str, None] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)  # id: name


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    incidents: dict[str, _Incident] = {}
    regions = enumerate(objects(load_object(body), "regionHealthReports"))
    components = listed(_region(row, place, words, incidents) for place, row in regions)
    return Snapshot(
        components=components,
        posts=tuple(_post(key, incident) for key, incident in incidents.items()),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.NOTICE}),
        page_name="Oracle Cloud Infrastructure",
        unknown_words=tuple(words.unknown),
    )


def _region(row: Json, place: int, words: Words, incidents: dict[str, _Incident]) -> ComponentReading:
    key, name = text(row, "regionId"), title_text(text(row, "regionName"))
    states = list(_services(row, (key, name), words, incidents))
    impaired = sum(state.is_impaired for state in states)
    state = worst(states)
    if not state.is_impaired and State.UNKNOWN in states:
        state = State.UNKNOWN  # a service of which nothing is known may be the one that is down
    word = f"{impaired} of {len(states)} services impaired" if impaired else "normal performance"
    return ComponentReading(key, name, state, word, position=place)


def _services(row: Json, region: tuple[str, str], words: Words, incidents: dict[str, _Incident]) -> Iterator[State]:
    for service in objects(row, "serviceHealthReports"):
        yield words.state(service.get("serviceStatus"))
        for item in objects(service, "incidents", required=False):
            word = text(item, "severity", "")
            severity = words.state(word)
            if word.replace(" ", "").casefold() == "normalperformance":
                continue  # it is over
            incident = incidents.setdefault(text(item, "incidentId"), _Incident(severity))
            incident.severity = max(incident.severity, severity)
            incident.services[title_text(text(service, "serviceName"))] = None
            incident.regions[region[0]] = region[1]


def _post(key: str, incident: _Incident) -> PostReading:
    title = f"{_named(list(incident.services))} in {_named(list(incident.regions.values()))}"
    return PostReading(
        external_id=key,
        kind=PostKind.NOTICE if incident.severity is State.OPERATIONAL else PostKind.INCIDENT,
        title=title_text(title),
        phase=Phase.INVESTIGATING,
        impact=incident.severity,
        posted_at=None,
        components=tuple((region, incident.severity) for region in incident.regions),
        updates_complete=False,
    )


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def claims(sample: Sample) -> Claim:
    return (
        Claim.CERTAIN if any("serviceHealthReports" in row for row in sample.rows("regionHealthReports")) else Claim.NO
    )


FORMAT = Format(
    label="Oracle Cloud",
    parse=parse,
    claims=claims,
    vendor={"ocistatus.oraclecloud.com": "https://ocistatus.oraclecloud.com/api/v2/components.json"},
)
