"""/_design: every part of the design system on one page, with made-up content."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.core.timeline import Bar
from kit.clock import clock
from monitors.core.states import State

PATTERN = [0] * 20 + [2, 2] + [0] * 14 + [3] + [0] * 12 + [4, 4, 3] + [0] * 16 + [1, 1] + [0] * 12 + [-1] * 8


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    start = clock().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=len(PATTERN))
    days = [start + timedelta(days=n) for n in range(len(PATTERN))]
    bars = [
        Bar(day, day + timedelta(days=1), State(number), 600, 86400, f"{day:%-d %b}: {State(number).word}")
        for day, number in zip(days, PATTERN, strict=True)
    ]
    context = {
        "themes": ["light", "dark"],
        "states": list(State),
        "series": bars,
        "now": clock(),
        "ago": clock() - timedelta(minutes=3),
    }
    return render(request, "pages/design.html", context)
