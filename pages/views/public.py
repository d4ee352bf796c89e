"""The pages that anybody may read: home, directory, providers, "is it down?", incidents."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import organizations_of
from accounts.models import Organization
from incidents.queries import incident_detail
from kit.clock import clock
from kit.htmx import is_htmx
from monitors.core.states import State
from monitors.models import Provider
from monitors.queries.providers import seen_by
from pages.core.structured import Told
from pages.queries.day import crowd_view, day_of, reports_of
from pages.queries.directory import directory
from pages.queries.following import following
from pages.queries.incident import affected, course_of
from pages.queries.is_down import Standing, evidence, standing
from pages.queries.provider import provider_page
from pages.views.caching import kept_for_strangers
from pages.views.reading import may_follow, organization_ids_of

PER_PAGE = 60
ON_HOME = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    rows = directory(clock()).rows
    watched = [row for row in rows if row.state.state is not State.UNKNOWN]
    troubled = [row for row in watched if row.state.state.is_impaired]
    context = {
        "troubled": troubled,
        "others": [row for row in watched if row not in troubled][:ON_HOME],
        "number": len(rows),
        "watched": len(watched),
    }
    return kept_for_strangers(request, render(request, "pages/home.html", context))


@require_safe
def directory_page(request: HttpRequest) -> HttpResponse:
    search, category = request.GET.get("q", "").strip()[:60], request.GET.get("category", "")
    state = next((state for state in State if state.slug == request.GET.get("state")), None)
    found = directory(
        clock(), search=search, category=category, state=state, organization_ids=organization_ids_of(request)
    )
    context = {
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "found": found,
        "search": search,
        "category": category,
        "state": state,
    }
    return kept_for_strangers(request, render(request, "pages/directory.html", context))


@require_safe
@vary_on_headers("HX-Request")
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    row, own = _readable(request, slug)
    now = clock()
    context = {
        "page": provider_page(row, now),
        "day": day_of(row, own.id if own else None, reports_of(row, now), now),
        "own": own,
        "following": following(row, may_follow(request, row)),
    }
    template = "pages/_provider.html" if is_htmx(request) else "pages/provider.html"
    return kept_for_strangers(request, render(request, template, context))


@require_safe
@vary_on_headers("HX-Request")
def is_down(request: HttpRequest, slug: str) -> HttpResponse:
    row, own = _readable(request, slug)
    now = clock()
    page, crowd = standing(row, now), crowd_view(row, now)
    context = {
        "page": page,
        "evidence": evidence(page, crowd),
        "crowd": crowd,
        "day": day_of(row, own.id if own else None, crowd.columns, now),
        "own": own,
        "told": _told(page),
    }
    template = "pages/_is_down.html" if is_htmx(request) else "pages/is_down.html"
    return kept_for_strangers(request, render(request, template, context))


def _told(page: Standing) -> Told | None:
    """Return what programs are told; nothing of an organization's own provider."""
    provider = page.provider
    if provider.organization_id:
        return None
    address = settings.PUBLIC_URL + reverse("is_down", args=[provider.slug])
    return Told(provider.name, page.verdict, page.view.sentence, page.view.as_of, address, provider.status_page_url)


def _readable(request: HttpRequest, slug: str) -> tuple[Provider, Organization | None]:
    """Return the provider that this reader may see by that name, and whose own evidence they see beside it."""
    organizations = organizations_of(request.user)
    row = get_object_or_404(seen_by(*(organization.id for organization in organizations)), slug=slug)
    first = organizations[0] if organizations else None
    return row, next((one for one in organizations if one.id == row.organization_id), first)


@require_safe
@vary_on_headers("HX-Request")
def incident(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the public's record of an incident; an organization's own is found only inside of it."""
    detail = incident_detail(uid, None)
    if detail is None:
        for organization in organizations_of(request.user):
            if incident_detail(uid, organization.id):
                return redirect("organization_incident", slug=organization.slug, uid=uid)
        raise Http404
    template = "pages/_incident.html" if is_htmx(request) else "pages/incident.html"
    now = clock()
    context = {"detail": detail, "course": course_of(detail, now), "affected": affected(uid, None, now)}
    return kept_for_strangers(request, render(request, template, context))


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return kept_for_strangers(request, render(request, "pages/about.html", {"contact": settings.CONTACT}))
