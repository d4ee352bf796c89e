"""What happened to a provider, month by month and page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pages.queries.record import record
from pages.queries.visible import posts_alone, public_incidents, public_providers
from pages.views.caching import kept_for_strangers

KINDS = {"incident": "Incidents", "maintenance": "Maintenances"}


@require_safe
def provider_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a provider's incidents, or with `kind=maintenance` its maintenances."""
    provider = get_object_or_404(public_providers(), slug=slug)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "incident"
    incidents = public_incidents().filter(provider=provider)
    context = {
        "provider": provider,
        "kinds": KINDS,
        "kind": kind,
        "record": record(
            incidents if kind == "incident" else incidents.none(),
            posts_alone().filter(provider=provider, kind=kind),
            month=request.GET.get("month", ""),
            number=request.GET.get("page", "1"),
        ),
    }
    return kept_for_strangers(request, render(request, "pages/provider_history.html", context))
