"""What happened to a provider, month by month and page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from monitors.queries.providers import seen_by
from pages.queries import visible
from pages.queries.record import record
from pages.views.caching import kept_for_strangers
from pages.views.reading import organization_ids_of

KINDS = {"incident": "Incidents", "maintenance": "Maintenances"}


@require_safe
def provider_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a provider's incidents, or with `kind=maintenance` its maintenances."""
    provider = get_object_or_404(seen_by(*organization_ids_of(request)), slug=slug)
    owner = provider.organization_id
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "incident"
    incidents = visible.incidents(owner).filter(provider=provider)
    context = {
        "provider": provider,
        "kinds": KINDS,
        "kind": kind,
        "record": record(
            incidents if kind == "incident" else incidents.none(),
            visible.posts_alone(owner).filter(provider=provider, kind=kind),
            month=request.GET.get("month", ""),
            number=request.GET.get("page", "1"),
        ),
    }
    return kept_for_strangers(request, render(request, "pages/provider_history.html", context))
