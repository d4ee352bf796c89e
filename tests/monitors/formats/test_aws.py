import json

import pytest

from monitors.core.states import State
from monitors.formats import aws_data, aws_health, aws_rss
from monitors.formats.base import Phase, PostKind

EVENT = {
    "arn": "arn:x", "date": "1772369485", "status": "3", "region_name": "UAE", "service_name": "Multiple services",
    "summary": "Errors", "event_log": [{"message": "Looking", "status": 1, "timestamp": 1772369485}],
    "impacted_services": {"s3-x": {"service_name": "Amazon S3", "current": "2", "max": "3"}},
}  # fmt: skip


def health(**changes):
    return aws_health.parse(json.dumps([{**EVENT, **changes}]).encode("utf-16"))


def test_an_event_in_utf_16_with_numbers_as_texts_is_read():
    snapshot = health()
    (post,) = snapshot.posts
    assert (post.impact, post.phase, post.title) == (
        State.MAJOR_OUTAGE,
        Phase.INVESTIGATING,
        "Errors (Multiple services, UAE)",
    )
    assert [(c.name, c.state) for c in snapshot.components] == [("Amazon S3 (UAE)", State.DEGRADED)]


def test_an_event_ends_with_its_end_time_in_seconds_or_milliseconds():
    for end in ("1772373085", 1772373085000):
        (post,) = health(endTime=end).posts
        assert (post.phase, post.resolved_at.isoformat()) == (Phase.RESOLVED, "2026-03-01T13:51:25+00:00")


def item(title, at, n):
    guid = f"http://status.example.com/#s3-eu_{n}"
    return (
        f"<item><title>{title}</title><pubDate>{at}</pubDate><guid>{guid}</guid><description>{n}</description></item>"
    )


def feed(*items):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def test_items_with_one_stem_are_one_event():
    (post,) = aws_rss.parse(
        feed(
            item("Service is operating normally: [RESOLVED] Errors", "Wed, 15 Dec 2021 12:16:32 PST", 2),
            item("Service degradation: Errors", "Wed, 15 Dec 2021 08:10:17 PST", 1),
        )
    ).posts
    assert (post.phase, post.impact, len(post.updates)) == (Phase.RESOLVED, State.DEGRADED, 2)
    assert post.posted_at.isoformat() == "2021-12-15T16:10:17+00:00"


def test_the_same_words_a_month_later_are_another_event():
    posts = aws_rss.parse(
        feed(
            item("Service disruption: Errors", "Sat, 15 Jan 2022 12:00:00 PST", 2),
            item("Service disruption: Errors", "Wed, 15 Dec 2021 08:10:17 PST", 1),
        )
    ).posts
    assert len({post.external_id for post in posts}) == 2


def test_a_message_that_only_informs_is_a_notice():
    (post,) = aws_rss.parse(feed(item("Informational message: Hello", "Sat, 15 Jan 2022 12:00:00 PST", 1))).posts
    assert post.kind is PostKind.NOTICE


def told(*paragraphs):
    return "".join(f'<div><span class="yellowfg">{when}</span>&nbsp;{words}</div>' for when, words in paragraphs)


@pytest.mark.parametrize("status", [3, "3"])
def test_the_retired_document_tells_when_each_word_was_said(status):
    description = told((" 8:39 PM PST", "Looking."), ("11:50 PM PST", "Still."), ("12:10 AM PST", "More."), ("Jan 2,  6:00 AM PST", "Done."))  # fmt: skip
    event = {"service": "ec2-us-east-1", "service_name": "EC2", "summary": "[RESOLVED] Errors", "date": "1640925540",
             "status": status, "details": "", "description": description}  # fmt: skip
    (post,) = aws_data.parse(json.dumps({"archive": [event], "current": []}).encode()).posts
    assert (post.external_id, post.title, post.phase, post.impact) == (
        "ec2-us-east-1 2021-12-31T04:39:00", "EC2: Errors", "resolved", State.MAJOR_OUTAGE,
    )  # fmt: skip
    assert [(update.at.strftime("%Y-%m-%d %H:%M"), update.body, str(update.phase)) for update in post.updates] == [
        ("2021-12-31 04:39", "Looking.", "investigating"),
        ("2021-12-31 07:50", "Still.", "investigating"),
        ("2021-12-31 08:10", "More.", "investigating"),
        ("2022-01-02 14:00", "Done.", "resolved"),
    ]
