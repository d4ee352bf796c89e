"""What is done with one monitor: its form, pause and mute, and a check at once. `pages` shows it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.models import Organization, Role
from kit.addresses import AddressRefused, NameUnresolved
from kit.clock import clock
from monitors.catalogue.check_templates import Template, templates
from monitors.forms.monitors import MonitorForm
from monitors.forms.option_fields import OPTION
from monitors.models import Monitor
from monitors.probes import probe_kinds
from monitors.probes.base import Probe, ProbeResult
from monitors.queries import monitors as queries
from monitors.services import bulk, checks
from monitors.services import monitors as services
from monitors.services.limits import BeyondPlan, least_interval_s
from monitors.services.options import SecretNeeded
from monitors.views.listing import MUTES

_MOST_WANTED = ("http", "heartbeat", "steps", "health", "tcp", "tls", "dns", "ping", "websocket")
TRY_EVERY_S = 3  # for one organization
CHECK_NOW_EVERY_S = 5  # for one monitor: it is somebody's server


@require_http_methods(["GET", "POST"])
@login_required
def monitor_new(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    template = templates().get(request.GET.get("template", ""))
    kind = request.POST.get("kind") or request.GET.get("kind") or (template.kind if template else "http")
    form = _form(request, organization, kind, template=template)
    if "try" in request.POST:
        return _try(request, organization, form, kind)
    if form.is_bound and form.is_valid():
        try:
            scope = form.scope(organization.id)
            monitor = services.create(organization.id, scope, form.settings, now=clock(), by=request.user.pk)
        except (AddressRefused, NameUnresolved) as error:
            form.add_error("target", str(error))
        except SecretNeeded as error:
            form.add_error(OPTION + error.field, str(error))
        except BeyondPlan as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{monitor.name} is watched. The first result comes in a few seconds.")
            return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)
    return _render_form(request, organization, form, kind)


@require_http_methods(["GET", "POST"])
@login_required
def monitor_edit(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitor = _monitor(organization, monitor_id)
    form = _form(request, organization, monitor.kind, monitor)
    if "try" in request.POST:
        return _try(request, organization, form, monitor.kind, monitor)
    if form.is_bound and form.is_valid():
        try:
            services.change(monitor, form.scope(organization.id), form.settings, now=clock(), by=request.user.pk)
        except (AddressRefused, NameUnresolved) as error:
            form.add_error("target", str(error))
        except SecretNeeded as error:
            form.add_error(OPTION + error.field, str(error))
        except BeyondPlan as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{form.settings.name} is changed and is checked anew.")
            return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)
    return _render_form(request, organization, form, monitor.kind, monitor)


@require_POST
@login_required
def monitor_pause(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    """Pause a monitor, or with `resume` let it check again."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitor = _monitor(organization, monitor_id)
    if "resume" in request.POST:
        services.resume(monitor, now=clock(), by=request.user.pk)
        messages.success(request, f"{monitor.name} checks again.")
    else:
        services.pause(monitor, now=clock(), by=request.user.pk)
        messages.success(request, f"{monitor.name} is paused: it neither checks nor alerts.")
    return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)


@require_POST
@login_required
def monitor_mute(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    """Keep a monitor's alerts back for a while, or with `unmute` no longer. It is judged as ever."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitor, now = _monitor(organization, monitor_id), clock()
    length = MUTES.get(request.POST.get("do", ""))
    if length is None and "unmute" not in request.POST:
        messages.error(request, "Choose for how long.")
        return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)
    until = now + length if length else None
    bulk.mute(organization.id, [monitor.id], until=until, by=request.user.pk, now=now)
    said = f"is muted until {until:%-d %B, %H:%M} UTC" if until else "is no longer muted"
    messages.success(request, f"{monitor.name} {said}.")
    return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)


@require_POST
@login_required
def monitor_delete(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitor = _monitor(organization, monitor_id)
    services.delete(monitor, now=clock())
    messages.success(request, f"{monitor.name} is removed with its history.")
    return redirect("monitor_list", slug=slug)


@require_POST
@login_required
def monitor_check(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    """Check now and show all that was seen. Stores nothing: a click must not look like an outage."""
    organization = access.organization_for(request.user, slug, at_least=Role.MEMBER)
    monitor = _monitor(organization, monitor_id)
    if not cache.add(f"monitor_check:{monitor.id}", 1, CHECK_NOW_EVERY_S):
        messages.info(request, f"{monitor.name} was checked a moment ago. Wait {CHECK_NOW_EVERY_S} seconds.")
        return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)
    result = checks.try_monitor(monitor, now=clock())
    context = {
        "organization": organization,
        "monitor": monitor,
        "result": result,
        "spent": queries.spent(result),
        "now": clock(),
    }
    return render(request, "monitors/monitor_check.html", context)


def _monitor(organization: Organization, monitor_id: int) -> Monitor:
    return get_object_or_404(queries.with_parts(), id=monitor_id, organization=organization)


def _form(
    request: HttpRequest,
    organization: Organization,
    kind: str,
    monitor: Monitor | None = None,
    *,
    template: Template | None = None,
) -> MonitorForm:
    kinds = probe_kinds()
    if kind not in kinds:
        raise Http404
    data = request.POST if request.method == "POST" else None
    return MonitorForm(
        kind,
        kinds[kind],
        queries.watchable(organization.id),
        data,
        monitor=monitor,
        template=template,
        least_interval_s=least_interval_s(organization.plan),
    )


def _try(
    request: HttpRequest, organization: Organization, form: MonitorForm, kind: str, monitor: Monitor | None = None
) -> HttpResponse:
    """Make one check with what the form says, and show it beside the form. Stores nothing."""
    result = None
    if form.is_valid():
        wanted = form.settings
        try:
            services.judge_target(kind, wanted.target)
            if cache.add(f"monitor_try:{organization.id}", 1, TRY_EVERY_S):
                result = checks.try_check(kind, wanted.target, wanted.options, wanted.timeout_s, monitor=monitor)
            else:
                form.add_error(None, f"Your organization tried a check a moment ago. Wait {TRY_EVERY_S} seconds.")
        except (AddressRefused, NameUnresolved) as error:
            form.add_error("target", str(error))
        except SecretNeeded as error:
            form.add_error(OPTION + error.field, str(error))
    return _render_form(request, organization, form, kind, monitor, result=result)


def _render_form(
    request: HttpRequest,
    organization: Organization,
    form: MonitorForm,
    kind: str,
    monitor: Monitor | None = None,
    *,
    result: ProbeResult | None = None,
) -> HttpResponse:
    context = {
        "result": result,
        "spent": queries.spent(result) if result else (),
        "can_try": not (probe_kinds()[kind].is_waiting or probe_kinds()[kind].is_sending),
        "organization": organization,
        "form": form,
        "kind": kind,
        "kinds": _kinds(),
        "templates": templates(),
        "template": templates().get(request.GET.get("template", "")),
        "monitor": monitor,
    }
    return render(request, "monitors/monitor_form.html", context, status=422 if form.errors else 200)


def _kinds() -> dict[str, Probe]:
    """Return the kinds as a person looks for them: the most wanted first, then the others by their name."""
    kinds = probe_kinds()
    first = [name for name in _MOST_WANTED if name in kinds]
    return {name: kinds[name] for name in [*first, *sorted(kinds.keys() - first)]}
