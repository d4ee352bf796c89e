"""Okta's status page: the incidents that its HTML carries as JSON (Salesforce's `Incident__c` objects).

The array is the text, or an attribute, of the element with `data-id="incidents"`. Okta's old feed still answers, years
behind: it is not read. The page says nothing of services that are well, so there are no components.
"""

import json
import re
from html import unescape

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import MOST_POSTS, Json, Phases, Words, as_list, as_object, decode, moment, reading, text
from monitors.formats.text import plain_text, title_text

IMPACTS = {
    "Major Service Disruption": State.MAJOR_OUTAGE,
    "Service Disruption": State.PARTIAL_OUTAGE,
    "Minor Service Disruption": State.DEGRADED,
    "Service Degradation": State.DEGRADED,
    "Feature Disruption": State.DEGRADED,
    "Performance Issue": State.DEGRADED,
}
PHASES = {
    "Investigating": Phase.INVESTIGATING,
    "Open": Phase.INVESTIGATING,
    "Identified": Phase.IDENTIFIED,
    "Monitoring": Phase.MONITORING,
    "Resolved": Phase.RESOLVED,
    "Closed": Phase.RESOLVED,
    "Postmortem": Phase.POSTMORTEM,
    "Scheduled": Phase.SCHEDULED,
    "In Progress": Phase.IN_PROGRESS,
    "Completed": Phase.COMPLETED,
}
_FIRST = '[{"attributes":{"type":"Incident__c"'
_NONE = re.compile(r"""data-id=["']incidents["'][^>]*>\s*\[\s*\]""")
_PLANNED = (Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.COMPLETED)


@reading
def parse(body: bytes) -> Snapshot:
    words, phases = Words(IMPACTS), Phases(PHASES)
    rows = [as_object(row, "an incident") for row in _incidents(decode(body))[:MOST_POSTS]]
    posts = tuple(_post(row, words, phases) for row in rows)
    return Snapshot(posts=posts, page_name="Okta", unknown_words=(*words.unknown, *phases.unknown))


def _incidents(page: str) -> list[object]:
    for words in (page, unescape(page)):
        start = words.find(_FIRST)
        if start >= 0:
            return as_list(json.JSONDecoder().raw_decode(words, start)[0], "the incidents")
    if _NONE.search(page):
        return []
    raise UnreadableFeed("The page carries no list of incidents (data-id 'incidents'): its make may have changed.")


def _post(row: Json, words: Words, phases: Phases) -> PostReading:
    phase = phases.phase(text(row, "Status__c"))
    planned = phase in _PLANNED
    began = moment(row.get("Start_Time__c")) or moment(row.get("Start_Date__c"))
    ended = moment(row.get("End_Time__c")) or moment(row.get("End_Date__c"))
    changed = moment(row.get("Last_Updated__c"))
    said, at = plain_text(text(row, "Log__c", "")), changed or ended or began
    category = text(row, "Category__c", "")
    return PostReading(
        external_id=text(row, "Id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=_title(row, category),
        phase=phase,
        impact=State.MAINTENANCE if planned else words.state(category) if category else State.UNKNOWN,
        posted_at=moment(row.get("CreatedDate")) or began,
        began_at=None if planned else began,
        resolved_at=(ended or changed) if phase.is_over else None,
        scheduled_for=began if planned else None,
        scheduled_until=ended if planned else None,
        updates=(UpdateReading("latest", phase, said, at),) if said and at else (),
        updates_complete=False,
    )


def _title(row: Json, category: str) -> str:
    """The incident's title; where it has none, its category and service."""
    own = title_text(text(row, "Incident_Title__c", "") or text(row, "Title__c", ""))
    service = text(row, "Okta_Sub_Service__c", "") or text(row, "Service_Feature__c", "")
    return own or title_text(": ".join(part for part in (category, service) if part)) or "Okta incident"


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_html and '"type":"Incident__c"' in unescape(sample.text) else Claim.NO


FORMAT = Format(
    label="Okta",
    parse=parse,
    claims=claims,
    vendor={"status.okta.com": "https://status.okta.com"},
)
