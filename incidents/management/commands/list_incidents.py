"""manage.py list_incidents"""

import json
from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from incidents import queries
from incidents.queries import IncidentDetail
from kit.clock import clock


class Command(BaseCommand):
    help = "List incidents with the minute in which each source first saw them, the newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="its own records; without it, the public's")
        parser.add_argument("--days", type=int, default=7, help="how far back, 7 unless told")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, *, organization: str | None, days: int, json: bool, **options: object) -> None:
        details = _details(_organization_id(organization), days)
        if json:
            self.stdout.write(_document(details))
            return
        for detail in details:
            self.stdout.write(_lines(detail))
        self.stdout.write(f"{len(details)} incidents in {days} days.")


def _organization_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no organization {slug}.")
    return found.id


def _details(organization_id: int | None, days: int) -> list[IncidentDetail]:
    links = queries.recent_incidents(organization_id, since=clock() - timedelta(days=days), limit=200)
    own = [link for link in links if link.is_public == (organization_id is None)]
    return [detail for link in own if (detail := queries.incident_detail(link.uid, organization_id))]


def _lines(detail: IncidentDetail) -> str:
    incident = detail.incident
    until = f"to {incident.resolved_at:%d %b %H:%M}" if incident.resolved_at else "and is open"
    seen = [f"    {s.first_at:%H:%M}  {s.label} (learned {s.seen_at:%H:%M}): {s.reason}" for s in detail.sightings]
    return "\n".join([f"{incident.title}: {incident.worst.word} from {incident.started_at:%d %b %H:%M} {until}", *seen])


def _document(details: list[IncidentDetail]) -> str:
    """Times are ISO 8601 in UTC."""
    return json.dumps(
        [
            {
                "title": detail.incident.title,
                "worst": detail.incident.worst.slug,
                "started_at": detail.incident.started_at.isoformat(),
                "resolved_at": detail.incident.resolved_at and detail.incident.resolved_at.isoformat(),
                "scopes": [impact.scope for impact in detail.impacts],
                "sightings": [
                    {
                        "source": sighting.source.value,
                        "first_at": sighting.first_at.isoformat(),
                        "seen_at": sighting.seen_at.isoformat(),
                        "lag_minutes": sighting.lag_minutes,
                        "reason": sighting.reason,
                    }
                    for sighting in detail.sightings
                ],
                "events": [{"kind": e.kind, "at": e.at.isoformat(), "summary": e.summary} for e in detail.events],
            }
            for detail in details
        ],
        indent=2,
    )
