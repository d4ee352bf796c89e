"""The pages of an organization's monitors: their list, and one with the incidents that it was evidence of."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts import access
from accounts.models import Role
from kit.clock import clock
from kit.htmx import is_htmx
from monitors.models import Monitor
from monitors.queries.changes import latest_changes, page_of_changes
from monitors.queries.heartbeats import heartbeat_page
from monitors.queries.listing import Asked, listing
from monitors.queries.monitor_charts import SPANS, AskedCharts
from monitors.queries.monitor_page import monitor_page
from monitors.queries.monitors import with_parts
from monitors.queries.synthetic import messages_page
from pages.queries.monitors import incidents_of, on_it


@require_GET
@login_required
@vary_on_headers("HX-Request")
def monitor_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    now = clock()
    page = listing(membership.organization_id, Asked.of(request.GET.dict()), now=now)
    known = on_it(membership.organization_id, [row.id for row in page.rows])
    context = {
        "organization": membership.organization,
        "page": page,
        "rows": [(row, known.get(row.id)) for row in page.rows],
        "can_edit": Role(membership.role).includes(Role.ADMIN),
        "now": now,
    }
    return render(request, _page_or_part(request, "list"), context)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def monitor_detail(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    organization, now = membership.organization, clock()
    monitor = get_object_or_404(with_parts(), id=monitor_id, organization=organization)
    asked, role = AskedCharts.of(request.GET.dict()), Role(membership.role)
    can_edit = role.includes(Role.ADMIN)
    context = {
        "organization": organization,
        "heartbeat": heartbeat_page(monitor, with_address=can_edit),
        "sends": messages_page(monitor, now=now),
        "page": monitor_page(monitor, asked=asked, now=now),
        "incidents": incidents_of(monitor, since=now - SPANS[asked.span][0], now=now),
        "changes": latest_changes(monitor.id),
        "can_edit": can_edit,
        "can_act": role.includes(Role.MEMBER),
        "now": now,
    }
    return render(request, _page_or_part(request, "detail"), context)


@require_GET
@login_required
def monitor_changes(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    """All that was changed about a monitor, page by page."""
    organization = access.organization_for(request.user, slug)
    monitor = get_object_or_404(Monitor, id=monitor_id, organization=organization)
    lines, page = page_of_changes(monitor.id, request.GET.get("page", "1"))
    context = {"organization": organization, "monitor": monitor, "lines": lines, "page": page}
    return render(request, "monitors/monitor_changes.html", context)


def _page_or_part(request: HttpRequest, name: str) -> str:
    part = "_" if is_htmx(request) else ""
    return f"monitors/{part}monitor_{name}.html"
