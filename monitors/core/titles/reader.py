"""Read a title, and the text under it where the title names no place."""

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from monitors.core.titles import countries, exempt, operators, places, says, slots
from monitors.core.titles import vocabulary as v
from monitors.core.titles.places import CARRIER, Places
from monitors.core.titles.readings import TitleReading
from monitors.core.titles.words import Word, fold, key_of, words_of

LONGEST_TITLE = 2_000  # characters that are read
LONGEST_BODY = 1_000  # the first sentences say where; the rest repeats them
_TAG = re.compile(r"<[^>]*>")
_CARRIERS_ARE_NAMED = {"sms", "mms", "voice", "verify"}


def read_title(title: str, body: str = "") -> TitleReading:
    """Return what the words say. The body tells the place only where the title names no country."""
    return _read(title[:LONGEST_TITLE], body[:LONGEST_BODY])


@lru_cache(maxsize=4_096)
def _read(title: str, body: str) -> TitleReading:
    words = words_of(exempt.affected(title)) or words_of(title)
    found = _places(words)
    text = fold(title)
    is_maintenance = says.is_maintenance(text)
    matter = _without_carriers(words, found)
    channels = says.channels(matter)
    regions = says.regions(matter)
    unknown = slots.unknown_names(words, found.spans, is_maintenance=is_maintenance)
    if misspelt := {name: key for name in unknown if (key := _near(name, found))}:
        unknown = [name for name in unknown if name not in misspelt]
        found = _with(found, misspelt.values())
    carried = bool(set(channels) & _CARRIERS_ARE_NAMED)
    if carried and body and not (found.countries or regions or unknown):
        found = _told_by(body, found)
    return TitleReading(
        channels=channels,
        countries=found.countries,
        carriers=found.carriers,
        regions=regions,
        direction=says.direction(text, channels),
        failure=says.failure(text, channels, is_maintenance=is_maintenance),
        number_types=says.number_types(text),
        subset=bool(v.SUBSET.search(text)),
        maintenance=is_maintenance,
        retroactive=bool(v.RETROACTIVE.search(text)),
        no_impact=bool(v.NO_IMPACT.search(text)),
        unplaced=(*found.unplaced, *(unknown if carried else ())),
    )


def _told_by(body: str, found: Places) -> Places:
    """Return the places of the body; where the title names carriers, only what it says of those."""
    told = _places(words_of(exempt.affected(_plain(body))))
    if not found.carriers:
        return told
    names = {ref.name for ref in found.carriers}
    refs = tuple(ref for ref in told.carriers if ref.name in names and ref.country)
    if {ref.name for ref in refs} != names:
        return found
    return replace(found, carriers=refs, countries=tuple(dict.fromkeys(ref.country for ref in refs)))


def _places(words: list[Word]) -> Places:
    return places.find(words, countries.shipped(), operators.shipped())


def _near(name: str, found: Places) -> str:
    return operators.shipped().near(key_of(words_of(name)), found.countries)


def _with(found: Places, keys: Iterable[str]) -> Places:
    more = [ref for key in keys for ref in operators.shipped().of(key, found.countries)]
    return replace(found, carriers=tuple(dict.fromkeys([*found.carriers, *more])))


def _without_carriers(words: list[Word], found: Places) -> str:
    named = {at for span in found.spans if span.kind == CARRIER for at in range(span.start, span.end)}
    return " ".join("_" if at in named else word.folded for at, word in enumerate(words))


def _plain(body: str) -> str:
    return html.unescape(_TAG.sub(" ", body))
