"""Monitors from a file, looked at before they are made; and all monitors as a file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access
from accounts.models import Organization, Role
from kit.clock import clock
from monitors.forms.imports import ImportForm
from monitors.imports import Unreadable, sources
from monitors.imports.documents import MAX_BYTES
from monitors.imports.statuswire import write
from monitors.queries.exporting import drafts
from monitors.services.importing import Fate, Plan, carry_out, plan

_ORDER = (Fate.REFUSED, Fate.NEW, Fate.THERE)


@never_cache  # the page carries the file, which may have secrets in it
@require_http_methods(["GET", "POST"])
@login_required
def monitors_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a file would make, and with `confirm` make it."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    if request.method == "GET":
        return _page(request, organization, ImportForm(label_suffix=""))
    form = ImportForm(request.POST, request.FILES, label_suffix="")
    if _is_cut(request):
        form.add_error("file", f"The file is too long: {MAX_BYTES:,} bytes can be read. Split it into several.")
    if not form.is_valid():
        return _page(request, organization, form)
    try:
        planned = plan(organization.id, form.text)
    except Unreadable as error:
        form.add_error("file" if request.FILES else "pasted", str(error))
        return _page(request, organization, form)
    if "confirm" in request.POST and planned.new:
        done = carry_out(organization.id, planned, now=clock(), by=request.user.pk)
        messages.success(request, _said(done))
        return redirect("monitor_list", slug=slug)
    return _page(request, organization, form, planned)


@never_cache
@require_GET
@login_required
def monitors_export(request: HttpRequest, slug: str) -> HttpResponse:
    """All monitors as YAML, without secrets."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    name = f'attachment; filename="{organization.slug}-monitors.yaml"'
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(write(drafts(organization.id)), content_type="application/yaml; charset=utf-8", headers=headers)


def _is_cut(request: HttpRequest) -> bool:
    """Whether a file was too long to be taken in to its end (kit.intake): then Django finds none."""
    announced = request.headers.get("Content-Length", "")
    is_long = announced.isascii() and announced.isdigit() and int(announced[:18]) > MAX_BYTES
    return is_long and not request.FILES and not request.POST.get("pasted")


def _page(
    request: HttpRequest, organization: Organization, form: ImportForm, planned: Plan | None = None
) -> HttpResponse:
    lines = sorted(planned.lines, key=lambda line: _ORDER.index(line.fate)) if planned else []
    context = {
        "organization": organization,
        "form": form,
        "plan": planned,
        "lines": lines,
        "text": form.text if planned else "",
        "sources": sources().values(),
    }
    return render(request, "monitors/monitors_import.html", context, status=422 if form.errors else 200)


def _said(done: Plan) -> str:
    made = "1 monitor is" if done.new == 1 else f"{done.new} monitors are"
    rest = [
        f"{done.there} were already there" if done.there else "",
        f"{done.refused} could not be made" if done.refused else "",
    ]
    return "; ".join(filter(None, [f"{made} watched from now on", *rest])) + "."
