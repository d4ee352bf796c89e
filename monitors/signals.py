"""What monitors tells the rest, after commit. A signal only says "look": the rows say what."""

from django.dispatch import Signal

# One audience has state changes to correlate. Sent with organization_id (None: the public) and provider_id.
state_changes_recorded = Signal()

# A source's data about a provider is newer than before. Sent with provider_id and organization_id.
readings_changed = Signal()
