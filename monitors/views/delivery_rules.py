"""Switching the simple rules about receipts on and off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import access
from accounts.models import Role
from kit.clock import clock
from monitors.forms.delivery_rules import DeliveryRulesForm
from monitors.services.delivery_rules import switch_rules


@require_POST
@login_required
def delivery_rules(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    form = DeliveryRulesForm(request.POST)
    if form.is_valid():
        wanted = form.wanted()
        switch_rules(organization.id, wanted, now=clock())
        on = {0: "Both rules are off.", 1: "One rule is on.", 2: "Both rules are on."}[len(wanted)]
        messages.success(request, f"{on} They are looked at every minute.")
    else:
        messages.error(request, "Choose over what each rule counts: all messages together, or each place by itself.")
    return redirect("message_delivery", slug)
