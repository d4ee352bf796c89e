"""Polling, against a status page on this machine."""

import json
import logging
import threading
import time
from datetime import timedelta
from email.utils import formatdate
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, connections

from kit.clock import clock
from monitors import fetching
from monitors.catalogue import read
from monitors.core.states import State
from monitors.fetching import MOST_BYTES
from monitors.formats import formats
from monitors.models import Component, Coverage, Feed, FeedDocument, OfficialPost
from monitors.services import polling
from monitors.services.polling import document_url
from monitors.tasks.official import backfill_feeds, poll, poll_due_feeds
from tests.factories import FollowFactory, ScopeFactory
from tests.monitors.tasks.status_page import INCIDENTS, PAGE, PLANNED, SUMMARY, due, make_feed, summary


def test_a_due_feed_is_read_in_all_its_documents(page, feed):
    poll_due_feeds()
    feed.refresh_from_db()
    assert page.paths() == sorted([SUMMARY, INCIDENTS, PLANNED])
    assert all(headers["User-Agent"].startswith("StatusWire/") for _, headers in page.asked)
    assert (feed.failures, feed.error, feed.page_id, feed.time_zone) == (0, "", "abcdefghijkl", "Etc/UTC")
    assert feed.last_read_at is not None
    assert feed.next_poll_at >= feed.last_read_at + timedelta(seconds=feed.interval_s / 2)
    assert (Component.objects.get().state, Coverage.objects.get().ref) == (State.OPERATIONAL, f"feed:{feed.id}")


@pytest.mark.parametrize(
    ("format_", "url", "path", "expected"),
    [
        ("statuspage_v2", "https://a.example.com/api/v2/summary.json", INCIDENTS, "https://a.example.com/api/v2/incidents.json"),
        ("statuspage_v2", "https://a.example.com/status/api/v2/summary.json", INCIDENTS, "https://a.example.com/status/api/v2/incidents.json"),
        ("statuspage_v2", "https://a.example.com/", SUMMARY, "https://a.example.com/api/v2/summary.json"),
        ("incidentio", "https://a.example.com/api/v2/summary.json", INCIDENTS, "https://a.example.com/api/v2/incidents.json"),
        ("instatus", "https://a.example.com/summary.json", "/v2/components.json", "https://a.example.com/v2/components.json"),
        ("slack_v2", "https://a.example.com/api/v2.0.0/current", "", "https://a.example.com/api/v2.0.0/current"),
        ("of_old", "https://a.example.com/feed", "/more", "https://a.example.com/more"),
    ],
)  # fmt: skip
def test_a_document_is_asked_for_beside_the_feeds_own(format_, url, path, expected):
    assert polling.document_url(Feed(format=format_, url=url), path) == expected


def test_a_feed_that_is_not_due_is_left_alone(page, feed):
    Feed.objects.filter(id=feed.id).update(next_poll_at=clock() + timedelta(seconds=30))
    make_feed(page, is_enabled=False)
    poll_due_feeds()
    assert page.asked == []


def test_an_unchanged_feed_is_asked_conditionally_and_stays_fresh(page, feed):
    poll_due_feeds()
    read_at = due(feed).last_read_at
    page.asked.clear()
    poll_due_feeds()
    assert {path for path, _ in page.asked} >= {SUMMARY}
    assert all(headers.get("If-None-Match") for _, headers in page.asked)
    assert due(feed).last_read_at > read_at


def test_the_documents_that_tell_of_the_past_are_asked_for_at_every_fifth_poll(page, feed):
    poll_due_feeds()
    page.asked.clear()
    for _ in range(10):
        due(feed)
        poll_due_feeds()
    assert (page.paths().count(SUMMARY), page.paths().count(INCIDENTS), page.paths().count(PLANNED)) == (10, 2, 2)


def test_a_change_is_read_in_all_documents_at_once(page, feed):
    poll_due_feeds()
    due(feed)
    page.asked.clear()
    page.answers[SUMMARY] = summary("major_outage")
    poll_due_feeds()
    assert page.paths() == sorted([SUMMARY, INCIDENTS, PLANNED])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (500, "127.0.0.1 answered 500 for the document summary."),
        (401, "127.0.0.1 answered 401 for the document summary."),
        (b"<html>moved</html>", "The document summary cannot be read: The body is HTML or XML where JSON was expected: the page may have moved."),
        ({"page": PAGE}, "The document summary cannot be read: A Statuspage document has one of components, incidents, scheduled_maintenances, status; this one has none."),
    ],
)  # fmt: skip
def test_an_unreadable_feed_keeps_what_it_said(page, feed, answer, error):
    page.answers[SUMMARY] = summary("major_outage")
    poll_due_feeds()
    before = due(feed)
    page.answers[SUMMARY] = answer
    page.answers[INCIDENTS] = {"page": PAGE, "incidents": [{"id": "x", "name": "New", "status": "resolved"}]}
    poll_due_feeds()
    after = due(feed)
    assert (after.failures, after.error, after.last_read_at) == (1, error, before.last_read_at)
    assert (Component.objects.get().state, OfficialPost.objects.count()) == (State.MAJOR_OUTAGE, 0)
    page.answers[SUMMARY] = summary("major_outage")
    poll_due_feeds()
    # The incidents that came with the unreadable summary are read now: they did not count as known.
    assert (due(feed).failures, feed.error, OfficialPost.objects.count()) == (0, "", 1)


