"""Moves of feeds, in words."""

from monitors.formats import formats
from monitors.models import FeedMove


def move_words(move: FeedMove) -> str:
    """Say a move: "moved from Atlassian Statuspage to incident.io", or to another address."""
    if move.old_format == move.new_format:
        return "moved to another address"
    return f"moved from {_label(move.old_format)} to {_label(move.new_format)}"


def _label(name: str) -> str:
    return formats()[name].label if name in formats() else name
