"""The writers of incidents: what changes mean, when incidents end, and who has taken them."""

from incidents.services.acknowledging import acknowledge
from incidents.services.correlating import correlate_next
from incidents.services.learning import learn
from incidents.services.tending import tend
from incidents.services.words import sync_vendor_words

__all__ = ["acknowledge", "correlate_next", "learn", "sync_vendor_words", "tend"]
