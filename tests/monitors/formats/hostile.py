"""The hostile answers D1 to D49, by number: bodies that no format may take for news, and ways to spoil a good body.

`WHOLE` are bodies of their own. `SPOILED` are functions from a format's specimen to spoiled bodies; one that finds
nothing to spoil in it gives none. D25 to D30, D50 to D52 are about readings in time: see test_hostile_readings.py.
"""

import json
import re
from functools import cache, partial
from pathlib import Path

SPECIMENS = Path(__file__).parent / "specimens"
PAGE = '"page": {"id": "kctbh9vrtdwd", "name": "x", "url": "https://x.example.com", "updated_at": null}'
MANY = 20_000
MOST_BYTES = 1_000_000  # of a spoiled body, so that a poll of it would still be read

WHOLE = {
    "D1 an outside entity": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    "D2 an entity of the web": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1/">]><rss>&x;</rss>',
    "D3 an entity bomb": (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
        + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
        + b"]><l>&j;</l>"
    ),
    "D4 deep tags": b"<a>" * 20_000,
    "D6 50 MB": b'{"page": "' + b"a" * 50_000_000 + b'"}',
    "D6 9 MB": b'{"page": "' + b"a" * 9_000_000 + b'"}',
    "D7 deep lists": b"[" * 100_000,
    "D7 deep objects": b'{"a":' * 100_000,
    "D7 deep in a key": f'{{{PAGE}, "components": {"[" * 50_000}{"]" * 50_000}}}'.encode(),
    "D8 a huge number": b'{"page": ' + b"9" * 5000 + b"}",
    "D9 a number beyond floats": b'{"page": 1e999, "components": [1e999]}',
    "D10 NaN": b'{"page": NaN, "components": [NaN]}',
    "D10 infinity": b'{"page": {"id": Infinity}}',
    "D11 2^64": b'{"page": 18446744073709551616, "result": 18446744073709551616}',
    "D13 a lone surrogate": b'{"page": {"id": "\\ud800"}}',
    "D14 NUL bytes": b"\x00" * 100,
    "D15 only a byte order mark": b"\xef\xbb\xbf",
    "D16 UTF-16 without a mark": "All Systems Operational".encode("utf-16-le"),
    "D16 half of UTF-16": b"\xff\xfe\xff\x00\xd8",
    "D16 bad UTF-8": b'{"page": "\xc3\x28"}',
    "D17 cut off": b'{"page": {"id": "x", "name": "y"}, "components": [{"id": "a", "na',
    "D17 an unclosed tag": b"<rss><channel><item>",
    "D18 nothing": b"",
    "D18 blank": b" \n\t ",
    "D19 a login page": b"<!doctype html><html><head><title>Sign in</title></head><body><form></form></body></html>",
    "D19 an error page": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    "D19 a challenge": b"<!DOCTYPE html><title>Just a moment...</title><script>x()</script>",
    "D20 words": b"All Systems Operational",
    "D20 XML of nothing": b"<?xml version='1.0'?><nothing/>",
    "D21 null": b"null",
    "D21 true": b"true",
    "D21 a number": b"1",
    "D21 a string": b'"operational"',
    "D21 a list": b"[1, 2, 3]",
    "D21 wrong types": b'{"page": [], "components": {}, "incidents": 7, "status": null, "result": 7, "months": "x"}',
    "D21 lists of nulls": f'{{{PAGE}, "components": [null], "incidents": [null], "status": {{"indicator": 3}}}}'.encode(),
    "D22 an empty object": b"{}",
    "D22 an error object": b'{"error": "not found", "status": 404}',
}

_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\w{3}, \d{1,2} \w{3} \d{4} [\d:]+ \S{1,5}")
_ELEMENT = re.compile(r"(<(title|description|summary|content|p|span|td|h\d)\b[^>]*>)([^<]+)(?=</)")


@cache
def specimen(name):
    """Return a good body of a format."""
    (path,) = SPECIMENS.glob(f"{name}.*")
    return path.read_bytes()


