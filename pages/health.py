"""/healthz: is this installation well? For load balancers and monitors; it never raises."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kit.clock import clock
from pages.vitals import vitals


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with the reasons. Ages are in seconds; null: nothing waits."""
    found = vitals(clock())
    body = {
        "status": "ok" if found.is_well else "failing",
        "process": True,
        **found.services,
        "problems": found.problems,
        "oldest_waiting_s": found.oldest_s,
        "last_poll_s": found.last_poll_s,
        "last_readable_poll_s": found.last_read_s,
        "last_check_s": found.last_check_s,
    }
    return JsonResponse(body, status=200 if found.is_well else 503)
