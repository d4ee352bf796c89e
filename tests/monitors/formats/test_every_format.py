"""What every official format must withstand, whoever wrote it: bad bodies say neither up nor down."""

import json
import time

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import Snapshot, UnreadableFeed

FORMATS = sorted(formats())
PAGE = '"page": {"id": "kctbh9vrtdwd", "name": "x", "url": "https://x.example.com", "updated_at": null}'

GARBAGE = {
    "nothing": b"",
    "blank": b" \n\t ",
    "a byte order mark": b"\xef\xbb\xbf",
    "not text": b"\xff\xfe\xff\x00\xd8",
    "bad utf-8": b'{"page": "\xc3\x28"}',
    "NUL bytes": b"\x00" * 100,
    "a login page": b"<!doctype html><html><head><title>Sign in</title></head><body><form></form></body></html>",
    "an error page": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    "a challenge": b"<!DOCTYPE html><title>Just a moment...</title><script>x()</script>",
    "words": b"All Systems Operational",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a string": b'"operational"',
    "a list": b"[1, 2, 3]",
    "an empty object": b"{}",
    "an error object": b'{"error": "not found", "status": 404}',
    "cut off": b'{"page": {"id": "x", "name": "y"}, "components": [{"id": "a", "na',
    "wrong types": b'{"page": [], "components": {}, "incidents": 7, "status": null, "result": 7, "months": "x"}',
    "lists of nulls": f'{{{PAGE}, "components": [null], "incidents": [null], "status": {{"indicator": 3}}}}'.encode(),
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep in a key": f'{{{PAGE}, "components": {"[" * 50_000}{"]" * 50_000}}}'.encode(),
    "NaN": b'{"page": NaN, "components": [NaN]}',
    "infinity": b'{"page": {"id": Infinity}}',
    "a huge number": b'{"page": ' + b"9" * 5000 + b"}",
    "an unclosed tag": b"<rss><channel><item>",
    "rss of nothing": b"<?xml version='1.0'?><nothing/>",
    "an entity bomb": (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
        + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
        + b"]><l>&j;</l>"
    ),
    "an outside entity": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    "deep tags": b"<a>" * 20_000,
    "too much": b'{"page": "' + b"a" * 9_000_000 + b'"}',
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_mistakes_garbage_for_news(name, body):
    began = time.process_time()
    with pytest.raises(UnreadableFeed) as unreadable:
        formats()[name].parse(body)
    assert 0 < len(str(unreadable.value)) < 1000
    assert time.process_time() - began < 5


# Shapes that one format or another knows, filled with what no vendor should send.
NASTY = {
    "title": "\u202egnp.exe\u202c <script>alert(1)</script> a\x00b \ud800 &amp;lt;b " + "e\u0301\u0301\u0301\u0301" * 9,
    "long": "x" * 1_000_000,
    "date": "9999-99-99T99:99:99Z",
    "number": 10**30,
}
ODD = [
    {
        "page": {"id": NASTY["title"], "name": NASTY["long"]},
        "components": [],
        "incidents": [],
        "status": {"indicator": "none"},
    },
    {"page": {"id": "x"}, "components": [{"id": "a", "name": NASTY["title"], "status": "on fire", "position": 10**30}]},
    {
        "page": {"id": "x"},
        "incidents": [{"id": "a", "name": "n", "status": "s", "created_at": 1e308, "components": None}],
    },
    {
        "months": [
            {"name": "May", "year": 2026, "incidents": [{"code": "c", "name": "n", "timestamp": "May 40, 99:99"}]}
        ]
    },
    {"result": {"status_overall": {"status_code": 10**30}, "status": [], "incidents": []}},
    {"systems": [], "is": {}, "pinnedIssues": None},
    {"data": [{"attributes": None}]},
    [],
]


def texts(snapshot):
    for component in snapshot.components or ():
        yield from (component.external_id, component.name, component.word, component.description)
    for post in snapshot.posts:
        yield from (post.external_id, post.title, post.url)
        yield from (update.body for update in post.updates)
    yield from (snapshot.page_id, snapshot.page_name, snapshot.time_zone, *snapshot.unknown_words)


@pytest.mark.parametrize("document", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", FORMATS)
def test_odd_documents_are_read_safely_or_not_at_all(name, document):
    try:
        snapshot = formats()[name].parse(json.dumps(document).encode())
    except UnreadableFeed:
        return
    assert isinstance(snapshot, Snapshot)
    assert all("\x00" not in text and "\u202e" not in text for text in texts(snapshot))
    assert all(len(post.title) <= 300 for post in snapshot.posts)
    assert all(
        component.state is State.UNKNOWN for component in snapshot.components or () if component.word == "on fire"
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_it_is(name):
    format_ = formats()[name]
    assert format_.label
    assert len({document.name for document in format_.documents}) == len(format_.documents) > 0
    assert any(document.required for document in format_.documents)
    assert all(document.every >= 1 and len(document.name) <= 40 for document in format_.documents)
