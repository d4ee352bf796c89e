"""Answering the question in an alert: a page with one button, because programs that fetch links must not vote."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kit.clock import clock
from monitors.queries.delivery import scope_words
from monitors.queries.report_questions import question_of
from monitors.services.report_answers import answer
from monitors.views.reports import person_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_question(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more, or store the answer and say thanks."""
    question = question_of(token)
    if question is None:
        raise Http404("This link is older than a week, or not one of ours.")
    given = request.POST if request.method == "POST" else request.GET
    is_me_too = given.get("answer") != "no"
    if request.method == "POST":
        now = clock()
        is_new = answer(question, is_me_too=is_me_too, token=token, who=person_of(request), now=now)
        thanks = "again" if not is_new else "new" if is_me_too else "works"
        provider = question.scope.provider
        assert provider is not None
        return redirect(f"{reverse('report_problem', args=[provider.slug])}?thanks={thanks}")
    context = {"question": question, "where": scope_words(question.scope), "is_me_too": is_me_too}
    return render(request, "monitors/report_question.html", context)
