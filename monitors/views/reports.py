"""Where people say that something is broken. No login; who they are is not kept."""

from html import escape
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from kit.accept_language import country_hint
from kit.client_ip import client_ip
from kit.clock import clock
from monitors.forms.reports import ReportForm, asks_carrier
from monitors.models import Provider, Via
from monitors.queries.providers import everybodys
from monitors.services import report_work, reports
from monitors.services.report_people import Person, person
from monitors.services.report_work import Proof

# The same for everybody, so that nobody can tell whether their report counted; but for one who has just reported.
THANKS = {
    "new": "Thank you. Your report helps to tell whether it is only you.",
    "works": "Thank you. Good to know that it works for you.",
    "again": "You've already reported this recently. Thanks!",
}
ONCE_MORE = {
    Proof.STALE: "This page was open for long. Nothing is lost: please send it once more.",
    Proof.FORGED: "Your browser's check did not come through whole. Nothing is lost: please send it once more.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("Accept-Language")
def report_problem(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form, or store what it says and come back with thanks."""
    return _page(request, get_object_or_404(everybodys(), slug=slug), Via.FORM)


@csrf_exempt  # no cookie reaches a page inside another site's; where it was sent from is looked at instead
@xframe_options_exempt
@csp_replace({"frame-ancestors": settings.EMBEDDED_ON})  # type: ignore[arg-type]  # it is typed for views without arguments
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("Accept-Language")
def report_embedded(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form for a frame on somebody else's site. It knows nobody who is logged in."""
    provider = get_object_or_404(everybodys(), slug=slug)
    if request.method == "POST" and not _is_from_here(request):
        return HttpResponseForbidden("This form is sent from its own page only: open it in the frame.\n")
    return _page(request, provider, Via.EMBED)


@require_GET
@never_cache
def report_challenge(request: HttpRequest, slug: str) -> JsonResponse:
    """Hand out the work that a browser does before it reports."""
    provider = get_object_or_404(everybodys(), slug=slug)
    now = clock()
    challenge = report_work.issue(provider.slug, person_of(request), now=now)
    if challenge is None:
        words = "Too many from your network in ten minutes. The form can be sent without this."
        return JsonResponse({"error": words}, status=429, headers={"Retry-After": "600"})
    return JsonResponse(challenge)


def _page(request: HttpRequest, provider: Provider, via: Via) -> HttpResponse:
    country = country_hint(request.headers.get("Accept-Language", ""))
    form = ReportForm(request.POST if request.method == "POST" else None, provider=provider, country=country)
    status, once_more = 200, ""
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        now = clock()
        proof = report_work.check(request.POST.get("altcha", ""), provider.slug, now=now)
        if proof not in ONCE_MORE:
            is_new = reports.take(form.statement(), person_of(request), proof=proof, via=via, now=now)
            thanks = ("works" if form.says_well else "new") if is_new else "again"
            return redirect(f"{reverse(_NAMES[via], args=[provider.slug])}?thanks={thanks}")
        status, once_more = 400, ONCE_MORE[proof]
    context = {
        "provider": provider,
        "report_form": form,
        "is_embedded": via is Via.EMBED,
        "once_more": once_more,
        "thanks": THANKS.get(request.GET.get("thanks", "")),
        "action": reverse(_NAMES[via], args=[provider.slug]),
        "snippet": _snippet(provider) if settings.EMBEDDED_ON else "",
        "embedded_on": "" if "*" in settings.EMBEDDED_ON else ", ".join(settings.EMBEDDED_ON),
    }
    return render(request, _TEMPLATES[via], context, status=status)


_NAMES = {Via.FORM: "report_problem", Via.EMBED: "report_embedded"}
_TEMPLATES = {Via.FORM: "monitors/report_problem.html", Via.EMBED: "monitors/report_embedded.html"}


def _snippet(provider: Provider) -> str:
    """Return what another site puts into its page to have the form there. An iframe alone: no script of ours runs in it."""
    address = settings.PUBLIC_URL + reverse("report_embedded", args=[provider.slug])
    height = 920 if asks_carrier(provider) else 840  # the form as narrow as a phone
    return (
        f'<iframe src="{escape(address)}" title="Report a problem with {escape(provider.name)}"'
        f' width="100%" height="{height}" loading="lazy"></iframe>'
    )


def person_of(request: HttpRequest) -> Person:
    """Return who a request is from, as hashes."""
    address = client_ip(request.headers, request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES)
    told = f"{request.headers.get('User-Agent', '')} {request.headers.get('Accept-Language', '')}"
    return person(address, told[:1000], clock())


def _is_from_here(request: HttpRequest) -> bool:
    """Tell whether a page of ours sent this: every browser says where a POST is from, and no page can change it."""
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.get_host()
