"""Where in a title a carrier's name stands, and which names there no table knows."""

from collections.abc import Collection, Iterator, Sequence

from monitors.core.titles.words import Span, Word, is_mark

# Operators' names that are English words too, or too short: names only where a carrier's name would stand.
EVERYDAY = frozenset(
    "3 02 a1 at base be bell bite blue boost box buzz call cat choice core digital e eagle epic era fix flash flow free "
    "free fizz grid gt hello home hot ice idea inet iq it leo life link live local m1 mango mobile mobi nar net network "
    "next nt oi ola one ora p4 people play plus r radio red salt si simple sky smart smile som spark speed spring sun sure "
    "surf t2 tango tele telecom telephone telekom tim tm tot tre true tt virgin vip vivid voice vox we will win wind y yes "
    "you zed api connect group global united express direct express connecta phoenix mir union viva open one1 inter digi "
    "lucky public pioneer golden star total rain value swan join visible core console studio sync proxy "
    "frontier cox access post very logic best aria atom switch personal three touch go reliance bandwidth pinpoint opt etc dish boom rain ben belong blau scarlet optima mega team smart loop local dodo coles adamo fello hallon birdie limba simyo neustar mineo neo vonage plivo sinch telnyx ringcentral 8x8 flowroute infobip "
    "charter republic hey cheers mint ultra metro cricket spectrum optimum sprint choice plateau premier chat duet element "
    "mosaic revol imagine progresif glo globe dialog mega alfa nova max skinny voxi smarty felix circles lemon pinger thumb "
    "triangle strata indigo evolve peoples farmers ting consumer transit freedom lucky liberty hits skylink fast speed ".split()
)
_BEFORE = frozenset(
    "to from of on over towards toward via with and & / , - – — : ; | the ( for in at by or against through subset all some most between".split()
)
_AFTER = frozenset(
    "- – — : ; | network networks in , and & / ( ) or for via over mobile mobiles wireless carrier carriers subscriber subscribers customer "
    "customers user users handset handsets device devices phone phones number numbers from to towards using on at with by "
    "is are was were due during following after when while affected impacted delayed failing fail failed not using us only spa sa ag gmbh ltd limited plc inc llc srl jsc pjsc telecom telecommunications communications group".split()
)
_DASHES = {"-", "–", "—", ":", "|"}
_OPENS = {"to", "from", "towards", "toward", "on", "over", "of"}
_CLOSES = frozenset(
    "in via over for using when at by due while from to towards on after following during with through is are was were fail failing failed "
    "delayed impacted affected blocked undelivered not may".split()
)
# After "unable to" and its like these are what somebody does, no operators.
_DONE = frozenset(
    "access post connect join visible go call open switch play fix move charge reach live link view set".split()
)
_TOWARDS = {"to", "from", "towards", "toward"}
_JOINED = {"and", "&", ",", "/"}
_COUNTS = {"one", "three"}  # "Three Networks in Kenya"
_SAYS_CARRIER = {"network", "networks", "carrier", "carriers", "subscribers"}
_OF_CARRIERS = _SAYS_CARRIER | {"partner", "partners", "carriers"}
FILLER = frozenset(
    "one two three four five six group spa srl jsc landline landlines mobiles outage outages error errors issue issues a an the of and & or multiple several all many various different some small smaller large larger major other certain "
    "carrier carriers network networks mobile operator operators telecom telecomm telecommunications communications "
    "wireless cellular subset subsets number numbers phone phones twilio twilios registered unregistered pre international "
    "domestic local sender senders id ids short code codes shortcode shortcodes long longcode longcodes toll free tollfree "
    "alphanumeric alpha handset handsets subscriber subscribers customer customers user users country countries destination "
    "destinations region regions partner partners provider providers limited ltd inc llc corp corporation sa jsc pjsc ooo zao pt "
    "bhd sdn plc gmbh ag co company nv bv pty sms mms voice call calls message messages messaging traffic delivery delays delay "
    "failures failure receipts receipt reports report api apis service services account accounts security verify us1 ie1 au1 "
    "emergency maintenance scheduled 10dlc a2p only s its their our be prefix prefixes range ranges originating terminating inbound outbound".split()
)


