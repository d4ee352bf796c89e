"""Tags that draw the last 24 hours: strips, incidents over them, hours under them, and people's reports.

Places are per cents of an SVG that has no viewBox: nothing is stretched with its width, so lines and words keep their
shape, and all pictures of one width have the same axis. The height of a stretch doubles its colour.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from itertools import groupby

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from monitors.core.states import Source, State
from pages.core.day import QUARTERS, Band, Column, Day, Hour, Stretch, Strip, clocks
from pages.core.usual import usual_range

register = template.Library()

# How tall a stretch is, in per cent: a recorder's pen that rests at the bottom.
TALL = {
    State.OPERATIONAL: 22,
    State.MAINTENANCE: 22,
    State.DEGRADED: 50,
    State.PARTIAL_OUTAGE: 75,
    State.MAJOR_OUTAGE: 100,
    State.UNKNOWN: 100,
}
NARROWEST = 0.004  # of the day: a minute of trouble is still seen
BAND_PX, BANDS = 12, 5  # how tall an incident is drawn, and into how many rows they are put
LEAST_TOP = 4  # reports: one alone is not a tower
EDGE, NEAR_NOW = 0.03, 0.07  # no number of an hour is nearer to the beginning, and to the word "now"


@register.simple_tag
def strip(day: Day, one: Strip) -> SafeString:
    """Draw what one source saw."""
    drawn = format_html("{}{}", _troubles(one), _columns(one.columns)) if one.columns else _states(one.stretches or ())
    return _picture("lane", one.words, _hours(day.hours), drawn, _marks(one))


@register.simple_tag
def incidents_over(day: Day) -> SafeString:
    """Draw the incidents as bands that lead to their pages; those at the same time lie under each other."""
    rows = _stacked(day.bands)
    bands = format_html_join("", "{}", ((_band(one, row),) for one, row in zip(day.bands, rows, strict=True)))
    return format_html(
        '<svg class="lane lane-bands" height="{}" role="group" aria-label="Incidents">{}{}</svg>',
        (max(rows, default=0) + 1) * BAND_PX,
        _hours(day.hours),
        bands,
    )


@register.simple_tag
def hours_under(day: Day, end: str = "now") -> SafeString:
    """Write the hours under the strips, fewer on a phone, and at the end of the axis what its `end` is."""
    told = (hour for hour in day.hours if hour.label and EDGE < hour.place < 1 - (NEAR_NOW if end else EDGE))
    # On a phone what is not far from the end would run into its word.
    words = (
        (_at(hour.place), " odd" if hour.is_minor or hour.place > 1 - 2 * NEAR_NOW else "", hour.label) for hour in told
    )
    return format_html(
        '<svg class="hours" aria-hidden="true">{}<text class="now" x="100%" y="1em">{}</text></svg>',
        format_html_join("", '<text class="hour-name{1}" x="{0}" y="1em">{2}</text>', words),
        end,
    )


@register.simple_tag
def reports_chart(day: Day, columns: Sequence[Column], words: str) -> SafeString:
    """Draw people's reports by the quarter of an hour, with what is usual; `words` say the same."""
    top = _top(columns)
    lines = ((f"{100 - 100 * n / top:.2f}%", n) for n in _levels(top))
    scale = format_html_join(
        "",
        '<line class="level" x1="0" x2="100%" y1="{0}" y2="{0}"/><text class="level-name" y="{0}" dy="-3">{1}</text>',
        lines,
    )
    return _picture("lane lane-reports", words, _hours(day.hours), scale, _columns(columns))


@register.simple_tag
def share_bar(share: float) -> SafeString:
    """Draw a share of 0.0 to 1.0 under its words and its number, which say the same."""
    return format_html('<svg aria-hidden="true"><rect width="{}" height="100%"/></svg>', _at(share))


@register.filter
def share_of(shares: Mapping[Source, float], source: Source) -> float | None:
    """Return a source's share of the evidence; None where it carries none now."""
    return shares.get(source)


def _picture(kind: str, words: str, *drawn: SafeString) -> SafeString:
    inside = format_html_join("", "{}", ((one,) for one in drawn))
    return format_html('<svg class="{}" role="img" aria-label="{}">{}</svg>', kind, words, inside)


def _states(stretches: Iterable[Stretch]) -> SafeString:
    return format_html_join("", "{}", ((_stretch(one, TALL[one.state]),) for one in stretches))


def _troubles(one: Strip) -> SafeString:
    """Shade when people's reports were an incident; their columns say the rest."""
    return format_html_join("", "{}", ((_stretch(trouble, 100, " tint"),) for trouble in one.telling))


def _stretch(one: Stretch, tall: int, more: str = "") -> SafeString:
    unknown = one.state is State.UNKNOWN
    return format_html(
        '<rect class="seg {}{}"{} x="{}" width="{}" y="{}%" height="{}%"><title>{}</title></rect>',
        "no-data" if unknown else f"bar-{one.state.slug}",
        more,
        format_html(' fill="{}"', "url(#no-data)") if unknown else "",
        _at(one.place),
        _at(max(NARROWEST, one.width)),
        100 - tall,
        tall,
        one.label,
    )


