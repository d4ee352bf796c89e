"""Find the countries and carriers that a text names, and tell which operator is meant by which country."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from kit.countries import NAMES
from monitors.core.titles import countries as c
from monitors.core.titles.countries import CountryNames
from monitors.core.titles.operators import Operators
from monitors.core.titles.readings import CarrierRef
from monitors.core.titles.slots import could_be_carrier, is_everyday, is_joined, is_said_to_be_carrier
from monitors.core.titles.words import Span, Word, fold, is_mark, phrases

_JOINS = {"and", "&", ",", "/", "the", "in", "or", "(", ")"}
_RUN_ON = {"to", "in", "from", "on", "for", "at", "via"}  # in no name of a country
UNMISTAKABLE = 8  # letters by which a name of several words is one in small letters too: "saudi arabia"
COUNTRY, SHARED, CARRIER = "country", "shared", "carrier"


Named = tuple[Span, Sequence[CarrierRef]]


@dataclass(frozen=True, slots=True)
class Places:
    countries: tuple[str, ...]
    carriers: tuple[CarrierRef, ...]
    spans: tuple[Span, ...]
    unplaced: tuple[str, ...]


def find(words: Sequence[Word], names: CountryNames, operators: Operators) -> Places:
    spans = _without_the_state_of_georgia(_with_codes(_spans(words, names, operators), words, operators))
    groups = _country_groups(words, spans)
    told = list(dict.fromkeys(code for _, codes in groups for code in codes))
    shared = [span for span in spans if span.kind == SHARED]
    told += _by_neighbours(shared, told)
    named = _named(words, groups, told, spans, operators)
    spans = [span for span in spans if span.kind != CARRIER or any(span is other for other, _ in named)]
    refs = [ref for span, found in named for ref in found if not _is_other_name(ref, span, named, words, operators)]
    told += dict.fromkeys(ref.country for ref in refs if ref.country and ref.country not in told)
    unplaced = [_typed(words, s) for s in shared if not set(c.SHARED[s.key]) & set(told)]
    return Places(tuple(told), tuple(dict.fromkeys(refs)), tuple(spans), tuple(unplaced))


def _named(
    words: Sequence[Word],
    groups: Sequence[tuple[int, list[str]]],
    told: Sequence[str],
    spans: Sequence[Span],
    operators: Operators,
) -> list[Named]:
    """Return what each carrier's name means. In a list one tells the country of the next: "Verizon and AT&T"."""
    carriers = [span for span in spans if span.kind == CARRIER]
    is_open = any(span.kind == SHARED for span in spans)
    named = [(span, _refs(span, words, groups, told, spans, operators)) for span in carriers]
    sure = list(dict.fromkeys([*told, *(r.country for s, refs in named if _is_sure(s, words) for r in refs)]))
    sure = [code for code in sure if code]
    settled: list[Named] = []
    for span, refs in named:
        if not any(ref.country for ref in refs) and not told and not is_open:
            refs = operators.of(span.key, sure) or refs
        if _is_meant(span, words, sure, is_open, operators):
            settled.append((span, refs))
    return settled


def _by_neighbours(shared: Sequence[Span], told: Sequence[str]) -> list[str]:
    """Return the countries of shared names that the countries told beside them settle: "Guam and the Virgin Islands"."""
    near = [c.NEIGHBOURS.get(span.key, {}) for span in shared]
    return list(dict.fromkeys(codes[code] for codes in near for code in told if code in codes))[:1]


def _with_codes(spans: list[Span], words: Sequence[Word], operators: Operators) -> list[Span]:
    """Add the countries that stand as two capital letters behind a carrier that works there: "Vodafone NL"."""
    found = []
    for span, following in zip_longest(spans, spans[1:]):
        found.append(span)
        code = words[span.end].typed if span.kind == CARRIER and span.end < len(words) else ""
        is_taken = following is not None and following.start <= span.end
        if len(code) == 2 and code.isupper() and not is_taken and operators.of(span.key, [code]):
            found.append(Span(span.end, span.end + 1, COUNTRY, code))
    return found


def _spans(words: Sequence[Word], names: CountryNames, operators: Operators) -> list[Span]:
    """Return what the words name, the longest name first, none inside another."""
    found = [list(phrases(words, start, names.heads, operators.heads)) for start in range(len(words))]
    ends = [
        next((end for end, key in found[start] if _country(words, start, end, key, names)), 0)
        for start in range(len(words))
    ]
    countries = {at for start, end in enumerate(ends) for at in range(start, end)}
    spans: list[Span] = []
    at = 0
    while at < len(words):
        span = None
        for end, key in found[at]:
            span = _country(words, at, end, key, names) or _short(words, at, end, key, spans, countries)
            if not span and key in operators.by_key and _is_one_name(words, at, end) and not _cuts(ends, at, end):
                is_lower = key in operators.lower
                if could_be_carrier(words, at, end, key, countries, is_lower=is_lower):
                    span = Span(at, end, CARRIER, key)
            if span:
                spans.append(span)
                break
        at = span.end if span else at + 1
    return spans


def _is_sure(span: Span, words: Sequence[Word]) -> bool:
    return not is_everyday(span.key) or is_said_to_be_carrier(words, span.start, span.end)


def _is_meant(span: Span, words: Sequence[Word], told: Sequence[str], is_open: bool, operators: Operators) -> bool:
    """Whether a carrier that is a word too works where the title says, or is said to be a carrier."""
    if is_open or not is_everyday(span.key) or not (told or is_joined(words, span.start)):
        return True
    return bool(operators.of(span.key, told)) or is_said_to_be_carrier(words, span.start, span.end)


