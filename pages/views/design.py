"""/_design: every part of the design system on one page, with made-up content."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents.core.timeline import Bar, ImpactSpan, Span
from kit.clock import clock
from monitors.core.states import Source, State
from pages.core.day import (
    QUARTER,
    QUARTERS,
    Day,
    Mark,
    Strip,
    band,
    columns,
    hours_of,
    stretches,
    window_of,
)

PATTERN = [0] * 20 + [2, 2] + [0] * 14 + [3] + [0] * 12 + [4, 4, 3] + [0] * 16 + [1, 1] + [0] * 12 + [-1] * 8


def _day(now: datetime) -> Day:
    """Return a day with a gap, an incident and a crowd."""
    window = window_of(now)

    def span(began: int, ended: int) -> Span:
        return Span(window.began_at + timedelta(hours=began), window.began_at + timedelta(hours=ended))

    trouble = [ImpactSpan(span(14, 17), State.PARTIAL_OUTAGE, 1), ImpactSpan(span(17, 20), State.DEGRADED, 1)]
    mark = Mark(trouble[0].span.began_at, 14 / 24, "Example", "")
    counts = ((window.began_at + n * QUARTER, 24 if 56 <= n < 64 else n % 3, 2.0) for n in range(QUARTERS))
    official = stretches(trouble, [span(0, 5), span(8, 24)], window, now)
    people = stretches([ImpactSpan(span(14, 16), State.DEGRADED, 1)], [window], window, now)
    return Day(
        window,
        hours_of(window),
        (band(span(14, 20), State.PARTIAL_OUTAGE, "Example", "", is_open=False, window=window),),
        (Strip(Source.OFFICIAL, official, (mark,)), Strip(Source.CROWD, people, (mark,), columns(counts, window))),
    )


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
        "day": _day(clock()),
        "now": clock(),
        "ago": clock() - timedelta(minutes=3),
    }
    return render(request, "pages/design.html", context)
