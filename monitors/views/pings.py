"""Where jobs report: /ping/<token>, with /start, /fail, /log or an exit code behind it."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kit.client_ip import client_ip
from kit.clock import clock
from kit.ranges import literal_of
from monitors.models import PingKind
from monitors.services import heartbeats

PER_MINUTE = 60  # reports of one job that are stored
_KINDS = {"": PingKind.SUCCESS, "start": PingKind.START, "fail": PingKind.FAIL, "log": PingKind.LOG}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ping(request: HttpRequest, token: str, what: str = "") -> HttpResponse:
    """Take in one report. A body sent by POST is kept with it, cut after 10 kB."""
    exit_code = int(what) if what.isascii() and what.isdigit() and len(what) <= 3 else None
    if (exit_code is None and what not in _KINDS) or (exit_code or 0) > 255:
        return _said("Add nothing, /start, /fail, /log or an exit code from 0 to 255.", 400)
    heartbeat = heartbeats.heartbeat_of(token)
    if heartbeat is None:
        return _said("There is no such heartbeat.", 404)
    if _is_too_many(f"ping:{heartbeat.monitor_id}"):
        return _said("Too many pings: at most 60 in a minute are stored.", 429)
    kind = _KINDS.get(what, PingKind.FAIL if exit_code else PingKind.SUCCESS)
    body = request.read(heartbeats.MAX_BODY) if request.method == "POST" else b""
    address = client_ip(request.headers, request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES)
    heartbeats.take_in(
        heartbeat.monitor_id,
        kind,
        exit_code=exit_code,
        body=body,
        address=str(literal_of(address) or "") or None,
        now=clock(),
    )
    return _said("OK", 200)


def _is_too_many(key: str) -> bool:
    """Count one more, in a minute that begins with the first."""
    cache.add(key, 0, 60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # the minute ended between the two
        cache.set(key, 1, 60)
        return False


def _said(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
