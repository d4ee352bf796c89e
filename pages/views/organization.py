"""The pages inside an organization: its dashboard and its incidents."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts import access
from accounts.models import Role, User
from alerts.queries import notifications_about
from incidents.models import Incident
from incidents.queries import incident_detail
from incidents.services import acknowledge
from kit.clock import clock
from kit.htmx import is_htmx
from monitors.queries.providers import seen_by
from pages.forms import FollowChoice
from pages.queries.dashboard import dashboard as read_dashboard
from pages.queries.history import SHOWN, history
from pages.queries.incident import affected, course_of

TOLD_OF_ONE = 50  # messages about one incident
_ID = re.compile(r"[0-9]{1,18}")


@require_GET
@login_required
@vary_on_headers("HX-Request")
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    context = {
        "organization": membership.organization,
        "board": read_dashboard(membership.organization_id, clock()),
        **_may(membership.role),
    }
    if is_htmx(request):
        return render(request, "pages/_dashboard.html", context)
    return render(request, "pages/dashboard.html", context | {"form": FollowChoice(membership.organization_id)})


@require_GET
@login_required
@vary_on_headers("HX-Request")
def follow_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer what can be followed of the chosen `provider` (a slug)."""
    organization = access.organization_for(request.user, slug, at_least=Role.MEMBER)
    provider = seen_by(organization.id).filter(slug=request.GET.get("provider", "")).first()
    template = "pages/_follow.html" if is_htmx(request) else "pages/follow.html"
    return render(request, template, {"organization": organization, "form": FollowChoice(organization.id, provider)})


@require_GET
@login_required
@vary_on_headers("HX-Request")
def organization_incidents(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug)
    asked = request.GET
    found = history(
        organization.id,
        shown=asked.get("shown", ""),
        provider=asked.get("provider", ""),
        number=asked.get("page", "1"),
    )
    template = "pages/_organization_incidents.html" if is_htmx(request) else "pages/organization_incidents.html"
    return render(request, template, {"organization": organization, "history": found, "shown_words": SHOWN})


@require_GET
@login_required
@vary_on_headers("HX-Request")
def organization_incident(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    organization = membership.organization
    detail = incident_detail(uid, organization.id)
    if detail is None:
        raise Http404
    context = {
        "organization": organization,
        "detail": detail,
        "course": course_of(detail, clock()),
        "affected": affected(uid, organization.id, clock()),
        "told": notifications_about(organization.id, [uid], each=TOLD_OF_ONE).get(uid, []),
        **_may(membership.role),
    }
    template = "pages/_organization_incident.html" if is_htmx(request) else "pages/organization_incident.html"
    return render(request, template, context)


@require_POST
@login_required
def incident_acknowledge(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.MEMBER)
    incident = get_object_or_404(Incident, uid=uid, organization=organization)
    assert isinstance(request.user, User)  # login_required saw to it
    if acknowledge(incident.id, request.user, clock()):
        messages.success(request, "It is yours now. Your colleagues see that you have taken it.")
    else:
        messages.info(request, "Somebody has taken it already, or it is over.")
    monitor = request.POST.get("monitor", "")  # whoever took it on a monitor's page stays there
    if _ID.fullmatch(monitor):
        return redirect("monitor_detail", slug=slug, monitor_id=int(monitor))
    return redirect("organization_incident", slug=slug, uid=uid)


def _may(role: str) -> dict[str, bool]:
    """Return what a member of this role may do, for templates."""
    return {"can_act": Role(role).includes(Role.MEMBER), "can_edit": Role(role).includes(Role.ADMIN)}
