"""Where an organization says what its public status page shows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.models import Organization, Role
from accounts.services import NotAllowed
from kit.clock import clock
from pages import services
from pages.forms import NewRowForm, PageForm, RowForm
from pages.models import StatusPage, StatusPageRow
from pages.queries.status_page import rows_of


@require_http_methods(["GET", "POST"])
@login_required
def page_settings(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    page = services.page_for(organization, clock())
    form = PageForm(page, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            services.change_page(page, title=chosen["title"], slug=chosen["slug"], is_public=chosen["is_public"])
        except NotAllowed as error:  # somebody took it since the form looked
            form.add_error("slug", str(error))
        else:
            messages.success(request, "The page is changed.")
            return redirect("page_settings", slug=slug)
    return _settings(request, organization, page, form=form)


@require_POST
@login_required
def page_row_add(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    page = services.page_for(organization, clock())
    form = NewRowForm(services.offered_scopes(page), request.POST)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            row = services.add_row(page, chosen["scope"], name=chosen["name"], group=chosen["group"])
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{row.name} is on the page.")
            return redirect("page_settings", slug=slug)
    return _settings(request, organization, page, new_row=form)


@require_POST
@login_required
def page_row_change(request: HttpRequest, slug: str, row_id: int) -> HttpResponse:
    """Do with a row what the button says: save its words, move it up or down, or remove it."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    row = get_object_or_404(StatusPageRow, id=row_id, page__organization=organization)
    match request.POST.get("do"):
        case "up":
            services.move_row(row, -1)
        case "down":
            services.move_row(row, 1)
        case "remove":
            services.remove_row(row)
            messages.success(request, f"{row.name} is no longer on the page.")
        case _:
            _rename(request, row)
    return redirect("page_settings", slug=slug)


def _rename(request: HttpRequest, row: StatusPageRow) -> None:
    form = RowForm(request.POST)
    if form.is_valid():
        services.change_row(row, name=form.cleaned_data["name"], group=form.cleaned_data["group"])
        messages.success(request, f"{row.name} is changed.")
    else:
        messages.error(request, "A name and a heading have at most 100 characters.")


def _settings(
    request: HttpRequest,
    organization: Organization,
    page: StatusPage,
    *,
    form: PageForm | None = None,
    new_row: NewRowForm | None = None,
) -> HttpResponse:
    is_refused = bool((form and form.errors) or (new_row and new_row.errors))
    offered = services.offered_scopes(page)
    context = {
        "organization": organization,
        "page": page,
        "form": form or PageForm(page),
        "new_row": new_row or NewRowForm(offered),
        "has_more": offered.exists(),
        "rows": rows_of(page),
    }
    return render(request, "pages/page_settings.html", context, status=422 if is_refused else 200)
