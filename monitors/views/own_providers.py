"""An organization's own providers: paste an address, see what is read there, keep it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from accounts.models import Organization, Role
from accounts.services import NotAllowed
from kit.clock import clock
from monitors.forms.own_providers import AddressForm, FoundForm, NameForm
from monitors.models import Provider
from monitors.queries.own_providers import own_rows, seen
from monitors.queries.providers import own
from monitors.services import own_providers as services
from monitors.services.detection import Detection, detect

MOST_LOOKS = 20  # of one organization in LOOKS_S: each asks somebody's server up to a dozen times
LOOKS_S = 600


@require_GET
@login_required
def own_provider_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    context = {
        "organization": membership.organization,
        "rows": own_rows(membership.organization_id),
        "most": services.MOST_OWN,
        "can_edit": Role(membership.role).includes(Role.ADMIN),
    }
    return render(request, "monitors/own_provider_list.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def own_provider_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an address and show what is found there; take what was shown, and keep it."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    if "found" in request.POST:
        return _keep(request, organization, None)
    return _look(request, organization, None)


@require_http_methods(["GET", "POST"])
@login_required
def own_provider_edit(request: HttpRequest, slug: str, provider_id: int) -> HttpResponse:
    """Take another name, or another address in the same two steps as a new one."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    provider = get_object_or_404(own(organization.id), id=provider_id)
    if "found" in request.POST:
        return _keep(request, organization, provider)
    if "name" in request.POST:
        return _rename(request, organization, provider)
    return _look(request, organization, provider)


@require_POST
@login_required
def own_provider_remove(request: HttpRequest, slug: str, provider_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    provider = get_object_or_404(own(organization.id), id=provider_id)
    services.remove(provider)
    messages.success(request, f"{provider.name} is removed with all that was read of it.")
    return redirect("own_providers", slug=slug)


def _look(request: HttpRequest, organization: Organization, provider: Provider | None) -> HttpResponse:
    form = AddressForm(request.POST if request.method == "POST" else None, label_suffix="")
    if not form.is_bound or not form.is_valid():
        return _page(request, organization, provider, form)
    if not _may_look(organization):
        form.add_error(
            "address", f"At most {MOST_LOOKS} addresses are looked at in 10 minutes. Wait a little, then try again."
        )
        return _page(request, organization, provider, form)
    found = detect(form.cleaned_data["address"], user_agent=settings.USER_AGENT, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    if not found.is_found:
        form.add_error("address", found.reason)
        return _page(request, organization, provider, form, found=found)
    known = services.known_as(found, organization)
    found_form = FoundForm(organization_id=organization.id, shown=found)
    if provider:
        found_form.initial["name"] = provider.name
    known = None if known == provider else known
    return _page(request, organization, provider, form, found=found, known=known, found_form=found_form)


def _keep(request: HttpRequest, organization: Organization, provider: Provider | None) -> HttpResponse:
    form = FoundForm(request.POST, organization_id=organization.id)
    if not form.is_valid():
        address = AddressForm(label_suffix="")
        return _page(request, organization, provider, address, found_form=form, problems=_problems(form))
    name, found = form.cleaned_data["name"], form.cleaned_data["found"]
    try:
        if provider:
            services.read_elsewhere(provider, organization, found, now=clock())
            services.rename(provider, name)
        else:
            provider = services.add(organization, found, name=name, now=clock())
    except NotAllowed as refusal:
        address = AddressForm(initial={"address": found.asked}, label_suffix="")
        return _page(request, organization, provider, address, problems=[str(refusal)])
    messages.success(
        request, f"{name} is read from now on, and {organization} follows it. The first words come shortly."
    )
    return redirect("provider", slug=provider.slug)


def _rename(request: HttpRequest, organization: Organization, provider: Provider) -> HttpResponse:
    form = NameForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, organization, provider, AddressForm(label_suffix=""), name_form=form)
    services.rename(provider, form.cleaned_data["name"])
    messages.success(request, "The name is changed.")
    return redirect("own_providers", slug=organization.slug)


def _page(
    request: HttpRequest,
    organization: Organization,
    provider: Provider | None,
    form: AddressForm,
    *,
    found: Detection | None = None,
    known: Provider | None = None,
    found_form: FoundForm | None = None,
    name_form: NameForm | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    context = {
        "organization": organization,
        "provider": provider,
        "form": form,
        "found": found,
        "seen": seen(found.snapshot) if found and found.is_found else None,
        "known": known,
        "found_form": found_form,
        "name_form": name_form or NameForm(initial={"name": provider.name if provider else ""}, label_suffix=""),
        "problems": problems,
    }
    is_refused = bool(problems) or bool(form.errors) or bool(name_form and name_form.errors)
    return render(request, "monitors/own_provider_form.html", context, status=422 if is_refused else 200)


def _problems(form: FoundForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _may_look(organization: Organization) -> bool:
    """Count a look; False if there were too many. A cache that cannot count lets it pass."""
    key = f"own_provider_looks:{organization.id}"
    cache.add(key, 0, LOOKS_S)
    try:
        return cache.incr(key) <= MOST_LOOKS
    except ValueError:  # it ran out between the two
        return True
