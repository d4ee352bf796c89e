"""A person has taken an incident."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents.models import EventKind, Incident
from incidents.services.audiences import Audience
from incidents.services.events import record


@transaction.atomic
def acknowledge(incident_id: int, user: User, now: datetime) -> bool:
    """Note that `user` has taken an organization's incident; False if it was taken or is over already.

    The caller has checked that the user is a member who may act (accounts.access). The public's records
    belong to nobody and cannot be taken: raises Incident.DoesNotExist.
    """
    incident = Incident.objects.get(id=incident_id, organization__isnull=False)
    Audience(incident.organization_id, incident.provider_id).lock()
    incident.refresh_from_db()
    if incident.acknowledged_at or incident.resolved_at:
        return False
    incident.acknowledged_at, incident.acknowledged_by = now, user
    incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
    summary = f"{user.name or user.email} has taken it."
    record(incident, EventKind.ACKNOWLEDGED, now=now, summary=summary, detail={"user_id": user.id})
    return True
