"""One file per official format; each defines FORMAT and is found by itself."""

from kit.plugins import plugins
from monitors.formats.base import Format


def formats() -> dict[str, Format]:
    """Return every format by its slug, which is its module's name."""
    return plugins("monitors.formats", "FORMAT", Format)
