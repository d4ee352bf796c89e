"""Calendars that anybody may subscribe to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from kit.clock import clock
from monitors.queries.providers import everybodys
from pages.core.calendar import calendar
from pages.queries.maintenances import maintenance_events

FRESH_S = 300  # calendars ask each hour at most; the vendor's announcements are made days ahead


@require_safe
def maintenances_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a provider's official maintenances as a calendar: the same to everybody."""
    provider = get_object_or_404(everybodys(), slug=slug)
    body = calendar(f"{provider.name} maintenances", maintenance_events(provider, clock()))
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{provider.slug}-maintenances.ics"'
    patch_cache_control(answer, public=True, max_age=FRESH_S)
    return answer
