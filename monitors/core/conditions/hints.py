"""What people write from habit, out of other languages or out of their heads, and what to write instead.

The parser only knows what it expected. Each habit is known by the text around the place where it gave up.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches

_ARITHMETIC = "There is no arithmetic here. Name one value, and compare it."
_AGAIN = "Say again what is compared, as in status >= 200 and status < 300."
_PERIOD = "Say how far to look back, as in p95(5m)."
_LIST = "Name one of the list by its number, as in [0]; contains looks through all of it."
_STRAIGHT = 'Write texts in straight double quotes, as in "ok".'
_SMALL = {
    **{word: word.lower() for word in ("AND", "OR", "NOT", "IN", "EXISTS", "CONTAINS", "MATCHES", "And", "Or", "Not")},
    **{word: word.lower() for word in ("TRUE", "FALSE", "NULL", "True", "False", "Null")},
    **dict.fromkeys(("None", "nil", "undefined"), "null"),
}

# What stands before the place, what stands from there on, and the advice. The first that fits counts.
_HABITS = tuple(
    (re.compile(rf"(?:{before})\Z", re.I), re.compile(after, re.I), advice)
    for before, after, advice in (
        (r"==", r"=", "Two of them are enough: write ==."),
        (r"<", r">", "Write != for unequal."),
        (r"", r"=~", "Write matches, as in body matches /ok|ready/."),
        (r"", r"is\s+(not\s+)?empty\b", "Write length(…) == 0, or > 0."),
        (r"==\s*", r"\[\s*\]", "Write length(…) == 0 for an empty list."),
        (r"", r"(is|equals?|eq)\b", "Write == to compare, or != for unequal."),
        (r"", r"(does|doesn't)\b", 'Write not contains, or not exists, as in body not contains "error".'),
        (r"\bin\s*", r"\(", "Write a list in square brackets, as in [200, 204]."),
        (r"\"\s*in\s*", r"[a-z]", 'Write it the other way round, as in body contains "ok".'),
        (r"\b(and|or|not)\s*", r"(==|!=|<=?|>=?)", _AGAIN),
        (r"\b(and|or)\s+(?P<at>-?[\d.]+\w*|\"[^\"]*\")\s*", r"(and\b|or\b|\)|\Z)", f"{_AGAIN} Or write a list: status in [200, 204]."),
        (r"^\s*", r"(==|!=|<=?|>=?|and\b|or\b)", "Begin with what is compared, as in status == 200."),
        (r"(^|\b(and|or|not)|\()\s*", r"(contains|matches)\b", 'Write it between the two, as in body contains "ok".'),
        (r"\.(contains|includes)", r"\(", 'Write contains between the two, as in body contains "ok".'),
        (r"\.(length|size|count|len)", r"\(", "Write length(…), as in length(body.items)."),
        (r"^\s*", r"(len|count|size)\(", "Write length(…), as in length(body.items)."),
        (r"", r"headers?\(", 'Write the name in square brackets, as in header["content-type"].'),
        (r"^\s*", r"(if|assert|expect|when)\b", "Leave this word out: a condition is what must hold."),
        (r"", r"p\d{1,2}\.\d", "Write a whole percentile, as in p99(5m)."),
        (r"", r"p\d{1,2}\b(?!\()", _PERIOD),
        (r"\bp\d{1,2}\(", r"\)", _PERIOD),
        (r"", r"\$\.?", "Write body where others have $, as in body.user.name."),
        (r"\.", r"\d+\b", "Write the number in square brackets, as in body.items[0]."),
        (r"\[", r"\*|\]", _LIST),
        (r"\[", r"-\d", f"{_LIST} The last one has no name."),
        (r"\d", r"x{1,2}\b", _AGAIN),
        (r"\d", r"[km]i?b?\b", "Write bytes as a plain number, as in 10000."),
        (r"\d,?", r",\d{3}\w*\b(?![^\[]*\])", "Write numbers without commas, as in 1500ms."),
        (r"\d\s*", r"(days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|milliseconds?|msecs?)\b", "Write a time as 800ms, 2s, 5m or 24h; days of a certificate are a plain number."),
        (r"", r"[;,]", "Write and between two conditions, or each on a line of its own."),
        (r"", r"(#|//|--)", "There are no comments here. Leave this out."),
        (r"", r"[*+%-]", _ARITHMETIC),
        (r"\w\s+", r"/\s", _ARITHMETIC),
        (r"\w\s*", r":", "Write == to compare."),
        (r"", r"[“”„«»‘’´`]", _STRAIGHT),
        (r"", r"\)", "This bracket closes nothing. Leave it out, or open one."),
        (r"\bheader\[\s*", r"[a-z]", 'Write the name in quotes, as in header["content-type"].'),
        (r"\[\s*", r"[a-z]", 'Write the name in quotes, as in body["a b"].'),
    )
)  # fmt: skip

# Other tools' words for ours, without case and underscores.
_OTHERS = {
    **dict.fromkeys(("responsetime", "latency", "time", "duration", "elapsed", "took", "responsems"), "total"),
    **dict.fromkeys(("code", "statuscode", "httpcode", "httpstatus", "responsecode"), "status"),
    **dict.fromkeys(("json", "response", "data", "content", "text", "responsebody", "payload"), "body"),
    **dict.fromkeys(("size", "contentlength", "bodysize"), "bytes"),
    **dict.fromkeys(("cert", "ssl", "tlsdays", "ssldays", "certexpiry", "sslexpiry", "expiry"), "certificate_days"),
    **dict.fromkeys(("ttfb",), "first_byte"),
    **dict.fromkeys(("packetloss", "lost"), "loss"),
    **dict.fromkeys(("ip", "host"), "address"),
    **dict.fromkeys(("banner",), "greeting"),
    **dict.fromkeys(("records", "answer", "record"), "answers"),
    **dict.fromkeys(("days", "domainexpiry"), "domain_days"),
}


def advice(text: str, at: int) -> tuple[int, str] | None:
    """Return what to write instead, and where, at a place where a condition could not be read; or None."""
    before, after = text[:at], text[at:]
    word = re.match(r"\w*", after)
    if word and (ours := _SMALL.get(word[0])):
        return at, f"Write {ours}{', in small letters' if word[0].lower() == ours else ''}."
    for ends, begins, words in _HABITS:
        if begins.match(after) and (found := ends.search(before)):
            return (found.start("at") if "at" in found.groupdict() else at), words
    return None


def unknown(name: str, names: Collection[str], *, is_right_side: bool) -> str:
    """Return what to say of a name that is none of `names`; `is_right_side` of what something is compared with."""
    if is_right_side:
        return f'{name} is not known here. Write texts in double quotes, as in "{name}".'
    other = _OTHERS.get(name.lower().replace("_", ""), "")
    near = [other] if other in names else get_close_matches(name.lower(), names, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
    return f"{name} is not known here. {hint}"
