"""The one sender, against real servers on this machine."""

import logging
import re
import threading
import time

import pytest
from django.conf import settings

from alerts import services
from alerts.deliver import deliver_all, deliver_one
from alerts.models import Attempt, Channel, Notification
from kit.clock import clock
from kit.guarded_http import GuardedClient
from tests.alerts.scenes import (
    NOW,
    SECRET,
    SIGNING,
    far_side,
    happen,
    make_channel,
    make_incident,
    make_route,
    route_all,
)
from tests.factories import NotificationFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return OrganizationFactory(name="Acme", slug="acme", time_zone="Asia/Tokyo")


@pytest.fixture
def side(settings):
    with far_side() as found:
        settings.ALLOWED_PRIVATE_HOSTS = [found.place]
        yield found


def send(channel: Channel, *, timeout_s: float = 5) -> Notification:
    """Send a test message to a channel at once, and return its notification."""
    row = NotificationFactory(channel=channel, transition="test", why="Ada pressed the button.")
    client = GuardedClient(timeout_s=timeout_s, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    deliver_one(services.claim_next(now=clock()), client, now=clock())
    return Notification.objects.get(id=row.id)


def test_an_incident_reaches_slack_and_mail_with_the_same_words(organization, side, mailoutbox):
    scope = ScopeFactory(component__provider__name="Twilio", component__name="SMS")
    for channel in (make_channel(organization, "slack", url=side.url), make_channel(organization)):
        make_route(scope, channel)
    happen(make_incident(organization, scope), "opened")
    route_all()
    client = GuardedClient(timeout_s=5, allowed=[side.place])
    while claimed := services.claim_next(now=NOW):
        deliver_one(claimed, client, now=NOW)
    assert set(Notification.objects.values_list("state", flat=True)) == {"delivered"}
    (mail,), (post,) = mailoutbox, side.bodies
    assert mail.subject == "[DEGRADED] Twilio: SMS"
    assert mail.body.startswith("Twilio: SMS is degraded since 08:30 JST. First seen by delivery receipts")
    assert post["text"] == f"{mail.subject}\n{mail.body.partition(chr(10))[0]}"
    assert mail.extra_headers["X-StatusWire-Incident"] == Notification.objects.first().incident.uid
    assert mail.alternatives[0].mimetype == "text/html"


@pytest.mark.parametrize(
    ("answer", "state", "word", "detail", "is_gone"),
    [
        ((200, "ok", {}), "delivered", "delivered", "", False),
        ((429, "slow down", {"Retry-After": "30"}), "queued", "retry", "Answered 429: slow down.", False),
        ((500, "", {}), "queued", "retry", "Answered 500.", False),
        ((404, "no_service", {}), "rejected", "rejected", "Answered 404: no_service.", True),
        ((410, "channel_is_archived", {}), "rejected", "rejected", "Answered 410: channel_is_archived.", True),
        ((400, "invalid_payload", {}), "rejected", "rejected", "Answered 400: invalid_payload.", False),
    ],
)
def test_what_slack_answers_is_what_the_log_says(organization, side, answer, state, word, detail, is_gone):
    side.answers = [answer]
    channel = make_channel(organization, "slack", url=side.url)
    row = send(channel)
    (attempt,) = Attempt.objects.all()
    channel.refresh_from_db()
    assert (row.state, attempt.outcome, attempt.detail) == (state, word, detail)
    assert (channel.disabled_at is not None) is is_gone


def test_a_hook_that_hangs_or_is_not_there_is_tried_again(organization, side):
    side.hold = threading.Event()
    hanging = make_channel(organization, "slack", url=side.url)
    row = send(hanging, timeout_s=0.3)
    attempt = row.tries.get()
    assert (row.state, attempt.outcome) == ("queued", "retry")
    assert re.fullmatch(r"127\.0\.0\.1 did not answer( in full)? within 0\.3 s\.", attempt.detail)


def test_a_hook_that_resolves_to_a_private_address_by_now_is_refused(organization, side, settings):
    channel = make_channel(organization, "slack", url=side.url)
    settings.ALLOWED_PRIVATE_HOSTS = []
    row = send(channel)
    assert row.state == "rejected"
    assert row.reason.startswith("127.0.0.1 is not a public address.")
    assert side.bodies == []


def test_a_signed_webhook_carries_its_key_at_every_attempt(organization, side):
    side.answers = [(500, "", {}), (204, "", {})]
    make = {"url": side.url, "secret": SIGNING}
    row = send(make_channel(organization, "webhook", **make))
    Notification.objects.update(next_attempt_at=NOW)
    Channel.objects.update(retry_at=None)
    client = GuardedClient(timeout_s=5, allowed=[side.place])
    deliver_one(services.claim_next(now=NOW), client, now=NOW)
    assert side.keys == [row.key, row.key]
    assert list(row.tries.order_by("id").values_list("outcome", flat=True)) == ["retry", "delivered"]


def test_no_secret_reaches_a_log_an_attempt_or_a_repr(organization, side, caplog, settings):
    caplog.set_level(logging.DEBUG)
    # A far side that echoes its own address, whole and in parts; one that is refused; one that breaks off.
    side.answers = [(400, f"no such hook: {side.url} {SECRET}", {}), (500, f"/services/{SECRET} failed", {})]
    channel = make_channel(organization, "slack", url=side.url)
    rows = [send(channel)]
    Channel.objects.update(retry_at=None)
    rows.append(send(channel))
    settings.ALLOWED_PRIVATE_HOSTS = []
    Channel.objects.update(retry_at=None)
    rows.append(send(channel))
    told = [str(value) for row in Notification.objects.values_list("reason", "why") for value in row]
    told += Attempt.objects.values_list("detail", flat=True)
    told += [channel.hint, channel.name, channel.sealed_config, repr(channel), *map(repr, rows), caplog.text]
    assert any("•••" in words for words in told)  # the echo was there, and is blackened
    assert [words for words in told if SECRET in words] == []


def test_settings_that_cannot_be_opened_wait_for_their_key(organization, settings):
    channel = make_channel(organization)
    settings.SECRET_KEYS = ["another key"]
    row = send(channel)
    assert (row.state, row.tries.get().outcome) == ("queued", "retry")


def test_a_backlog_becomes_one_summary(organization, mailoutbox):
    scope = ScopeFactory()
    make_route(scope, make_channel(organization))
    incident = make_incident(organization, scope)
    for kind in ("opened", "worse", "better", "resolved"):
        happen(incident, kind)
    route_all()
    deliver_until_none()  # NOW is long past, and so is the wait
    assert list(Notification.objects.order_by("id").values_list("state", flat=True)) == [
        "superseded", "superseded", "superseded", "delivered",
    ]  # fmt: skip
    assert [mail.subject.partition("]")[0] for mail in mailoutbox] == ["[UP"]


def test_the_end_of_what_never_arrived_is_no_news(organization, side, mailoutbox):
    side.answers = [(400, "invalid_payload", {})]
    scope = ScopeFactory()
    make_route(scope, make_channel(organization, "slack", url=side.url))
    incident = make_incident(organization, scope)
    happen(incident, "opened")
    route_all()
    deliver_until_none()
    happen(incident, "resolved")
    route_all()
    deliver_until_none()
    assert list(Notification.objects.order_by("id").values_list("state", flat=True)) == ["rejected", "superseded"]


def deliver_until_none() -> None:
    client = GuardedClient(timeout_s=5, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    while claimed := services.claim_next(now=clock()):
        deliver_one(claimed, client, now=clock())


@pytest.mark.django_db(transaction=True)
def test_eight_senders_send_two_hundred_once_each(organization, side):
    channels = [make_channel(organization, "webhook", url=side.url, secret=SIGNING) for _ in range(20)]
    rows = [NotificationFactory(channel=channel, transition="test") for channel in channels for _ in range(10)]
    sent = 0
    while Notification.objects.filter(state="queued").exists():
        sent += deliver_all(timeout_s=5)
    assert (sent, len(side.keys), set(side.keys)) == (200, 200, {row.key for row in rows})
    assert set(Notification.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.django_db(transaction=True)
def test_a_dead_slack_does_not_delay_mail(organization, side, mailoutbox):
    side.hold = threading.Event()
    slack = make_channel(organization, "slack", url=side.url)
    for _ in range(20):
        NotificationFactory(channel=slack, transition="test")
    for _ in range(20):
        NotificationFactory(channel=make_channel(organization), transition="test")
    round_ = threading.Thread(target=deliver_all, kwargs={"timeout_s": 8})
    began = time.monotonic()
    round_.start()
    while len(mailoutbox) < 20 and time.monotonic() - began < 8:
        time.sleep(0.02)
    took_s = time.monotonic() - began
    side.hold.set()
    round_.join()
    assert len(mailoutbox) == 20
    assert took_s < 6  # while Slack was still hanging
    assert len(side.bodies) >= 2


@pytest.mark.django_db(transaction=True)
def test_a_bug_in_one_message_stops_no_other(organization, mailoutbox, caplog):
    poison = NotificationFactory(channel=make_channel(organization), transition="test")
    Channel.objects.filter(id=poison.channel_id).update(
        sealed_config=services.channels._vault().seal('["not", "settings"]', f"channel:{poison.channel_id}")
    )
    good = NotificationFactory(channel=make_channel(organization), transition="test")
    assert deliver_all(senders=1) == 1
    assert set(Notification.objects.values_list("id", "state", "unanswered")) == {
        (poison.id, "queued", 1),
        (good.id, "delivered", 0),
    }
    assert f"notification {poison.id}: TypeError at" in caplog.text
