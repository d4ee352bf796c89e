"""Statuspage's /history.json as a format of its own: for pages whose v2 API is shut, and for stored bodies."""

from monitors.formats.base import Claim, Document, Format, Sample, Snapshot
from monitors.formats.reading import load_object, reading
from monitors.formats.statuspage_months import months_snapshot


@reading
def parse(body: bytes) -> Snapshot:
    return months_snapshot(load_object(body))


def claims(sample: Sample) -> Claim:
    return Claim.SECONDARY if {"months", "page_status"} <= sample.doc.keys() else Claim.NO


FORMAT = Format(
    label="Statuspage history",
    parse=parse,
    documents=(Document("history", "/history.json?page=1"),),
    backfill=("/history.json?page=2",),
    claims=claims,
)
