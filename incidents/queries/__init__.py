"""Read incidents: each function makes a fixed number of queries and returns frozen view objects.

`organization_id` None reads what the public may know; an organization also sees its own records.
"""

from incidents.core.impact import ScopeState
from incidents.core.lag import Lag
from incidents.core.timeline import Bar
from incidents.queries.boards import scope_board
from incidents.queries.details import details_seen_by, incident_detail, open_details
from incidents.queries.lags import vendor_lags
from incidents.queries.lists import open_incidents, recent_incidents
from incidents.queries.naming import PARTS, words_of
from incidents.queries.providers import component_view, provider_states, provider_view
from incidents.queries.shapes import (
    AdmissionView,
    ComponentView,
    EventView,
    GroupView,
    ImpactView,
    IncidentDetail,
    IncidentLink,
    ProviderView,
    ScopeView,
    SightingView,
    UpdateView,
)

__all__ = [
    "PARTS",
    "AdmissionView",
    "Bar",
    "ComponentView",
    "EventView",
    "GroupView",
    "ImpactView",
    "IncidentDetail",
    "IncidentLink",
    "Lag",
    "ProviderView",
    "ScopeState",
    "ScopeView",
    "SightingView",
    "UpdateView",
    "component_view",
    "details_seen_by",
    "incident_detail",
    "open_details",
    "open_incidents",
    "provider_states",
    "provider_view",
    "recent_incidents",
    "scope_board",
    "vendor_lags",
    "words_of",
]