def test_a_document_that_is_not_required_may_fail(page, feed):
    page.answers[PLANNED] = 503
    poll_due_feeds()
    feed.refresh_from_db()
    failed = FeedDocument.objects.get(feed=feed, name="scheduled-maintenances")
    assert (feed.failures, failed.failures, failed.error) == (
        0, 1, "127.0.0.1 answered 503 for the document scheduled-maintenances.",
    )  # fmt: skip


def test_pauses_grow_with_failures_up_to_half_an_hour(page, feed):
    page.answers = {}
    pauses = []
    for _ in range(7):
        now = due(feed).next_poll_at
        poll_due_feeds()
        feed.refresh_from_db()
        pauses.append(round((feed.next_poll_at - feed.last_poll_at).total_seconds() / 60))
        assert now is not None
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(("value", "minutes"), [("600", 10), ("99999999", 60), ("nonsense", 1), ("-5", 1)])
def test_a_server_that_asks_for_a_pause_gets_one(page, feed, value, minutes):
    page.answers, page.headers = dict.fromkeys(page.answers, 429), {"Retry-After": value}
    poll_due_feeds()
    feed.refresh_from_db()
    assert round((feed.next_poll_at - feed.last_poll_at).total_seconds() / 60) == minutes


@pytest.mark.parametrize(("seconds", "minutes"), [(600, 10), (10**8, 60), (-600, 1)])
def test_a_server_may_ask_for_a_pause_by_date(page, feed, seconds, minutes):
    until = formatdate(time.time() + seconds, usegmt=True)  # by the machine's clock, as its Date is
    page.answers, page.headers = dict.fromkeys(page.answers, 503), {"Retry-After": until}
    poll_due_feeds()
    feed.refresh_from_db()
    assert round((feed.next_poll_at - feed.last_poll_at).total_seconds() / 60) == minutes