def could_be_carrier(
    words: Sequence[Word], start: int, end: int, key: str, countries: Collection[int], *, is_lower: bool = False
) -> bool:
    """Whether words that are an operator's name mean it here.

    `countries` are the positions that name a country; `is_lower` says that the operator writes itself in small letters.
    """
    if words[start].folded in _BEFORE and "&" not in key:  # but "AT & T"
        return False
    before, after = words[start - 1].folded if start else "", words[end].folded if end < len(words) else ""
    if key in _COUNTS and after in ("networks", "carriers", "countries") and before not in _JOINED:
        return False
    beside_country = start - 1 in countries or end in countries or after == "in"
    is_name_like = is_lower or any(word.is_name_like for word in words[start:end])
    in_place = (before in _BEFORE or start - 1 in countries) and (
        not after or after in _AFTER or end in countries or _is_code(words[end])
    )
    if is_everyday(key):
        if not countries and ((key in _DONE and before not in _JOINED) or before not in _DASHES | _OPENS | _JOINED):
            return words[start].is_name_like and after in _SAYS_CARRIER
        return in_place and (words[start].is_name_like or is_lower)
    if end == start + 1 and not countries and after not in _SAYS_CARRIER:
        return (
            in_place or before in _TOWARDS
        ) and is_name_like  # "Unable to Access": with no country told, often just a word
    if is_lower and not words[start].is_name_like:
        return in_place
    return is_name_like or after in _SAYS_CARRIER or beside_country or before in _DASHES


def _is_code(word: Word) -> bool:
    """Whether it could be a country's: "Vodafone NL"."""
    return len(word.typed) == 2 and word.typed.isalpha() and word.typed.isupper()


def is_everyday(key: str) -> bool:
    return key in EVERYDAY or key in FILLER or len(key) < 3


def is_joined(words: Sequence[Word], start: int) -> bool:
    return start > 0 and words[start - 1].folded in _JOINED


def is_said_to_be_carrier(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether the words next to a name say so: "Smart Network"."""
    return words[start].is_name_like and end < len(words) and words[end].folded in _SAYS_CARRIER


def unknown_names(words: Sequence[Word], spans: Sequence[Span], *, is_maintenance: bool) -> list[str]:
    """Return the names that stand where a carrier's would and that no span covers."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    if is_maintenance:
        where = _after_last_dash(words) if any(word.folded in _OF_CARRIERS for word in words) else []
    else:
        where = _after_prepositions(words, spans)
    names, name = [], []
    for at in [*where, len(words)]:
        word = words[at] if at < len(words) else None
        if word and at not in covered and _could_name(word):
            name.append(word.typed)
        elif name:
            names.append(" ".join(name))
            name = []
    return list(dict.fromkeys(names))


def _could_name(word: Word) -> bool:
    return word.is_name_like and not is_mark(word) and word.folded not in FILLER and not word.folded.isdigit()


def _after_last_dash(words: Sequence[Word]) -> list[int]:
    dashes = [at for at, word in enumerate(words) if word.folded in _DASHES]
    return list(range(dashes[-1] + 1, len(words))) if dashes else []


def _after_prepositions(words: Sequence[Word], spans: Sequence[Span]) -> list[int]:
    """Return the positions of "X" in "to X Network", "to X in <country>" and "to X <country>"."""
    countries = [span.start for span in spans if span.kind == "country"]
    found: list[int] = []
    for start, end in _segments(words):
        if any(word.folded in _SAYS_CARRIER for word in words[start:end]):
            found += range(start, end)
        elif ahead := [at for at in countries if start <= at < end + 3]:
            found += range(start, min(end, ahead[0]))
    return found


def _segments(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    start = None
    for at, word in enumerate(words):
        if start is not None and word.folded in _CLOSES:
            yield start, at
            start = None
        if (
            word.folded in _OPENS
            and not (at + 1 < len(words) and words[at + 1].folded == "call")
            and not (at and words[at - 1].folded == "due")
        ):
            start = at + 1
    if start is not None:
        yield start, len(words)