def at_places(body, change):
    """Yield the JSON body once for each place, where `change(container, key)` has changed that place."""
    document = _loaded(body)
    places = list(_places(document)) if document is not None else []
    for number in range(len(places)):
        copy = json.loads(json.dumps(document))
        container, key = list(_places(copy))[number]
        if change(container, key) is not False:
            yield json.dumps(copy).encode()


def everywhere(body, change):
    """Yield the JSON body once, where `change(container, key)` has changed every place that it fits."""
    document = _loaded(body)
    if document is None:
        return
    changed = [change(container, key) for container, key in reversed(list(_places(document)))]
    if any(done is not False for done in changed):
        yield json.dumps(document).encode()


def _loaded(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        yield value, key
        yield from _places(item)


def put(wrong):
    """Put `wrong` in the place of what is there, unless it is the same kind of thing."""

    def change(container, key):
        if type(container[key]) is type(wrong):
            return False
        container[key] = wrong
        return None

    return change


def drop(container, key):
    """Leave a key out; not a record of a list, or of an object by number, which any page may leave out."""
    if isinstance(container, list) or key.isdigit():
        return False
    del container[key]
    return None


def word(container, key):
    """Replace a short word, as states and phases are."""
    value = container[key]
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_ -]{2,30}", value):
        return False
    container[key] = "on fire"
    return None


