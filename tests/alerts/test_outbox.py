"""Leases and outcomes, on the database."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from alerts import queries, services
from alerts.channels.base import Delivered, Rejected, Retry
from alerts.core.pacing import MOST_UNANSWERED
from alerts.models import Attempt, Channel, Notification
from alerts.services import Superseded, claim_next, record_outcome
from tests.alerts.scenes import NOW, at, make_channel
from tests.factories import (
    ChannelFactory,
    IncidentEventFactory,
    IncidentFactory,
    NotificationFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db


def queued(channel=None, **fields):
    fields = {"created_at": NOW, "queued_at": NOW, "next_attempt_at": NOW} | fields
    return NotificationFactory(channel=channel or ChannelFactory(), **fields)


def claim(minutes: float = 0):
    claimed = claim_next(now=at(minutes))
    return claimed.notification_id if claimed else None


def fresh(row: Notification) -> Notification:
    return Notification.objects.get(id=row.id)


def test_a_claim_leases_for_two_minutes_and_counts_first():
    row = queued()
    claimed = claim_next(now=NOW)
    found = fresh(row)
    assert (claimed.notification_id, claimed.lease, claimed.channel_id) == (row.id, found.lease, row.channel_id)
    assert (found.attempts, found.unanswered, found.next_attempt_at) == (1, 1, NOW + timedelta(seconds=120))
    assert claim(1.9) is None
    assert claim(2) == row.id


def test_the_longest_due_goes_first_and_the_future_waits():
    later, first, future = queued(next_attempt_at=at(-1)), queued(next_attempt_at=at(-2)), queued(next_attempt_at=at(1))
    assert [claim(), claim(), claim(), claim(1)] == [first.id, later.id, None, future.id]


def test_one_incidents_messages_go_to_a_channel_in_order():
    channel, incident = ChannelFactory(), IncidentFactory()
    opened = queued(channel, incident=incident)
    resolved = queued(channel, incident=incident, transition="resolved")
    elsewhere = queued(incident=incident, transition="resolved")
    claimed = claim_next(now=NOW)
    assert claimed.notification_id == opened.id
    assert [claim(), claim()] == [elsewhere.id, None]
    record_outcome(claimed, Delivered(), now=NOW)
    assert claim() == resolved.id


def test_a_channel_has_two_senders_at_most():
    channel = ChannelFactory()
    for _ in range(3):
        queued(channel)
    other = queued()
    claimed = [claim_next(now=NOW) for _ in range(4)]
    assert [c.channel_id for c in claimed if c] == [channel.id, channel.id, other.channel_id]
    record_outcome(claimed[0], Delivered(), now=NOW)
    assert claim() is not None


@pytest.mark.parametrize(
    ("outcome", "state", "word"),
    [
        (Delivered("taken"), "delivered", "delivered"),
        (Rejected("taken"), "rejected", "rejected"),
        (Retry("taken"), "queued", "retry"),
        (Retry("taken", maybe_arrived=True), "queued", "unclear"),
    ],
)
def test_each_outcome_is_kept_as_an_attempt(outcome, state, word):
    row = queued()
    assert record_outcome(claim_next(now=NOW), outcome, now=at(1), took_ms=7)
    assert (fresh(row).state, fresh(row).lease, fresh(row).unanswered) == (state, "", 0)
    assert list(Attempt.objects.values_list("at", "outcome", "detail", "took_ms")) == [(at(1), word, "taken", 7)]


def test_what_is_overtaken_is_no_attempt():
    row = queued()
    record_outcome(claim_next(now=NOW), Superseded("It ended."), now=NOW)
    assert (fresh(row).state, fresh(row).reason, Attempt.objects.count()) == ("superseded", "It ended.", 0)


def test_a_sender_whose_lease_has_ended_decides_nothing():
    row = queued()
    slow = claim_next(now=NOW)
    fast = claim_next(now=at(2))
    assert record_outcome(slow, Rejected("too late"), now=at(2)) is False
    assert fresh(row).state == "queued"
    assert record_outcome(fast, Delivered(), now=at(2)) is True
    assert record_outcome(fast, Rejected("twice"), now=at(2)) is False
    assert fresh(row).state == "delivered"


def test_a_far_side_that_asks_for_time_gets_it_for_the_whole_channel():
    row = queued()
    other = queued(row.channel)
    record_outcome(claim_next(now=NOW), Retry("429", after_s=300), now=NOW)
    due = fresh(row).next_attempt_at
    assert at(5) <= due <= at(5 * 1.25)
    assert Channel.objects.get().retry_at == due
    assert claim(4.99) is None
    assert {claim(7), claim(7)} == {row.id, other.id}


def test_a_failing_channel_is_asked_ever_less_often_and_at_once_when_it_works():
    channel = ChannelFactory()
    rows = [queued(channel) for _ in range(3)]
    now, waits = NOW, []
    for _ in range(6):
        claimed = claim_next(now=now)
        record_outcome(claimed, Retry("500"), now=now)
        retry_at = Channel.objects.get().retry_at
        waits.append(round((retry_at - now).total_seconds()))
        now = max(retry_at, now)
    assert waits == sorted(waits)
    assert waits[-1] >= 160
    record_outcome(claim_next(now=now), Delivered(), now=now)
    assert (Channel.objects.get().failures, Channel.objects.get().retry_at) == (0, None)
    assert [bool(claim_next(now=now)), bool(claim_next(now=now))] == [True, True]
    assert len(rows) == 3


def test_it_is_given_up_after_a_day():
    row = queued(queued_at=at(-24 * 60))
    record_outcome(claim_next(now=NOW), Retry("Answered 500."), now=NOW)
    assert (fresh(row).state, fresh(row).reason) == ("expired", "Given up after 24 hours. Answered 500.")


def test_what_may_have_arrived_is_repeated_once_and_no_more():
    row = queued()
    record_outcome(claim_next(now=NOW), Retry("broke off", maybe_arrived=True), now=NOW)
    assert fresh(row).state == "queued"
    record_outcome(claim_next(now=at(1)), Retry("broke off", maybe_arrived=True), now=at(1))
    assert fresh(row).state == "rejected"


def test_a_message_that_kills_its_senders_is_given_up():
    row = queued()
    other = queued(next_attempt_at=at(60))
    for n in range(MOST_UNANSWERED):
        assert claim(2 * n) == row.id
    assert claim(2 * MOST_UNANSWERED) is None
    assert (fresh(row).state, fresh(row).reason) == ("rejected", "It kept failing before an outcome was known.")
    assert claim(60) == other.id


def test_a_channel_that_is_gone_is_switched_off_and_the_others_are_told():
    organization = OrganizationFactory()
    slack, mail = ChannelFactory(organization=organization, kind="slack", name="#ops"), make_channel(organization)
    stranger = make_channel(OrganizationFactory())
    sent, waiting = queued(slack), queued(slack)
    record_outcome(claim_next(now=NOW), Rejected("Answered 404: no_service.", channel_gone=True), now=at(1))
    slack.refresh_from_db()
    assert (slack.disabled_at, slack.disabled_reason) == (at(1), "Answered 404: no_service.")
    assert (fresh(sent).state, fresh(waiting).state) == ("rejected", "rejected")
    notice = Notification.objects.get(transition="gone")
    assert (notice.channel, notice.why) == (mail, "The channel #ops is switched off: Answered 404: no_service.")
    assert not stranger.notifications.exists()


def test_a_resend_starts_anew_under_the_same_key():
    row = queued(queued_at=at(-24 * 60))
    assert services.resend(row, now=NOW) is False
    record_outcome(claim_next(now=NOW), Retry("500"), now=NOW)
    assert services.resend(row, now=at(1)) is True
    found = fresh(row)
    assert (found.state, found.key, found.queued_at, found.finished_at, found.reason) == (
        "queued",
        row.key,
        at(1),
        None,
        "",
    )
    assert claim(1) == row.id


def test_a_test_goes_at_once_although_the_channel_rests():
    channel = ChannelFactory(retry_at=at(60), failures=5)
    row = services.send_test(channel, asked_by="ada@example.com", now=NOW)
    assert (row.transition, row.why, claim()) == ("test", "ada@example.com pressed the test button.", row.id)


def test_a_channel_may_be_deleted_in_mid_send():
    row = queued()
    claimed = claim_next(now=NOW)
    services.delete_channel(row.channel)
    assert record_outcome(claimed, Delivered(), now=NOW) is False


def test_the_age_of_the_outboxes_counts_what_waits_for_us():
    assert queries.oldest_waiting(NOW) == (None, None)
    queued(ChannelFactory(retry_at=at(5)), next_attempt_at=at(-9))  # rests
    queued(next_attempt_at=at(9))
    queued(next_attempt_at=at(-3))
    IncidentEventFactory(at=at(-4))
    assert queries.oldest_waiting(NOW) == (at(-4), at(-3))


@pytest.mark.django_db(transaction=True)
def test_eight_threads_claim_two_hundred_notifications_once_each():
    channels = [ChannelFactory() for _ in range(20)]
    rows = [queued(channel) for channel in channels for _ in range(10)]
    seen, lock = [], threading.Lock()

    def sender() -> None:
        # A dead end while others hold a channel's two leases is no end: try until all are done.
        while Notification.objects.filter(state="queued").exists():
            while claimed := claim_next(now=NOW):
                with lock:
                    seen.append(claimed.notification_id)
                assert record_outcome(claimed, Delivered(), now=NOW)
        connection.close()

    threads = [threading.Thread(target=sender) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [row.id for row in rows]
    assert set(Notification.objects.values_list("state", "attempts")) == {("delivered", 1)}
