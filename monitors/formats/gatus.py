"""Gatus' `/api/v1/endpoints/statuses`: its endpoints by group, each with its newest checks, oldest first.

A check has succeeded or not; Gatus has no word between. Announcements are not in this document.
Source: https://github.com/TwiN/gatus
"""

from monitors.core.states import State
from monitors.formats.base import Claim, ComponentReading, Format, Sample, Snapshot
from monitors.formats.reading import Json, as_list, as_object, listed, load, moment, objects, reading, text
from monitors.formats.text import title_text


@reading
def parse(body: bytes) -> Snapshot:
    rows = [as_object(row, "an endpoint") for row in as_list(load(body), "the document")]
    names = dict.fromkeys(name for row in rows if (name := title_text(text(row, "group", ""))))
    groups = [ComponentReading(_group_id(name), name, State.UNKNOWN, "", None, True, n) for n, name in enumerate(names)]
    endpoints = listed(_endpoint(row, place) for place, row in enumerate(rows))
    return Snapshot(components=(*groups, *endpoints))


def _group_id(name: str) -> str:
    return f"group-{name}" if name else ""


def _endpoint(row: Json, place: int) -> ComponentReading:
    name = title_text(text(row, "name"))
    state, word = _state(row)
    group = _group_id(title_text(text(row, "group", ""))) or None
    return ComponentReading(text(row, "key", "") or name, name, state, word, group, position=place)


def _state(row: Json) -> tuple[State, str]:
    """What the newest check says; an endpoint that was not checked yet says nothing."""
    checks = [(moment(item.get("timestamp")), item) for item in objects(row, "results", required=False)]
    timed = [(at, item) for at, item in checks if at is not None]
    if not timed or len(timed) < len(checks):  # which one is the newest is not sure
        return State.UNKNOWN, ""
    newest = max(timed, key=lambda pair: pair[0])[1].get("success")
    if not isinstance(newest, bool):
        return State.UNKNOWN, ""
    return (State.OPERATIONAL, "healthy") if newest else (State.MAJOR_OUTAGE, "unhealthy")


def claims(sample: Sample) -> Claim:
    rows = sample.rows()
    return Claim.CERTAIN if rows and all({"name", "key", "results"} <= row.keys() for row in rows) else Claim.NO


FORMAT = Format(
    label="Gatus",
    parse=parse,
    claims=claims,
    endpoints=("/api/v1/endpoints/statuses",),
    marks=("twin/gatus", "gatus.io"),
)
