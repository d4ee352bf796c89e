"""Tags and filters of the design system: states, times and bars as every page shows them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.core.moments import beside_utc
from incidents.core.timeline import Bar
from incidents.core.wording import WITNESSES
from incidents.queries.naming import country_name
from kit.clock import clock
from kit.zones import zone_named
from monitors.core.states import Source, State

register = template.Library()

# Paths on a 24 by 24 grid, from Lucide (ISC licence, see static/vendor/lucide/LICENSE).
ICONS = {
    "operational": "M20 6 9 17l-5-5",
    "maintenance": "M14.7 6.3a1 1 0 0 0 0 1.4l1.6 1.6a1 1 0 0 0 1.4 0l3.77-3.77a6 6 0 0 1-7.94 7.94l-6.91 6.91a2.12 2.12 0 0 1-3-3"
    "l6.91-6.91a6 6 0 0 1 7.94-7.94l-3.76 3.76z",
    "degraded": "m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01",
    "partial_outage": "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M8 12h8",
    "major_outage": "M18 6 6 18M6 6l12 12",
    "unknown": "M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3M12 17h.01M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20",
    "search": "m21 21-4.34-4.34M11 3a8 8 0 1 0 0 16 8 8 0 0 0 0-16",
    "bell": "M10.27 21a2 2 0 0 0 3.46 0M3.26 15.33A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.67C19.41 13.96 18 12.5 18 8A6 6 0 0 0 6 8c0 4.5-1.41 5.96-2.74 7.33",
    "link": "M15 3h6v6M10 14 21 3M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6",
    "eye": "M2.06 12.35a1 1 0 0 1 0-.7 10.75 10.75 0 0 1 19.88 0 1 1 0 0 1 0 .7 10.75 10.75 0 0 1-19.88 0M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
}  # fmt: skip


@register.simple_tag
def icon(name: str) -> SafeString:
    """Show an icon that says nothing by itself: its meaning stands beside it in words."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.simple_tag
def pill(state: State, size: str = "") -> SafeString:
    """Show a state as a pill: icon, word, colour and, for what we do not know, a hatch."""
    large = " pill-large" if size == "large" else ""
    words = "no data" if state is State.UNKNOWN else state.word
    return format_html(
        '<span class="pill pill-{}{}">{}{}</span>', state.slug, large, icon(state.slug), words.capitalize()
    )


@register.simple_tag
def dot(state: State) -> SafeString:
    """Show a state as icon and word, for use inside a line."""
    words = "no data" if state is State.UNKNOWN else state.word
    return format_html('<span class="dot dot-{}">{}{}</span>', state.slug, icon(state.slug), words)


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, style: str = "") -> SafeString:
    """Show a time as "24 Jan 23:09 UTC"; style "short" leaves the zone out.

    On an organization's pages its own zone follows, "(25 Jan 08:09 JST)": on hover in the short style.
    """
    if at is None:
        return format_html("{}", "never")
    this_year = at.year == clock().year
    words = at.strftime(f"%-d %b {'' if this_year else '%Y '}%H:%M")
    organization = context.get("organization")
    theirs = beside_utc(at, zone_named(organization.time_zone)) if organization else ""
    stamp = at.isoformat(timespec="seconds")
    if style == "short":
        hint = format_html(' title="{}"', theirs) if theirs else ""
        return format_html('<time datetime="{}"{}>{}</time>', stamp, hint, words)
    return format_html('<time datetime="{}">{} UTC{}</time>', stamp, words, f" ({theirs})" if theirs else "")


@register.simple_tag(takes_context=True)
def stretch(context: Context, began: datetime | None, ended: datetime | None) -> SafeString:
    """Show a stretch of time: "24 Jan 23:09 to 23:40 UTC", with the day again where it ends on another."""
    if ended is None:
        return moment(context, began)
    if began is None or began.astimezone(UTC).date() != ended.astimezone(UTC).date():
        return format_html("{} to {}", moment(context, began, "short"), moment(context, ended))
    stamp = ended.isoformat(timespec="seconds")
    first = moment(context, began, "short")
    return format_html('{} to <time datetime="{}">{} UTC</time>', first, stamp, ended.strftime("%H:%M"))


@register.simple_tag
def ago(at: datetime | None) -> SafeString:
    """Show how long ago a time is, with the time itself on hover."""
    if at is None:
        return format_html("{}", "never")
    words = f"{lasting((clock() - at).total_seconds())} ago"
    exact = at.strftime("%-d %b %Y %H:%M:%S UTC")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), exact, words)


@register.filter
def lasting(length: timedelta | float | None) -> str:
    """Return a length of time (a timedelta or seconds) in words: "41 min", "6 h 23 min", "2 d 4 h"."""
    if length is None:
        return ""
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    minutes = max(0, round(seconds / 60))
    if seconds < 60:
        return f"{max(0, int(seconds))} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


@register.filter
def country(code: str) -> str:
    """Return the name of a country by its two letters."""
    return country_name(code)


@register.filter
def item(words: Mapping[str, str], key: str) -> str:
    """Return what a table of words has for a key."""
    return words[key]


