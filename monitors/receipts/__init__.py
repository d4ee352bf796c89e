"""One file per delivery provider; each defines RECEIPTS and is found by itself."""

from kit.plugins import plugins
from monitors.receipts.base import Receipts


def receipt_kinds() -> dict[str, Receipts]:
    """Return every delivery provider by its slug, which is its module's name."""
    return plugins("monitors.receipts", "RECEIPTS", Receipts)
