"""A tag that draws when we told people of an incident, on its axis, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.queries import LogEntry
from pages.core.day import Day, place

register = template.Library()

NEAR = 0.012  # of the axis: nearer than this, two marks would be one blot
# The worst last, since it decides how messages of one moment are drawn: a disc, a ring, a cross.
SHAPES = {
    "delivered": ("delivered", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"),
    "superseded": ("waiting", "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"),
    "queued": ("waiting", "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"),
    "expired": ("undelivered", "M-4-4l8 8M4-4l-8 8"),
    "rejected": ("undelivered", "M-4-4l8 8M4-4l-8 8"),
}
_WORST_LAST = list(SHAPES)


@register.simple_tag
def told_under(day: Day, told: Iterable[LogEntry]) -> SafeString:
    """Draw the messages about an incident; those of one moment are one mark, as the worst of them."""
    moments = _moments(day, sorted(told, key=lambda entry: entry.created_at))
    drawn = format_html_join("", "{}", ((_mark(day, moment),) for moment in moments))
    words = "; ".join(_words(moment) for moment in moments)
    return format_html('<svg class="lane lane-told" role="img" aria-label="Alerts: {}">{}</svg>', words, drawn)


def _moments(day: Day, told: Sequence[LogEntry]) -> list[list[LogEntry]]:
    found: list[list[LogEntry]] = []
    for entry in told:
        if found and place(entry.created_at, day.window) - place(found[-1][0].created_at, day.window) < NEAR:
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def _mark(day: Day, moment: Sequence[LogEntry]) -> SafeString:
    kind, path = SHAPES[max((entry.state for entry in moment), key=_WORST_LAST.index)]
    at = f"{place(moment[0].created_at, day.window) * 100:.2f}%"
    return format_html(
        '<svg class="told told-{}" x="{}" y="50%"><title>{}</title><path d="{}"/></svg>', kind, at, _words(moment), path
    )


def _words(moment: Sequence[LogEntry]) -> str:
    """Return the messages of one moment in a sentence: "14:05 UTC opened, to Operations: delivered"."""
    said = (f"{entry.transition}, to {entry.channel_name}: {entry.state_label.lower()}" for entry in moment)
    return f"{moment[0].created_at.astimezone(UTC):%H:%M} UTC {', '.join(said)}"