@register.filter
def ahead_or_behind(lag: timedelta) -> str:
    """Return a lag in words, with which way it goes: "12 min behind", "3 min ahead of"."""
    return f"{lasting(lag)} behind" if lag >= timedelta(0) else f"{lasting(-lag)} ahead of"


@register.filter
def label(field: BoundField) -> SafeString:
    """Return a field's label without the colon that Django puts after it."""
    return field.label_tag(label_suffix="")


@register.filter
def witness(source: Source) -> str:
    """Return who a source is, in words: "delivery receipts"."""
    return WITNESSES[source]


@register.filter
def percent(share: float | None, digits: int = 2) -> str:
    """Return a share of 0.0 to 1.0 as "99.98 %", cut rather than rounded up; a dash without data."""
    if share is None:
        return "–"
    if share >= 1:
        return "100 %"
    # A little more, or 0.29 would be cut to 28 %: no float is 0.29.
    return f"{int(share * 10 ** (digits + 2) + 1e-6) / 10**digits:.{digits}f} %"


@register.filter
def short_time(microseconds: float) -> str:
    """Return a time as people compare it: "0.17 ms", "7.1 ms", "338 ms", "9.99 s"."""
    ms = microseconds / 1000
    if ms >= 1000:
        return f"{ms / 1000:.2f} s"
    return f"{ms:.0f} ms" if ms >= 100 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2f} ms"


BAR, GAP, HEIGHT = 8, 2, 40
# How a bar's height tells its state where colours do not: the worse, the lower it starts and the taller its mark.
_HATCHES = {
    State.UNKNOWN: "M{x} 36l8 -8M{x} 26l8 -8M{x} 16l8 -8",
    State.MAINTENANCE: "M{x} 20h8M{x} 28h8M{x} 12h8",
    State.DEGRADED: "M{x} 34l8 -8",
    State.PARTIAL_OUTAGE: "M{x} 34l8 -8M{x} 20l8 -8",
    State.MAJOR_OUTAGE: "M{x} 8l8 24M{m} 8l-8 24",
}

# The same over many bars alike: the height where a line begins, and its stroke over one bar to the next.
_RUN_HATCHES = {
    State.UNKNOWN: ((36, "l8-8m2 8"), (22, "l8-8m2 8")),
    State.MAINTENANCE: ((12, "h10"), (20, "h10"), (28, "h10")),
}


@register.simple_tag
def bars(series: Sequence[Bar], label: str, size: str = "") -> SafeString:
    """Draw bars, oldest left, as an inline picture: each has its words on hover, the whole has them for screen readers.

    Colour is doubled by hatching: unknown is striped, an outage crossed.
    """
    width = len(series) * (BAR + GAP) - GAP
    runs = _runs(series) if size else [[(n, bar)] for n, bar in enumerate(series)]
    marks = format_html_join("", "{}", ((_bars_alike(run),) for run in runs))
    return format_html(
        '<svg class="bars{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        f" bars-{size}" if size else "",
        max(width, 1),
        HEIGHT,
        f"{label}: {in_words(series)}",
        marks,
    )


Numbered = tuple[int, Bar]


def _runs(series: Sequence[Bar]) -> list[list[Numbered]]:
    """Put neighbours without trouble together: drawn as one, a page of 60 components weighs a tenth."""
    alike = groupby(enumerate(series), key=lambda pair: (pair[1].state, pair[1].state.is_impaired and pair[0]))
    return [list(run) for _, run in alike]


def _bars_alike(run: Sequence[Numbered]) -> SafeString:
    (first, bar), (_, last) = run[0], run[-1]
    x, number = first * (BAR + GAP), len(run)
    if number == 1:
        words, shape, lines = bar.label, f"M{x} 0h{BAR}v{HEIGHT}h-{BAR}z", _HATCHES.get(bar.state, "")
        hatch = lines.format(x=x, m=x + BAR)
    else:  # one dashed line, as thick as bars are tall
        words, shape = f"{bar.label} – {last.label}", f"M{x} {HEIGHT // 2}h{number * (BAR + GAP) - GAP}"
        hatch = "".join(f"M{x} {y}" + stroke * number for y, stroke in _RUN_HATCHES.get(bar.state, ()))
    return format_html(
        '<g class="bar"><title>{}</title><path class="bar-{}{}" d="{}"/>{}</g>',
        words,
        bar.state.slug,
        "" if number == 1 else " run",
        shape,
        format_html('<path class="hatch" d="{}"/>', hatch) if hatch else "",
    )


def in_words(series: Sequence[Bar]) -> str:
    """Return what the bars show in one sentence."""
    troubled = [bar for bar in series if bar.state.is_impaired]
    unknown = sum(bar.state is State.UNKNOWN for bar in series)
    parts = [f"{len(troubled)} of {len(series)} with trouble" if troubled else "no trouble seen"]
    if unknown:
        parts.append(f"{unknown} without data")
    return ", ".join([*parts, *(bar.label for bar in troubled[-5:])])
