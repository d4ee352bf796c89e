"""An organization's public status page, for people and, in Statuspage's shape, for their tools.

The same for everybody: no session is read, so that whatever stands before us may keep it.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from kit.clock import clock
from kit.htmx import is_htmx
from pages.core import statuspage_json
from pages.core.public import PageView
from pages.models import StatusPage
from pages.queries.status_page import page_incident, page_view, public_page

KEPT_S = 30  # seconds that anybody may keep an answer


@require_safe
@vary_on_headers("HX-Request")
def status_page(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(slug)
    return _answer(request, "status_page", {"page": page_view(page, clock())})


@require_safe
@vary_on_headers("HX-Request")
def status_page_incident(request: HttpRequest, slug: str, uid: str) -> HttpResponse:
    page = _page(slug)
    incident = page_incident(page, uid, clock())
    if incident is None:
        raise Http404
    return _answer(request, "status_page_incident", {"page": page, "incident": incident})


@require_safe
def summary_json(request: HttpRequest, slug: str) -> HttpResponse:
    return _json(request, slug, statuspage_json.summary)


@require_safe
def status_json(request: HttpRequest, slug: str) -> HttpResponse:
    return _json(request, slug, statuspage_json.status)


def _page(slug: str) -> StatusPage:
    page = public_page(slug)
    if page is None:
        raise Http404
    return page


def _answer(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    part = "_" if is_htmx(request) else ""
    # Without the request's context processors: they would ask who is reading.
    answer = HttpResponse(render_to_string(f"pages/{part}{name}.html", context | {"request": request}))
    if part:  # asked for because something changed, so nobody may answer with what was before
        patch_cache_control(answer, no_cache=True)
        return answer
    return _kept(answer)


def _json(request: HttpRequest, slug: str, shape: Callable[[PageView, str], dict[str, object]]) -> HttpResponse:
    view = page_view(_page(slug), clock())
    answer = JsonResponse(shape(view, request.build_absolute_uri(f"/s/{slug}/")))
    answer["Access-Control-Allow-Origin"] = "*"
    return _kept(answer)


def _kept(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, public=True, max_age=KEPT_S)
    return answer
