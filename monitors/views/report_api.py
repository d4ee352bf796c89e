"""POST /api/v1/reports: what partners' users report."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kit.clock import clock
from monitors.services.report_partners import LONGEST_BODY, Answer, partner_of, respond


@csrf_exempt
@never_cache
@require_POST
def partner_reports(request: HttpRequest) -> JsonResponse:
    """Take one report in. Every answer is JSON; an error says what to do."""
    answer = _answer(request)
    return JsonResponse(dict(answer.body), status=answer.status, headers=dict(answer.headers))


def _answer(request: HttpRequest) -> Answer:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    partner = partner_of(key.strip()) if scheme.lower() == "bearer" else None
    if partner is None:
        words = "Send your key in the header Authorization: Bearer swp_… This one is missing, wrong or revoked."
        return Answer(401, {"error": words}, {"WWW-Authenticate": "Bearer"})
    if request.content_type != "application/json":
        return Answer(415, {"error": "Send JSON, with the header Content-Type: application/json."})
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        return Answer(413, {"error": f"A report has at most {LONGEST_BODY} bytes."})
    return respond(partner, request.headers.get("Idempotency-Key", ""), body, clock())