def _columns(columns: Sequence[Column]) -> SafeString:
    """Draw reports; a quarter without one has nothing to show, and is left out."""
    top = _top(columns)
    some = (column for column in columns if column.number)
    found = ((_at(c.place), _tall(c.number, top), _rest(c.number, top), f"{c.at:%H:%M}", c.number) for c in some)
    bars = format_html_join(
        "",
        '<g class="bar"><title>{3} UTC: {4}</title><rect class="ground" x="{0}" width="1.04%" height="100%"/>'
        '<rect class="column" x="{0}" width="0.84%" y="{2}" height="{1}"/></g>',
        found,
    )
    return format_html("{}{}", bars, _usual(columns, top))


def _usual(columns: Sequence[Column], top: float) -> SafeString:
    """Draw what is usual: a line at the mean, one piece for quarters alike, on the band of two of three quiet quarters."""
    runs = ((mean, list(run)) for mean, run in groupby(columns, key=lambda column: column.usual))
    known = ((run[0].place, run[-1].place + 1 / QUARTERS, mean, top) for mean, run in runs if mean is not None)
    return format_html_join("", "{}", ((_level(*piece),) for piece in known))


def _level(began: float, ended: float, mean: float, top: float) -> SafeString:
    low, high = usual_range(mean)
    return format_html(
        '<rect class="usual-band" x="{0}" width="{1}" y="{2}" height="{3}"/>'
        '<line class="usual" x1="{0}" x2="{4}" y1="{5}" y2="{5}"/>',
        _at(began),
        _at(ended - began),
        _rest(high, top),
        _tall(high - low, top),
        _at(ended),
        _rest(mean, top),
    )


def _marks(one: Strip) -> SafeString:
    """Mark when the source first saw an incident: a triangle on the edge of its trouble; when it wrote, a diamond."""
    marks = ((_at(mark.place), f"{mark.at.astimezone(UTC):%H:%M}", mark.title) for mark in one.marks)
    firsts = format_html_join(
        "",
        '<svg class="mark" x="{0}"><title>{1} UTC: first saw {2}</title><line class="first" y2="100%"/>'
        '<path d="M-5 -5h10l-5 7z"/></svg>',
        marks,
    )
    posts = format_html_join(
        "",
        '<svg class="mark" x="{}"><title>{} UTC: wrote of it</title><path d="M0 12l5 5l-5 5l-5 -5z"/></svg>',
        ((_at(post.place), f"{post.at.astimezone(UTC):%H:%M}") for post in one.posts),
    )
    return format_html("{}{}", firsts, posts)


def _band(one: Band, row: int) -> SafeString:
    """Draw an incident; a link to its page unless this is its page."""
    drawn = format_html(
        '<rect class="seg bar-{}" x="{}" width="{}" y="{}" height="{}" rx="2"/><title>{}: {}, {}</title>',
        one.stretch.state.slug,
        _at(one.stretch.place),
        _at(max(NARROWEST, one.stretch.width)),
        row * BAND_PX + 1,
        BAND_PX - 3,
        one.title,
        one.stretch.state.word,
        "goes on" if one.is_open else clocks(one.stretch.began_at, one.stretch.ended_at),
    )
    if not one.uid:
        return format_html("<g>{}</g>", drawn)
    return format_html('<a href="{}">{}</a>', reverse("incident", args=[one.uid]), drawn)


def _stacked(bands: Sequence[Band]) -> list[int]:
    """Return the row of each band: the first that is free when it begins, or the last."""
    ends: list[float] = []
    rows = []
    for one in bands:
        began, ended = one.stretch.place, one.stretch.place + one.stretch.width
        free = (n for n, end in enumerate(ends) if end <= began)
        row = next(free, min(len(ends), BANDS - 1))
        ends[row : row + 1] = [max(ended, *ends[row : row + 1])] if row < len(ends) else [ended]
        rows.append(row)
    return rows


def _hours(hours: Iterable[Hour]) -> SafeString:
    lines = ((_at(hour.place), "" if hour.label else " small") for hour in hours)
    return format_html_join("", '<line class="hour{1}" x1="{0}" x2="{0}" y2="100%"/>', lines)


def _top(columns: Sequence[Column]) -> float:
    return max(LEAST_TOP, *(column.number for column in columns), *((column.usual or 0) * 1.5 for column in columns))


def _levels(top: float) -> tuple[int, ...]:
    """Return round numbers of reports to draw a line at: two at most."""
    step = next(size * 10**power for power in range(9) for size in (1, 2, 5) if top / (size * 10**power) < 3)
    return tuple(range(step, int(top) + 1, step))


def _at(share: float) -> str:
    return f"{share * 100:.2f}%"


def _tall(number: float, top: float) -> str:
    return f"{number / top * 100:.1f}%"


def _rest(number: float, top: float) -> str:
    return f"{100 - number / top * 100:.1f}%"
