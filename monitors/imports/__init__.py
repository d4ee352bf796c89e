"""Monitors from other tools' files: one file per source, each defines SOURCE and is found by itself."""

from kit.plugins import plugins
from monitors.imports.base import Draft, Found, Refused, Source
from monitors.imports.documents import read_document
from monitors.imports.parts import Unreadable

MAX_MONITORS = 5_000  # in one file; how many are made at once, services.importing says


def sources() -> dict[str, Source]:
    """Return every source by its slug, which is its module's name."""
    return plugins("monitors.imports", "SOURCE", Source)


def read(text: str) -> tuple[Source, list[Found]]:
    """Return whose file a text is, and what it has, in its order. Raises Unreadable."""
    document = read_document(text)
    source = next((source for source in sources().values() if source.recognises(document)), None)
    if source is None:
        known = "; ".join(f"{source.label} ({source.mark})" for source in sources().values())
        raise Unreadable(f"This is none of the files that StatusWire reads. It knows {known}.")
    found = source.read(document)
    if not found:
        raise Unreadable(f"This file of {source.label} has no monitors in it.")
    if len(found) > MAX_MONITORS:
        raise Unreadable(f"{len(found):,} monitors are too many at once. Split the file: {MAX_MONITORS:,} can be read.")
    return source, found


__all__ = ["MAX_MONITORS", "Draft", "Found", "Refused", "Source", "Unreadable", "read", "sources"]
