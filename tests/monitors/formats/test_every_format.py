"""What every official format must withstand, whoever wrote it: bad bodies say neither up nor down.

The cases are the D list, by number: see hostile.py. Each format is tested with a good body of its own, spoiled.
"""

import json
import os
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import Phase, Snapshot, UnreadableFeed
from monitors.formats.fitting import fit
from monitors.formats.reading import EARLIEST, LATEST, MOST_POSTS
from monitors.services.official import merged
from tests.monitors.formats.hostile import SPOILED, WHOLE, specimen
from tests.monitors.services import bodies

FORMATS = sorted(formats())
MOST_CPU_S = 5  # for one body, however hostile
FOOLING = ("\x00", "\u202e", "\u202c", "\u2066", "\u200b", "\u2060", "\ufeff", "\ud800")
TAGS = ("<script", "<img", "<svg", "<math", "<style", "<iframe", "<base", "<form", "<meta", "onerror=", "onload=")


@cache
def good(name):
    return merged([formats()[name].parse(specimen(name))])


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_a_good_body(name):
    assert good(name).components is not None or good(name).posts


@pytest.mark.parametrize("case", WHOLE)
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_mistakes_garbage_for_news(name, case):
    began = os.times().user
    with pytest.raises(UnreadableFeed) as unreadable:
        formats()[name].parse(WHOLE[case])
    assert 0 < len(str(unreadable.value)) < 1000
    assert os.times().user - began < MOST_CPU_S


def spoiled_cases():
    for name in FORMATS:
        for case, spoil in SPOILED.items():
            if next(iter(spoil(specimen(name))), None) is not None:
                yield pytest.param(name, spoil, id=f"{name}-{case}")


@pytest.mark.parametrize(("name", "spoil"), [*spoiled_cases()])
def test_a_spoiled_body_is_no_news_and_no_danger(name, spoil):
    began = os.times().user
    for body in spoil(specimen(name)):
        try:
            snapshot = formats()[name].parse(body)
        except UnreadableFeed:
            continue
        assert_harmless(snapshot)
        assert no_tags(snapshot) or b"<html" in body or b"amp;lt;" in body
        assert_no_news(merged([snapshot]), good(name), body)
    assert os.times().user - began < MOST_CPU_S


def assert_harmless(snapshot):
    """What is read can be stored and shown: plain text, times of our century, addresses that lead to a page."""
    assert isinstance(snapshot, Snapshot)
    assert len(snapshot.posts) <= MOST_POSTS
    for text in texts(snapshot):
        assert not any(sign in text for sign in FOOLING), ascii(text[:200])
        text.encode()
    for post in snapshot.posts:
        assert len(post.title) <= 300
        assert post.url == "" or post.url.startswith(("https://", "http://"))
        assert all(at.tzinfo and EARLIEST <= at <= LATEST for at in times(post))


def no_tags(snapshot):
    """Markup is dropped; what HTML shows as `<b>` in words, and entities of entities, stay words, which pages escape."""
    words = [text.lower() for post in snapshot.posts for text in (post.title, *(u.body for u in post.updates))]
    return not any(tag in text for text in words for tag in TAGS)


def assert_no_news(read, known, body):
    """Nothing is well that was not, and nothing is over that was open."""
    states = {component.external_id: component.state for component in known.components or ()}
    for component in read.components or ():
        before = {states[component.external_id]} if component.external_id in states else {*states.values()}
        assert component.state in {*before, State.UNKNOWN} or component.state > State.OPERATIONAL, (
            component,
            body[:3000],
        )
    phases = {post.external_id: post.phase.is_over for post in known.posts}
    for post in read.posts:
        assert post.phase.is_over <= phases.get(post.external_id, any(phases.values())), (post, body[:3000])


def texts(snapshot):
    for component in snapshot.components or ():
        yield from (component.external_id, component.name, component.word, component.description)
    for post in snapshot.posts:
        yield from (post.external_id, post.title, post.url)
        yield from (update.body for update in post.updates)
    yield from (snapshot.page_id, snapshot.page_name, snapshot.time_zone, *snapshot.unknown_words)


def times(post):
    said = (post.posted_at, post.began_at, post.resolved_at, post.scheduled_for, post.scheduled_until)
    yield from (at for at in said if at)
    yield from (update.at for update in post.updates)


@pytest.mark.parametrize("name", FORMATS)
def test_a_record_that_is_listed_twice_is_one(name):
    for body in SPOILED["D24 every record twice"](specimen(name)):
        try:
            read = merged([formats()[name].parse(body)])
        except UnreadableFeed:
            continue
        assert {post.external_id for post in read.posts} == {post.external_id for post in good(name).posts}
        assert len(read.components or ()) <= 2 * len(good(name).components or ())  # status.io's containers are parts


def test_a_readable_body_is_capped_and_clean():
    """For formats to come: whatever a parser gives, this is what is left of it."""
    posts = [bodies.post(f"p{n}\x00", title=f"T{n}\u202e") for n in range(600)]
    open_one = bodies.post("open", Phase.INVESTIGATING, posted_at=LATEST - timedelta(days=36_000))
    over = [replace(one, phase=Phase.RESOLVED) for one in posts]
    found = fit(Snapshot(posts=(*over, open_one), unknown_words=("odd\x00",) * 300))
    assert (len(found.posts), found.posts[0].external_id, len(found.unknown_words)) == (500, "open", 100)
    assert {found.unknown_words[0], found.posts[1].title[:1]} == {"odd", "T"}
    assert not any("\x00" in text or "\u202e" in text for text in texts(found))


@pytest.mark.parametrize("case", ["D12 keys twice", "D15 a byte order mark", "D16 UTF-16"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_body_in_other_bytes_is_the_same_or_unreadable(name, case):
    for body in SPOILED[case](specimen(name)):
        try:
            assert merged([formats()[name].parse(body)]) == good(name)
        except UnreadableFeed:
            continue


# Shapes that one format or another knows, filled with what no vendor should send.
ODD = [
    {"page": {"id": "\u202egnp.exe", "name": "x" * 1_000_000}, "components": [], "incidents": [], "status": {"indicator": "none"}},
    {"page": {"id": "x"}, "components": [{"id": "a", "name": "a\x00b", "status": "on fire", "position": 10**30}]},
    {"page": {"id": "x"}, "incidents": [{"id": "a", "name": "n", "status": "s", "created_at": 1e308, "components": None}]},
    {"months": [{"name": "May", "year": 2026, "incidents": [{"code": "c", "name": "n", "timestamp": "May 40, 99:99"}]}]},
    {"result": {"status_overall": {"status_code": 10**30}, "status": [], "incidents": []}},
    {"systems": [], "is": {}, "pinnedIssues": None},
    {"data": [{"attributes": None}]},
    [],
]  # fmt: skip


@pytest.mark.parametrize("document", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", FORMATS)
def test_odd_documents_are_read_safely_or_not_at_all(name, document):
    try:
        snapshot = formats()[name].parse(json.dumps(document).encode())
    except UnreadableFeed:
        return
    assert_harmless(snapshot)
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
