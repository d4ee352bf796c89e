"""Who may keep a public page, and for how long."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from kit.htmx import is_htmx

FRESH_S = 30  # how long a shared cache may keep what it gave to a stranger


def kept_for_strangers(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Let shared caches keep what a stranger without a form's cookie got; a member's pages are their own."""
    if request.user.is_authenticated:
        patch_cache_control(answer, private=True, no_store=True)
    elif is_htmx(request):  # asked for because something changed: what was before is no answer
        patch_cache_control(answer, no_cache=True)
    elif not answer.cookies and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        patch_cache_control(answer, public=True, max_age=FRESH_S)
    else:
        patch_cache_control(answer, private=True, max_age=0)
    return answer
