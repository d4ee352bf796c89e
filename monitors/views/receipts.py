"""An organization's receipt sources: how to set each one up at its sender, and what went wrong there."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from monitors.forms.receipts import FingerprintForm, LookupForm, SecretForm, SourceForm
from monitors.models import NumberLookup, Problem, ReceiptProblem, ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.receipts.base import Receipts
from monitors.services import lookups, receipt_problems, receipts

MOST_SECRETS = 2  # the one in use and the one that replaces it
ADVICE = {
    Problem.SIGNATURE: "The secret stored here is not the one the sender signs with, or the address at the sender is not "
    "exactly this one, to the last character. Store the right secret; the sender's clock must be right as well.",
    Problem.UNREADABLE: "The sender posts something else than what this address takes. Look at its settings below.",
    Problem.ITEM: "The others of the batch were counted.",
    Problem.WORD: "Nothing was counted for it, as we do not know what it means. Tell us, and we teach it.",
}
_WORST_FIRST = [problem.value for problem in ADVICE]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as its people see it. `fingerprints` stand for its secrets, the newest first."""

    source: ReceiptSource
    kind: Receipts
    address: str
    fingerprints: Sequence[str]
    problems: Sequence[ReceiptProblem]
    form: SecretForm
    lookup: NumberLookup | None
    lookup_form: LookupForm | None  # None: its receipts name the network themselves

    @property
    def steps(self) -> list[str]:
        return [step.replace("ADDRESS", self.address) for step in self.kind.guide.steps]

    @property
    def advice(self) -> list[tuple[ReceiptProblem, str]]:
        return [(problem, ADVICE[Problem(problem.kind)]) for problem in self.problems]


@require_GET
@login_required
def receipt_sources(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    can_edit = Role(membership.role).includes(Role.ADMIN)
    return _page(request, membership.organization, SourceForm(), can_edit=can_edit)


def _page(
    request: HttpRequest,
    organization: Organization,
    form: SourceForm,
    *,
    can_edit: bool,
    wrong: dict[int, SecretForm | LookupForm] | None = None,
) -> HttpResponse:
    rows = ReceiptSource.objects.filter(organization=organization).select_related("provider", "lookup").order_by("id")
    sources = [_view(row, (wrong or {}).get(row.id)) for row in rows.prefetch_related("problems")]
    context = {"organization": organization, "sources": sources, "form": form, "can_edit": can_edit}
    status = 400 if form.errors or wrong else 200
    return render(request, "monitors/receipt_sources.html", context, status=status)


def _view(source: ReceiptSource, wrong: SecretForm | LookupForm | None) -> SourceView:
    kind = receipt_kinds()[source.kind]
    lookup: NumberLookup | None = getattr(source, "lookup", None)
    lookup_form = LookupForm(lookup=lookup, source_id=source.id) if source.kind in lookups.KINDS else None
    return SourceView(
        source=source,
        kind=kind,
        address=settings.PUBLIC_URL + reverse("receipt_hook", args=[source.kind, source.token]) + kind.guide.suffix,
        fingerprints=[receipts.fingerprint(secret) for secret in receipts.secrets_of(source)],
        problems=sorted(source.problems.all(), key=lambda problem: (_WORST_FIRST.index(problem.kind), problem.word)),
        form=wrong if isinstance(wrong, SecretForm) else SecretForm(kind=kind, source_id=source.id),
        lookup=lookup,
        lookup_form=wrong if isinstance(wrong, LookupForm) else lookup_form,
    )


@require_POST
@login_required
def receipt_source_new(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _page(request, organization, form, can_edit=True)
    source = receipts.create_source(organization, form.cleaned_data["provider"], form.cleaned_data["kind"], now=clock())
    messages.success(request, "Here is the address. Give it to the sender, and us the secret it signs with.")
    return redirect(f"{reverse('receipts', args=[slug])}#source-{source.id}")


@require_POST
@login_required
def receipt_secret(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """Store one more secret that the sender signs with; of the others the newest stays valid."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    source = _source(organization, source_id)
    form = SecretForm(request.POST, kind=receipt_kinds()[source.kind], source_id=source.id)
    if not form.is_valid():
        return _page(request, organization, SourceForm(), can_edit=True, wrong={source.id: form})
    secret = form.cleaned_data["secret"]
    older = [known for known in receipts.secrets_of(source) if known != secret]
    receipts.set_secrets(source, [secret, *older][:MOST_SECRETS])
    receipt_problems.forget(source.id)
    messages.success(request, "The secret is stored, sealed. It is never shown again.")
    return redirect(f"{reverse('receipts', args=[slug])}#source-{source.id}")


@require_POST
@login_required
def receipt_secret_remove(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """End the validity of a secret, once the sender has changed over to another."""
    source = _source(access.organization_for(request.user, slug, at_least=Role.ADMIN), source_id)
    form = FingerprintForm(request.POST)
    gone = form.cleaned_data["fingerprint"] if form.is_valid() else ""
    left = [secret for secret in receipts.secrets_of(source) if receipts.fingerprint(secret) != gone]
    receipts.set_secrets(source, left)
    messages.success(request, "What is signed with that secret is refused from now on.")
    return redirect(f"{reverse('receipts', args=[slug])}#source-{source.id}")


@require_POST
@login_required
def receipt_lookup(request: HttpRequest, slug: str, source_id: int) -> HttpResponse:
    """Have the networks of a source's numbers looked up at the organization's cost, on new terms, or no more."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    source = _source(organization, source_id)
    if source.kind not in lookups.KINDS:
        raise Http404
    if "stop" in request.POST:
        lookups.stop(source)
        messages.success(request, "No number is looked up any more. The key is forgotten.")
        return redirect(f"{reverse('receipts', args=[slug])}#source-{source.id}")
    form = LookupForm(request.POST, lookup=getattr(source, "lookup", None), source_id=source.id)
    if not form.is_valid():
        return _page(request, organization, SourceForm(), can_edit=True, wrong={source.id: form})
    lookups.set_terms(source, **form.cleaned_data)
    messages.success(request, "Numbers whose network nobody names are looked up from now on.")
    return redirect(f"{reverse('receipts', args=[slug])}#source-{source.id}")


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
