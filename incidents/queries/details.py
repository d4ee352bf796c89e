"""One incident in full."""

from incidents.queries.shapes import IncidentDetail


def incident_detail(uid: str, organization_id: int | None) -> IncidentDetail | None:
    """Return the incident `uid` if it is public or of `organization_id`, else None."""
    return None
