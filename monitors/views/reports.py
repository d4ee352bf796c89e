"""Where people say that something is broken. No login; who they are is not kept."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from kit.accept_language import country_hint
from kit.client_ip import client_ip
from kit.clock import clock
from monitors.queries.providers import everybodys
from monitors.report_forms import ReportForm
from monitors.services import reports

# The same for everybody, so that nobody can tell whether their report counted; but for one who has just reported.
THANKS = {
    "new": "Thank you. Your report helps to tell whether it is only you.",
    "again": "You've already reported this recently. Thanks!",
}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("Accept-Language")
def report_problem(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form, or store what it says and come back with thanks."""
    provider = get_object_or_404(everybodys(), slug=slug)
    country = country_hint(request.headers.get("Accept-Language", ""))
    form = ReportForm(request.POST if request.method == "POST" else None, provider=provider, country=country)
    if form.is_bound and form.is_valid():
        is_new = reports.report(
            form.statement(),
            address=client_ip(request.headers, request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES),
            browser=request.headers.get("User-Agent", ""),
            now=clock(),
        )
        return redirect(f"{reverse('report_problem', args=[slug])}?thanks={'new' if is_new else 'again'}")
    context = {"provider": provider, "report_form": form, "thanks": THANKS.get(request.GET.get("thanks", ""))}
    return render(request, "monitors/report_problem.html", context, status=422 if form.errors else 200)
