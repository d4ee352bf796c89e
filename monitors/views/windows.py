"""An organization's maintenance windows: what is planned, planning one, ending one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.models import Role
from kit.clock import clock
from monitors.forms.windows import WindowForm
from monitors.models import MaintenanceWindow, Monitor
from monitors.queries.window_rows import window_rows
from monitors.services import windows


@require_http_methods(["GET", "POST"])
@login_required
def maintenance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is planned; admins plan another one."""
    membership = access.membership_for(request.user, slug)
    organization, now = membership.organization, clock()
    if request.method == "POST":
        access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitors = list(
        Monitor.objects.filter(organization=organization).order_by("name").values_list("id", "name", "tags")
    )
    data = request.POST if request.method == "POST" else None
    form = WindowForm(data, monitors=monitors, zone=organization.time_zone)
    if form.is_bound and form.is_valid():
        try:
            window = windows.plan(organization, form.window, now=now)
        except windows.NeverOpens as error:
            form.add_error("first", str(error))
        else:
            messages.success(request, f"{window.name} is planned: its failures wake nobody and cost no uptime.")
            return redirect("monitor_windows", slug=slug)
    context = {
        "organization": organization,
        "rows": window_rows(organization.id, now=now),
        "form": form,
        "can_edit": Role(membership.role).includes(Role.ADMIN),
        "now": now,
    }
    return render(request, "monitors/maintenance_windows.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def window_end(request: HttpRequest, slug: str, window_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    window = get_object_or_404(MaintenanceWindow, id=window_id, organization=organization)
    if windows.end(window, now=clock()):
        messages.success(request, f"{window.name} is over. What it covered so far stays covered.")
    return redirect("monitor_windows", slug=slug)