@pytest.mark.parametrize("interval_s", [60, 30])
def test_sources_are_spread_over_their_interval(page, db, interval_s):
    feeds = [make_feed(page, interval_s=interval_s) for _ in range(30)]
    poll_due_feeds()
    moments = sorted(Feed.objects.values_list("next_poll_at", flat=True))
    thirds = {int(moment.timestamp() % interval_s // (interval_s / 3)) for moment in moments}
    assert (len(feeds), len(set(moments)), thirds) == (30, 30, {0, 1, 2})


def test_no_source_is_asked_more_often_than_every_30_s(page, db):
    with pytest.raises(IntegrityError):
        make_feed(page, interval_s=29)


def test_a_host_has_two_requests_at_most_to_answer(page, db):
    page.pause_s = 0.02
    for _ in range(6):
        make_feed(page)
    poll_due_feeds()
    assert (len(page.asked), page.most_at_once) == (18, 2)


def test_one_fetch_serves_all_who_follow(page, feed):
    scope = ScopeFactory(provider=feed.provider, component=None)
    for _ in range(5):
        FollowFactory(scope=scope)
    poll_due_feeds()
    assert len(page.asked) == 3


def test_a_body_above_the_cap_is_not_read(page, feed):
    poll_due_feeds()
    due(feed)
    page.answers[SUMMARY] = b" " * (MOST_BYTES + 1) + json.dumps(summary("major_outage")).encode()
    poll_due_feeds()
    assert (due(feed).failures, "at most" in feed.error or "more than" in feed.error) == (1, True), feed.error
    assert Component.objects.get().state == State.OPERATIONAL


def test_a_body_that_drips_ends_at_the_deadline(page, feed, monkeypatch):
    monkeypatch.setattr(fetching, "DEADLINE_S", 0.4)
    page.drip_s = 0.05  # per byte: each read is in time, all of them are not
    began = time.monotonic()
    poll_due_feeds()
    feed.refresh_from_db()
    assert (feed.failures, feed.error) == (1, "127.0.0.1 did not answer in full within 0.4 s.")
    assert time.monotonic() - began < 5


def test_a_spell_of_failures_is_logged_once_for_all_feeds(page, db, caplog):
    feeds = [make_feed(page) for _ in range(7)]
    page.answers = {}
    with caplog.at_level(logging.INFO, "monitors"):
        for _ in range(3):
            for feed in feeds:
                due(feed)
            poll_due_feeds()
    warnings = [r.message for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert warnings[0].startswith("7 of 7 feeds became unreadable: feed ")
    assert warnings[0].endswith("; and 2 more")


def test_no_network_at_all_is_a_failure_like_another(feed, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    poll_due_feeds()
    feed.refresh_from_db()
    assert (feed.failures, feed.error) == (
        1, "127.0.0.1 is not a public address. Use a public URL, or set ALLOWED_PRIVATE_HOSTS.",
    )  # fmt: skip


def test_a_result_under_an_older_claim_is_dropped(page, feed):
    (old,) = polling.claim_due(now=clock())
    new = polling.claim_one(feed, now=clock())
    assert poll([old]) == []
    assert Component.objects.count() == 0
    assert [report.feed_id for report in poll([new])] == [feed.id]


def test_a_batch_that_died_is_due_again_after_its_lease(feed):
    now = clock()
    assert len(polling.claim_due(now=now)) == 1
    assert polling.claim_due(now=now + timedelta(seconds=polling.LEASE_S - 1)) == []
    assert len(polling.claim_due(now=now + timedelta(seconds=polling.LEASE_S))) == 1


def test_a_format_that_is_gone_is_said_and_breaks_nothing(page, feed):
    Feed.objects.filter(id=feed.id).update(format="of_old")
    poll_due_feeds()
    feed.refresh_from_db()
    assert (feed.failures, feed.error, page.asked) == (1, "StatusWire has no format of this name any more.", [])


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_stored_does_not_keep_others_from_being_read(page):
    """A trigger stands for a mistake of ours that one vendor's words bring out."""
    bad, good = make_feed(page), make_feed(page)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE monitors_component ADD CONSTRAINT odd CHECK (feed_id <> {bad.id})")
    try:
        poll_due_feeds()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE monitors_component DROP CONSTRAINT odd")
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.failures, bad.error) == (1, "We could not store what it says. The log has the details.")
    assert (bad.last_read_at, good.last_read_at is not None) == (None, True)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_read_each_feed_once(page):
    feeds = [make_feed(page) for _ in range(12)]
    barrier = threading.Barrier(8)

    def work():
        barrier.wait()
        try:
            poll_due_feeds()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.paths() == sorted([SUMMARY, INCIDENTS, PLANNED] * len(feeds))
    assert sorted(Feed.objects.values_list("fence", flat=True)) == [1] * len(feeds)
    assert Component.objects.count() == len(feeds)


HISTORY = {
    "page_status": {"page": {"name": "Example", "time_zone": "UTC"}},
    "months": [{"name": "September", "year": 2026, "incidents": [
        {"code": "old", "name": "API errors", "message": "Done.", "impact": "major", "timestamp": "Sep 2, 10:00 - 11:00 UTC"}]}],
}  # fmt: skip


def test_the_history_of_a_new_feed_is_asked_once(page, feed):
    page.answers["/history.json?page=1"] = HISTORY
    poll_due_feeds()
    page.asked.clear()
    for _ in range(2):
        backfill_feeds()
    assert page.paths() == ["/history.json?page=1", "/history.json?page=2"]
    post = OfficialPost.objects.get()
    assert (post.external_id, post.phase, Coverage.objects.get().began_at) == ("old", "resolved", post.began_at)


def test_a_history_is_not_asked_for_before_the_feed_can_be_read(page, feed):
    backfill_feeds()
    assert page.asked == []


def test_a_history_that_fails_is_asked_for_again(page, feed):
    page.answers |= {"/history.json?page=1": 500}
    poll_due_feeds()
    for expected in (1, 2):
        backfill_feeds()
        assert page.paths().count("/history.json?page=1") == expected
    assert not connection.needs_rollback


def test_a_page_without_a_history_is_asked_once(page, feed):
    poll_due_feeds()
    for _ in range(2):
        backfill_feeds()
    assert page.paths().count("/history.json?page=1") == 1


def test_documents_of_shipped_feeds_lie_below_their_page():
    """incidentio, Instatus, Slack and others have several documents, the feed's own address being one of them."""
    several = [e for e in read() if e.feed and e.format in formats() and len(formats()[e.format].documents) > 1]
    assert len(several) > 300
    for entry in several:
        feed = Feed(format=entry.format, url=entry.feed)
        for document in formats()[entry.format].documents[1:]:
            address = urlsplit(document_url(feed, document.path))
            assert address.netloc == urlsplit(entry.feed).netloc
            assert address.path == urlsplit(document.path).path, f"{entry.slug}: {address.geturl()}"
