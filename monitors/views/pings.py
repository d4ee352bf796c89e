"""Where jobs report: /ping/<token>, with /start, /fail, /log or an exit code behind it, and ?rid= of the run."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import access
from accounts.models import Role
from kit.client_ip import client_ip
from kit.clock import clock
from kit.ranges import literal_of
from monitors.models import Heartbeat, Monitor, PingKind
from monitors.models.heartbeats import MAX_BODY
from monitors.services import heartbeats

PER_MINUTE = 60  # reports of one job and kind that are stored: many notes must not drown the one that it failed
METHODS = ("GET", "HEAD", "POST")
_CHUNK = 65_536
_KINDS = {"": PingKind.SUCCESS, "start": PingKind.START, "fail": PingKind.FAIL, "log": PingKind.LOG}
_RUN = re.compile(r"[\w.:-]{1,64}", re.ASCII)


@csrf_exempt
@never_cache
def ping(request: HttpRequest, token: str, what: str = "") -> HttpResponse:
    """Take in one report by a job's own address, or by its organization's key and its own name."""
    if what and what not in heartbeats.SAYINGS and not what.isdigit():
        return ping_by_name(request, token, what)
    return _take_in(request, heartbeats.heartbeat_of(token), what)


@csrf_exempt
@never_cache
def ping_by_name(request: HttpRequest, key: str, slug: str, what: str = "") -> HttpResponse:
    return _take_in(request, heartbeats.heartbeat_named(key, slug), what)


def _take_in(request: HttpRequest, heartbeat: Heartbeat | None, what: str) -> HttpResponse:
    """A body sent by POST is kept with the report, cut after 10 kB; ?rid= tells runs apart."""
    if request.method not in METHODS:
        allow = ", ".join(METHODS)
        return _said(f"Ping by {allow}; {request.method} means nothing here.", 405, {"Allow": allow})
    exit_code = int(what) if what.isascii() and what.isdigit() and len(what) <= 3 else None
    if (exit_code is None and what not in _KINDS) or (exit_code or 0) > 255:
        return _said("Add nothing, /start, /fail, /log or an exit code from 0 to 255.", 400)
    run = request.GET.get("rid", "")
    if run and not _RUN.fullmatch(run):
        return _said("Give rid as at most 64 letters, digits and - _ . : such as a UUID, or leave it out.", 400)
    if heartbeat is None:
        words = "No job pings here. Copy the address from its monitor's page, and add nothing, or /start, /fail, /log or its exit code."
        return _said(words, 404)
    kind = _KINDS.get(what, PingKind.FAIL if exit_code else PingKind.SUCCESS)
    if _is_too_many(f"ping:{heartbeat.monitor_id}:{kind}"):
        words = f"Too many pings: {PER_MINUTE} of a kind are stored in a minute. Wait a minute, and ping less often."
        return _said(words, 429, {"Retry-After": "60"})
    heartbeats.take_in(heartbeat.monitor_id, _report(request, kind, exit_code, run), now=clock())
    return _said("OK, but the monitor is paused, so nobody looks." if heartbeat.monitor.is_paused else "OK", 200)


@require_POST
@login_required
def ping_address_new(request: HttpRequest, slug: str, monitor_id: int) -> HttpResponse:
    """Give a job another address, where others have got to know it; or with `key`, all jobs another key."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    monitor = get_object_or_404(Monitor, id=monitor_id, organization=organization)
    if "key" in request.POST:
        heartbeats.change_key(organization.id, now=clock(), by=request.user.pk)
        messages.success(
            request, "There is a new key. Write it into all jobs that ping by name: the old one does nothing now."
        )
        return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)
    heartbeats.move(monitor, now=clock(), by=request.user.pk)
    messages.success(request, f"{monitor.name} has a new address. Write it into the job: the old one does nothing now.")
    return redirect("monitor_detail", slug=slug, monitor_id=monitor.id)


def _report(request: HttpRequest, kind: PingKind, exit_code: int | None, run: str) -> heartbeats.Report:
    body = request.read(MAX_BODY) if request.method == "POST" else b""
    size = len(body)
    while rest := request.read(_CHUNK) if body else b"":
        size += len(rest)
    announced = request.headers.get("Content-Length", "")
    if body and announced.isascii() and announced.isdigit():
        size = max(size, int(announced[:18]))  # of a long one not even all is read: kit.intake
    address = client_ip(request.headers, request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES)
    return heartbeats.Report(kind, exit_code, run, body, size, str(literal_of(address) or "") or None)


def _is_too_many(key: str) -> bool:
    """Count one more, in a minute that begins with the first."""
    cache.add(key, 0, 60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # the minute ended between the two
        cache.set(key, 1, 60)
        return False


def _said(words: str, status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain", headers=headers)
