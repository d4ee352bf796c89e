"""An organization's incidents, page by page."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from incidents.models import Incident
from incidents.queries import IncidentLink
from incidents.queries.lists import links, of_audience
from monitors.models import Provider

ON_A_PAGE = 50
SHOWN = {"open": "Open", "resolved": "Resolved", "": "All"}


@dataclass(frozen=True, slots=True)
class History:
    """One page of incidents, latest first, with what it was narrowed to."""

    incidents: list[IncidentLink]
    page: "Page[Incident]"
    shown: str
    provider: str
    providers: list[tuple[str, str]]  # (slug, name) of those that the organization has incidents of


def history(organization_id: int, *, shown: str, provider: str, number: str) -> History:
    """Return page `number` of the incidents; words that mean nothing here narrow nothing."""
    mine = of_audience(organization_id)
    of = Provider.objects.filter(id__in=mine.order_by().values("provider").distinct()).order_by("name")
    providers = list(of.values_list("slug", "name"))
    shown = shown if shown in SHOWN else ""
    provider = provider if provider in dict(providers) else ""
    rows = mine.filter(provider__slug=provider) if provider else mine
    if shown:
        rows = rows.filter(resolved_at__isnull=shown == "open")
    page = Paginator(rows.order_by("-started_at", "-id"), ON_A_PAGE).get_page(number)
    start = max(page.start_index() - 1, 0)
    found = links(rows.order_by("-started_at", "-id")[start : start + ON_A_PAGE])
    return History(found, page, shown, provider, providers)