def _is_one_name(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether no mark stands inside: "Airtel, Tigo" are two operators, although there is an AirtelTigo."""
    return not any(is_mark(word) for word in words[start:end])


def _cuts(ends: Sequence[int], start: int, end: int) -> bool:
    """Whether a country's name goes on behind these words: "Telecel Guinea|-Bissau"."""
    return any(ends[at] > end for at in range(start + 1, end))


def _short(
    words: Sequence[Word], at: int, end: int, key: str, before: Sequence[Span], countries: Collection[int]
) -> Span | None:
    """Two capital letters are a country where they stand in a row with another one: "US, CA and PR"."""
    code = key.upper()
    if end > at + 1 or words[at].typed != code or code not in c.IN_A_ROW:
        return None
    after = next((i for i in range(at + 1, len(words)) if words[i].folded not in _JOINS), len(words))
    follows = bool(before) and before[-1].kind == COUNTRY
    follows = follows and at > before[-1].end and all(w.folded in _JOINS for w in words[before[-1].end : at])
    return Span(at, end, COUNTRY, code) if follows or (after > at + 1 and after in countries) else None


def _country(words: Sequence[Word], start: int, end: int, key: str, names: CountryNames) -> Span | None:
    if key in c.CAPITALS and end == start + 1:
        meant = words[start].typed.isupper() or (start > 0 and words[start - 1].folded in ("in", "the"))
        return Span(start, end, COUNTRY, c.CAPITALS[key]) if meant else None
    if key not in names.names and key not in c.SHARED and key not in names.people:
        return None
    is_short = len(key) < UNMISTAKABLE and not words[start].is_name_like
    if end > start + 1 and (is_short or any(w.folded in _RUN_ON for w in words[start:end])):
        return None  # "to go" is not Togo, "Ben in" not Benin
    if key in names.names:
        return Span(start, end, COUNTRY, names.names[key])
    if key in c.SHARED:
        return Span(start, end, SHARED, key)
    if key in names.people and not (end < len(words) and words[end].folded in c.OF_LANGUAGE):
        return Span(start, end, COUNTRY, names.people[key])
    return None


def _without_the_state_of_georgia(spans: list[Span]) -> list[Span]:
    codes = {span.key for span in spans if span.kind == COUNTRY}
    return [span for span in spans if span.key != "GE" or "US" not in codes]


def _country_groups(words: Sequence[Word], spans: Sequence[Span]) -> list[tuple[int, list[str]]]:
    """Return (position, countries) of the countries that are named in one breath: "Israel and Morocco"."""
    groups: list[tuple[int, list[str]]] = []
    end = -1
    for span in spans:
        if span.kind != COUNTRY:
            continue
        joined = groups and all(word.folded in _JOINS for word in words[end : span.start])
        if joined:
            groups[-1][1].append(span.key)
        else:
            groups.append((span.start, [span.key]))
        end = span.end
    return groups


def _refs(
    span: Span,
    words: Sequence[Word],
    groups: Sequence[tuple[int, list[str]]],
    told: Sequence[str],
    spans: Sequence[Span],
    operators: Operators,
) -> list[CarrierRef]:
    """Return the operators that a name means: those of the countries named next, else just before, else of any."""
    following = next((codes for start, codes in groups if start >= span.end), [])
    possible = [code for s in spans if s.kind == SHARED for code in c.SHARED[s.key]]
    beside = [other.key for other in spans if other.kind == COUNTRY and other.end == span.start]
    for countries in (following, beside, told):
        if found := operators.of(span.key, countries):
            return found
    if possible and len(found := operators.of(span.key, possible)) == 1:
        return found
    everywhere = operators.countries(span.key)
    if own := [code for code in everywhere if _names_country(words, span, code)]:
        return operators.of(span.key, own[:1])
    if not told and not possible and len(everywhere) == 1:
        return operators.of(span.key, everywhere)
    name = operators.name(span.key) or _typed(words, span)
    stands_before = not groups or groups[0][0] > span.start or beside or is_mark(words[span.start - 1])
    return [CarrierRef(name, told[0] if len(told) == 1 and stands_before else "")]


def _names_country(words: Sequence[Word], span: Span, code: str) -> bool:
    """Whether a country's name is part of the operator's: "China Mobile", "T-Mobile US"."""
    inner = [key for start in range(span.start, span.end) for end, key in phrases(words, start) if end <= span.end]
    return fold(NAMES.get(code, "?")).replace(" ", "") in inner or (code == "US" and "us" in inner)


def _is_other_name(
    ref: CarrierRef, span: Span, named: Sequence[Named], words: Sequence[Word], operators: Operators
) -> bool:
    """Whether the name next to it, joined by a slash or in brackets, is that of its host: "Orange / Altice"."""
    host = CarrierRef(operators.hosts.get((ref.name, ref.country), ""), ref.country)
    return any(
        _are_joined(words, span, other) and any((r.name, r.country) == (host.name, host.country) for r in refs)
        for other, refs in named
    )


def _are_joined(words: Sequence[Word], one: Span, other: Span) -> bool:
    between = {word.folded for word in words[min(one.end, other.end) : max(one.start, other.start)]}
    return bool(between & {"/", "("}) and "and" not in between


def _typed(words: Sequence[Word], span: Span) -> str:
    return " ".join(word.typed for word in words[span.start : span.end] if not is_mark(word))
