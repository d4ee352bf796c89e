"""What incidents tells the rest, after commit."""

from django.dispatch import Signal

# An incident has new events. Sent with incident_id, organization_id (None: the public) and provider_id.
incident_events_recorded = Signal()
