"""Lists of incidents."""

from datetime import datetime

from incidents.queries.shapes import IncidentLink


def open_incidents(organization_id: int | None, provider_id: int | None = None) -> list[IncidentLink]:
    """Return the open incidents of one audience, worst and then latest first."""
    return []


def recent_incidents(
    organization_id: int | None, provider_id: int | None = None, *, since: datetime, limit: int = 50
) -> list[IncidentLink]:
    """Return the incidents of one audience that began since `since`, latest first; open ones included."""
    return []
