"""An organization's receipt sources, and what they have told so far."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.models import Organization, Role
from kit.clock import clock
from monitors.models import ReceiptSource
from monitors.receipt_forms import SecretForm, SourceForm
from monitors.services import receipts

MOST_SECRETS = 2  # the one in use and the one that replaces it


@require_GET
@login_required
def receipt_sources(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    can_edit = Role(membership.role).includes(Role.ADMIN)
    return _page(request, membership.organization, SourceForm(), can_edit=can_edit)


def _page(request: HttpRequest, organization: Organization, form: SourceForm, *, can_edit: bool) -> HttpResponse:
    sources = ReceiptSource.objects.filter(organization=organization).select_related("provider").order_by("id")
    context = {
        "organization": organization,
        "sources": [(source, _address(source), len(receipts.secrets_of(source))) for source in sources],
        "form": form,
        "secret_form": SecretForm(),
        "can_edit": can_edit,
    }
    return render(request, "monitors/receipt_sources.html", context, status=400 if form.errors else 200)


def _address(source: ReceiptSource) -> str:
    return settings.PUBLIC_URL + reverse("receipt_hook", args=[source.kind, source.token])


@require_POST
@login_required
def receipt_source_new(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _page(request, organization, form, can_edit=True)
    receipts.create_source(organization, form.cleaned_data["provider"], form.cleaned_data["kind"], now=clock())
    messages.success(request, "Here is the address. Give it to the sender, and us the secret it signs with.")
    return redirect("receipts", slug)


@require_POST
@login_required
def receipt_secret(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """Add or replace the secret that the sender signs with."""
    source = _source(access.organization_for(request.user, slug, at_least=Role.ADMIN), source_id)
    form = SecretForm(request.POST)
    if form.is_valid():
        old = receipts.secrets_of(source) if form.cleaned_data["keep_old"] else []
        receipts.set_secrets(source, [form.cleaned_data["secret"], *old][:MOST_SECRETS])
        messages.success(request, "The secret is stored, sealed. It is never shown again.")
    else:
        messages.error(request, "Enter the secret that the sender signs with.")
    return redirect("receipts", slug)


@require_POST
@login_required
def receipt_source_delete(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    source = _source(access.organization_for(request.user, slug, at_least=Role.ADMIN), source_id)
    receipts.delete_source(source)
    messages.success(request, "The address takes no more receipts.")
    return redirect("receipts", slug)


def _source(organization: Organization, source_id: int) -> ReceiptSource:
    source = ReceiptSource.objects.filter(organization=organization, id=source_id).first()
    if source is None:
        raise Http404
    return source
