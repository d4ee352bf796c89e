"""Where delivery providers call us back."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt

from kit.clock import clock
from monitors.models import ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.receipts.base import HookRequest, UnreadableReceipt
from monitors.services import receipts

LARGEST_BODY = 1_000_000  # bytes


@csrf_exempt
def receipt_hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """Store what a delivery provider says, then answer 204: work happens later. Answers tell a forger nothing."""
    kind_of = receipt_kinds().get(kind)
    if kind_of is None:
        return _not_found()
    if request.method not in kind_of.methods:
        return HttpResponseNotAllowed(sorted(kind_of.methods))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return _too_large()
    source = ReceiptSource.objects.filter(kind=kind, token=token).first()
    if source is None:
        return _not_found()
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:  # it came in chunks, without saying how long it would be
        return _too_large()
    # The address that the sender was given: behind a proxy our own view of it would not match what was signed.
    url = settings.PUBLIC_URL + request.get_full_path()
    headers = {name.lower(): value for name, value in request.headers.items()}
    received = HookRequest(url, request.content_type or "", headers, body, request.method or "")
    try:
        receipts.take_in(source, received, now=clock())
    except UnreadableReceipt as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    except receipts.Refused:
        return HttpResponse("The signature is not right.", status=403, content_type="text/plain")
    return HttpResponse(status=204)


def _too_large() -> HttpResponse:
    return HttpResponse("The body is too large: send at most 1 MB.", status=413, content_type="text/plain")


def _not_found() -> HttpResponse:
    return HttpResponseNotFound("There is no such hook.", content_type="text/plain")
