"""Public pages of parts: a component, a country, a carrier."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from kit.clock import clock
from kit.countries import NAMES
from kit.htmx import is_htmx
from monitors.models import Carrier
from monitors.queries.providers import seen_by
from pages.queries import visible
from pages.queries.component import component_page
from pages.queries.following import following_component
from pages.queries.places import PlacePage, carrier_page, countries, country_page
from pages.views.caching import kept_for_strangers
from pages.views.reading import may_follow, organization_ids_of


@require_safe
@vary_on_headers("HX-Request")
def component(request: HttpRequest, slug: str, component_id: int) -> HttpResponse:
    provider = get_object_or_404(seen_by(*organization_ids_of(request)), slug=slug)
    row = get_object_or_404(visible.components(provider.organization_id), id=component_id, provider=provider)
    context = {
        "page": component_page(row, clock(), **_asked(request)),
        "following": following_component(row, may_follow(request, provider)),
    }
    template = "pages/_component.html" if is_htmx(request) else "pages/component.html"
    return kept_for_strangers(request, render(request, template, context))


@require_safe
@vary_on_headers("HX-Request")
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Show a country by ISO 3166-1 alpha-2, in small letters in the address."""
    if code.upper() not in NAMES:
        raise Http404
    if code != code.lower():
        return redirect("country", code.lower(), permanent=True)
    return _place(request, country_page(code.upper(), clock(), **_asked(request)))


@require_safe
@vary_on_headers("HX-Request")
def carrier(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Carrier.objects.select_related("host"), slug=slug)
    return _place(request, carrier_page(row, clock(), **_asked(request)))


@require_safe
def country_list(request: HttpRequest) -> HttpResponse:
    context = {"places": countries(clock())}
    return kept_for_strangers(request, render(request, "pages/countries.html", context))


def _place(request: HttpRequest, page: PlacePage) -> HttpResponse:
    template = "pages/_place.html" if is_htmx(request) else "pages/place.html"
    return kept_for_strangers(request, render(request, template, {"page": page}))


def _asked(request: HttpRequest) -> dict[str, str]:
    return {"month": request.GET.get("month", ""), "number": request.GET.get("page", "1")}
