"""Read what a vendor's title says: where, by which channel, over whose network, and what is wrong.

Vendors name country and carrier only in words. What no table knows is handed back as `unplaced`, never guessed.
"""

from monitors.core.titles.reader import read_title
from monitors.core.titles.readings import CarrierRef, TitleReading

__all__ = ["CarrierRef", "TitleReading", "read_title"]