def repeat(times):
    """Repeat the records of a list, as often as MOST_BYTES allow."""

    def change(container, key):
        value = container[key]
        if not isinstance(value, list) or not value or not isinstance(value[0], dict):
            return False
        container[key] = value * min(times, 1 + MOST_BYTES // len(json.dumps(value)))
        return None

    return change


def dates(new):
    """Replace every date of a body, in text of any kind; numbers are for JSON alone."""

    def spoil(body):
        text = body.decode()
        if _DATE.search(text):
            yield _DATE.sub(new, text).encode()

    return spoil


def zoneless(body):
    yield from dates(lambda found: re.sub(r"(Z|[+-]\d\d:?\d\d|\s[A-Z]{2,5})$", "", found[0]))(body)


def texts(nasty):
    """Add something nasty to every text: of an element in XML and HTML, of more than one word in JSON."""

    def change(container, key):
        value = container[key]
        if not isinstance(value, str) or _DATE.fullmatch(value) or value.startswith(("http", "/")) or key in _KEPT:
            return False
        container[key] = f"{value} {nasty}"
        return None

    def spoil(body):
        yield from everywhere(body, change)
        text = body.decode()
        if _loaded(body) is None and _ELEMENT.search(text):
            escaped = nasty.replace("&", "&amp;").replace("<", "&lt;").replace("\ud800", "").replace("\x00", "")
            yield _ELEMENT.sub(lambda found: f"{found[1]}{found[3]} {escaped}", text).encode()

    return spoil


# What has to stay as it is, so that the text beside it is reached.
_KEPT = {"id", "status", "state", "type", "impact", "severity", "code", "key", "indicator", "kind", "eventStatus"}


def one_long_text(body):
    """D48: 1 MB in one text at a time."""
    for key in ("name", "title", "message", "body", "description"):
        yield from everywhere(body, partial(_lengthen, key, []))
    text = body.decode()
    for element in list(_ELEMENT.finditer(text))[:5] if _loaded(body) is None else ():
        yield (text[: element.end(3)] + "x" * 1_000_000 + text[element.end(3) :]).encode()


def _lengthen(key_of_text, done, container, key):
    if done or key != key_of_text or not isinstance(container[key], str):
        return False
    done.append(key)
    container[key] += "x" * 1_000_000
    return None


def links(nasty):
    def change(container, key):
        value = container[key]
        if not isinstance(value, str) or not value.startswith("http"):
            return False
        container[key] = nasty
        return None

    def spoil(body):
        yield from everywhere(body, change)
        text = body.decode()
        if _loaded(body) is None and "http" in text:
            yield re.sub(r'https?://(?!www\.w3)[^\s<"]+', nasty.replace("\t", "&#9;"), text).encode()

    return spoil


def many(body):
    yield from at_places(body, repeat(MANY))
    text = body.decode()
    item = re.search(r"<(item|entry)\b.*?</\1>", text, re.DOTALL)
    if item:
        yield text.replace(item[0], item[0] * min(MANY, MOST_BYTES // len(item[0]))).encode()


def cut(body):
    for part in range(1, 20):
        yield body[: len(body) * part // 20]


def twice(body):
    """D12: each key twice, the second time as it was."""
    document = _loaded(body)
    if isinstance(document, dict):
        pairs = [f"{json.dumps(key)}: [], {json.dumps(key)}: {json.dumps(value)}" for key, value in document.items()]
        yield f"{{{', '.join(pairs)}}}".encode()


SCRIPT = "<script>alert(1)</script>"
SPOILED = {
    "D5 20,000 items": many,
    "D12 keys twice": twice,
    "D13 lone surrogates": texts("\ud800"),
    "D14 NULs in texts": texts("a\x00b"),
    "D15 a byte order mark": lambda body: [b"\xef\xbb\xbf" + body],
    "D16 UTF-16": lambda body: [body.decode().replace('encoding="utf-8"', "").replace('encoding="UTF-8"', "").encode("utf-16")],
    "D17 cut anywhere": cut,
    "D21 an object where there was none": lambda body: at_places(body, put({})),
    "D21 a list where there was none": lambda body: at_places(body, put([])),
    "D21 a number beyond all": lambda body: at_places(body, put(10**400)),
    "D21 null": lambda body: at_places(body, put(None)),
    "D22 a key is missing": lambda body: at_places(body, drop),
    "D23 an unknown word": lambda body: at_places(body, word),
    "D23 unknown words alone": lambda body: everywhere(body, word),
    "D24 every record twice": lambda body: everywhere(body, repeat(2)),
    "D31 dates beyond the calendar": dates("9999-99-99T99:99:99Z"),
    "D31 the year 9999": dates("9999-12-31T23:59:59Z"),
    "D31 the year 1970": dates("1970-01-01T00:00:00Z"),
    "D31 dates of words": dates("99 Foo"),
    "D31 no dates": dates(""),
    "D32 dates to come": dates("2099-06-01T00:00:00Z"),
    "D33 dates without a zone": zoneless,
    "D34 a script": texts(SCRIPT),
    "D35 an image with a handler": texts("<img src=x onerror=alert(1)>"),
    "D36 a tracking image": texts('<img src="https://evil.example.com/p.gif">'),
    "D37 svg": texts("<svg onload=alert(1)></svg>"),
    "D38 math": texts("<math><mglyph><style><img src=x onerror=alert(1)></math>"),
    "D39 frames, forms and styles": texts("<style>*{}</style><base href=//evil><meta http-equiv=refresh><iframe><form>"),
    "D40 a link that runs": links("java\tScript:alert(1)"),
    "D40 a link of data": links("data:text/html,<script>alert(1)</script>"),
    "D41 a link without a scheme": links("//evil.example.com"),
    "D41 a link to our own logout": links("/accounts/logout/"),
    "D42 a text that runs backwards": texts("\u202egnp.exe\u202c \u2066x"),
    "D43 zero-width characters": texts("op\u200berational\u2060\ufeff"),
    "D44 look-alikes": texts("\u0430pple \uff21\uff30\uff29"),
    "D45 a combining bomb": texts("e" + "\u0301" * 2000),
    "D46 NUL in markup": texts("<scr\x00ipt>alert(1)</scr\x00ipt>"),
    "D47 5,000 tags deep": texts("<b>" * 5000),
    "D48 a text of 1 MB": one_long_text,
    "D49 entities in entities": texts("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;"),
}  # fmt: skip
