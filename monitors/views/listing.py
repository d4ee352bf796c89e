"""What is done to many monitors of an organization at once, from their list."""

import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import access
from accounts.models import Role
from kit.clock import clock
from monitors.queries.listing import Asked, matching
from monitors.services import bulk

MUTES = {"mute-1": timedelta(hours=1), "mute-8": timedelta(hours=8), "mute-72": timedelta(days=3)}
MOST = 200  # monitors in one request
_ID = re.compile(r"[0-9]{1,18}")
_TAG = re.compile(r"[\w.:/ -]{1,30}")


@require_POST
@login_required
def monitors_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Do one thing to the monitors that were ticked, or to all that match, and go back to where they were."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    asked, now = Asked.of(request.POST.dict()), clock()
    back = reverse("monitor_list", args=[slug]) + asked.address()
    if request.POST.get("which") == "matching":
        ids = matching(organization.id, asked, now=now)
    else:
        ids = {int(id_) for id_ in request.POST.getlist("id")[:MOST] if _ID.fullmatch(id_)}
    if not ids:
        messages.info(request, "Tick the monitors first, or choose all that match.")
        return redirect(back)
    name = request.POST.get("name", "").strip()
    said = _do(request.POST.get("do", ""), name, organization.id, ids, now, by=request.user.pk)
    messages.success(request, said) if said else messages.error(
        request, "Choose what to do; a tag has 1 to 30 letters."
    )
    return redirect(back)


def _do(what: str, name: str, organization_id: int, ids: Collection[int], now: datetime, *, by: int | None) -> str:
    """Do it and return what was done in one sentence, or nothing if it makes no sense."""
    if what in MUTES:
        until = now + MUTES[what]
        return f"{_some(bulk.mute(organization_id, ids, until=until, by=by, now=now))} muted until {until:%-d %B, %H:%M} UTC."
    if what in ("tag", "untag"):
        if not _TAG.fullmatch(name):
            return ""
        change = bulk.tag if what == "tag" else bulk.untag
        return f"{_some(change(organization_id, ids, name, now=now, by=by))} {what}ged “{name}”."
    simple: dict[str, Callable[[], str]] = {
        "pause": lambda: f"{_some(bulk.pause(organization_id, ids, now=now, by=by))} paused.",
        "resume": lambda: f"{_some(bulk.resume(organization_id, ids, now=now, by=by))} checked again.",
        "unmute": lambda: f"{_some(bulk.mute(organization_id, ids, until=None, by=by, now=now))} no longer muted.",
    }
    return simple[what]() if what in simple else ""


def _some(count: int) -> str:
    return "1 monitor is" if count == 1 else f"{count} monitors are"
