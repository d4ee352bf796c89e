"""When operators hear of a source: it stays unreadable, most do, or it says "not modified" of what was modified."""

from datetime import timedelta

import pytest

from kit.clock import clock
from monitors.core.states import State
from monitors.models import Component, Feed, FeedDocument, OperatorNotice
from monitors.queries.states import feeds_heard
from monitors.services.polling import BELIEVED, DISTRUST
from monitors.tasks.official import poll_due_feeds
from tests.monitors.tasks.status_page import SUMMARY, due, make_feed, summary

LOGIN = b"<!doctype html><title>Sign in</title><script>steal()</script>" + b"x" * 5000


def notices(kind):
    return OperatorNotice.objects.filter(kind=kind, resolved_at=None)


def polled(feed, times=1, *, unread_for_s=None):
    """Poll a feed at once, after it could last be read so many seconds ago."""
    for _ in range(times):
        if unread_for_s is not None:
            Feed.objects.filter(id=feed.id).update(last_read_at=clock() - timedelta(seconds=unread_for_s))
        due(feed)
        poll_due_feeds()
    feed.refresh_from_db()
    return feed


@pytest.mark.parametrize(
    ("polls", "unread_for_s", "raised"), [(2, 3600, 0), (3, 890, 0), (3, 901, 1), (6, 3600, 1), (3, None, 1)]
)
def test_a_source_that_stays_unreadable_is_told_once(page, feed, polls, unread_for_s, raised):
    page.answers[SUMMARY] = LOGIN
    polled(feed, polls, unread_for_s=unread_for_s)
    assert notices("unreadable").count() == raised


def test_a_notice_has_the_reason_and_the_beginning_of_the_body(page, feed):
    page.answers[SUMMARY] = LOGIN
    polled(feed, 4)
    notice = notices("unreadable").get()
    assert (notice.ref, notice.title, notice.count) == (f"feed:{feed.id}", "Example cannot be read (statuspage_v2)", 2)
    assert "The body is HTML or XML where JSON was expected" in notice.reason
    assert "4 polls" in notice.reason
    assert (notice.sample, len(notice.sample)) == (LOGIN[:2048].decode(), 2048)


def test_a_server_that_does_not_answer_leaves_a_reason_without_a_sample(page, feed):
    page.answers[SUMMARY] = 503
    polled(feed, 3)
    assert (notices("unreadable").get().sample, "answered 503" in notices("unreadable").get().reason) == ("", True)


def test_a_notice_is_over_when_the_source_can_be_read(page, feed):
    page.answers[SUMMARY] = LOGIN
    polled(feed, 3)
    page.answers[SUMMARY] = summary()
    polled(feed)
    assert (notices("unreadable").count(), OperatorNotice.objects.count()) == (0, 1)


def test_our_own_networks_failure_is_one_notice(page, db):
    feeds = [make_feed(page) for _ in range(12)]
    page.answers = {}
    for _ in range(4):
        for one in feeds:
            due(one)
        poll_due_feeds()
    assert [(notice.kind, notice.ref) for notice in OperatorNotice.objects.all()] == [("network", "feeds")]
    page.answers = {SUMMARY: summary()}
    for one in feeds:
        due(one)
    poll_due_feeds()
    assert notices("network").count() == 0


def test_after_three_missed_polls_a_source_is_no_longer_fresh(page, feed):
    polled(feed)
    read_at = feed.last_read_at
    page.answers[SUMMARY] = LOGIN
    polled(feed, 3)
    heard = feeds_heard([feed.provider_id])[feed.provider_id][feed.id]
    assert (heard.at, Component.objects.get().state) == (read_at, State.OPERATIONAL)
    assert [heard.is_fresh(read_at + timedelta(seconds=s)) for s in (179, 180, 181)] == [True, True, False]


# --- D51: "not modified" for ever ---


def stuck(page):
    """Let the page change and say for ever that it did not."""
    page.is_stuck = True
    page.answers[SUMMARY] = summary("major_outage")


def believed_since(feed, age):
    FeedDocument.objects.filter(feed=feed).update(fetched_at=clock() - age)


def test_not_modified_is_believed_for_six_hours(page, feed):
    polled(feed)
    stuck(page)
    believed_since(feed, BELIEVED - timedelta(minutes=1))
    page.asked.clear()
    polled(feed)
    assert (Component.objects.get().state, page.paths().count(SUMMARY)) == (State.OPERATIONAL, 1)


def test_a_page_that_says_not_modified_for_ever_is_found_out_and_told(page, feed):
    polled(feed)
    stuck(page)
    believed_since(feed, BELIEVED)
    polled(feed)
    notice = notices("stuck").get()
    assert (Component.objects.get().state, notice.ref) == (State.MAJOR_OUTAGE, f"feed:{feed.id}/summary")
    assert '"major_outage"' in notice.sample
    page.asked.clear()
    page.answers[SUMMARY] = summary("partial_outage")
    polled(feed)
    assert [headers.get("If-None-Match") for path, headers in page.asked if path == SUMMARY] == [None]
    assert Component.objects.get().state == State.PARTIAL_OUTAGE


def test_a_page_that_was_found_out_is_asked_conditionally_after_a_day_and_checked_again(page, feed):
    polled(feed)
    stuck(page)
    believed_since(feed, BELIEVED)
    polled(feed)
    page.is_stuck = False
    FeedDocument.objects.update(distrusted_at=clock() - DISTRUST)
    believed_since(feed, BELIEVED)
    polled(feed)
    assert notices("stuck").count() == 0
    assert FeedDocument.objects.get(name="summary").distrusted_at is None


def test_a_page_that_was_not_modified_for_long_is_left_in_peace(page, feed):
    polled(feed)
    read_at = feed.last_read_at
    believed_since(feed, BELIEVED)
    page.asked.clear()
    polled(feed, 2)
    assert page.paths().count(SUMMARY) == 3  # as ever, once in full, as ever
    assert (OperatorNotice.objects.count(), feed.failures, feed.last_read_at > read_at) == (0, 0, True)
