"""Where an organization's messages arrive, where not, and whose doing that is."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts import access
from accounts.models import Role
from alerts.models import Route
from kit.clock import clock
from kit.htmx import is_htmx
from monitors.forms.delivery_rules import DeliveryRulesForm
from pages.queries.delivery import delivery_page
from pages.queries.delivery_asked import Asked


@require_GET
@login_required
@vary_on_headers("HX-Request")
def delivery(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    organization = membership.organization
    context = {
        "organization": organization,
        "page": delivery_page(organization.id, Asked.of(request.GET.dict()), now=clock()),
    }
    if is_htmx(request):
        return render(request, "pages/_delivery.html", context)
    can_edit = Role(membership.role).includes(Role.ADMIN)
    rules = {
        "form": DeliveryRulesForm.of(organization.id),
        "is_heard": Route.objects.filter(organization=organization).exists(),
    }
    return render(request, "pages/delivery.html", context | rules | {"can_edit": can_edit})
