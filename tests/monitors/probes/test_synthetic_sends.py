"""Messages at an owner's cost, against a stand-in for Twilio: when they are sent, what they cost, what they mean."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from kit.clock import Pace, clock, configure
from monitors.core.states import State
from monitors.models import Fate, Monitor, SyntheticPlan, SyntheticSend
from monitors.probes.base import Reason
from monitors.probes.synthetic import ON, PROBE
from monitors.services import checks, monitors, synthetic
from monitors.tasks.synthetic import send_synthetic
from tests.factories import MembershipFactory, OrganizationFactory, ScopeFactory
from tests.kit.servers import serving
from tests.monitors.probes.twilio import ACCOUNT, BEGAN, KEY, SECRET, twilio

pytestmark = pytest.mark.django_db
RAW = {
    "sends": ON, "sender": "+15005550006", "recipient": "+4915123456789", "text": "StatusWire test message",
    "user": KEY, "secret": SECRET, "within": "5m", "every": "1h", "price": "0.05", "monthly_cap": "0.12",
}  # fmt: skip


@pytest.fixture
def at():
    """Set the product's clock to so many minutes after the first message was due."""

    def set_to(minutes):
        now = datetime.now(BEGAN.tzinfo)
        configure(Pace(origin=now, start=BEGAN + timedelta(minutes=minutes), speed=1.0))

    set_to(0)
    yield set_to
    configure(None)


@pytest.fixture
def api(settings):
    with twilio() as stand_in:
        settings.ALLOWED_PRIVATE_HOSTS = [stand_in.place]
        yield stand_in


def make(api, **changed):
    options = PROBE.clean(RAW | changed)
    wanted = monitors.Settings("SMS to my phone", "synthetic", api.account, options, 60, 10, 1)
    return monitors.create(OrganizationFactory().id, ScopeFactory(), wanted, now=clock())


def said(monitor):
    result = checks.try_monitor(Monitor.objects.get(id=monitor.id), now=clock())
    return result.state, result.reason


def fates():
    return list(SyntheticSend.objects.order_by("at").values_list("fate", flat=True))


def test_a_message_is_good_when_it_was_delivered_and_no_sooner(api, at):
    monitor = make(api)
    assert said(monitor) == (State.UNKNOWN, Reason.NOT_KNOWN_YET)
    send_synthetic()
    assert api.messages == [
        {"To": "+4915123456789", "From": "+15005550006", "Body": "StatusWire test message", "ValidityPeriod": "300"}
    ]
    for status in ("queued", "sending", "sent"):
        api.status = status
        send_synthetic()
        assert (fates(), said(monitor)) == ([Fate.TAKEN], (State.UNKNOWN, Reason.NOT_KNOWN_YET))
    api.status = "delivered"
    send_synthetic()
    result = checks.try_monitor(monitor, now=clock())
    assert (result.state, result.reason, result.total_us) == (State.OPERATIONAL, Reason.OK, 4_000_000)
    assert result.summary == (
        "The message of 2026-03-01 12:00 UTC was delivered after 4 s. 0.05 of 0.12 are spent this month."
    )
    assert (len(api.messages), api.keys) == (1, {f"{KEY}:{SECRET}"})


@pytest.mark.parametrize(
    ("status", "error_code", "took_s", "minutes", "words"),
    [
        ("undelivered", 30008, 4, 1, "undelivered, error 30008"),
        ("failed", 30003, 4, 1, "failed, error 30003"),
        ("canceled", None, 4, 1, "canceled"),
        ("sent", None, 4, 6, "sent"),  # the carrier never said more
        ("queued", None, 4, 6, "queued"),
        ("delivered", None, 301, 6, "delivered after 301 s"),
    ],
)
def test_a_message_that_does_not_arrive_in_time_is_a_failure(api, at, status, error_code, took_s, minutes, words):
    monitor = make(api)
    send_synthetic()
    api.status, api.error_code, api.took_s = status, error_code, took_s
    at(minutes)
    send_synthetic()
    result = checks.try_monitor(monitor, now=clock())
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.NOT_DELIVERED)
    assert result.summary == f"The message of 2026-03-01 12:00 UTC was not delivered within 300 s: {words}."


def test_one_that_was_asked_for_too_late_is_still_judged_by_twilios_own_times(api, at):
    monitor = make(api)
    send_synthetic()
    api.status, api.took_s = "delivered", 299
    at(120)  # nobody asked for two hours
    send_synthetic()
    assert said(monitor) == (State.OPERATIONAL, Reason.OK)


@pytest.mark.parametrize(
    ("refusal", "words", "price"),
    [
        (
            (400, {"code": 21211, "message": "Invalid 'To' Phone Number"}),
            "400, error 21211: Invalid 'To' Phone Number",
            0,
        ),
        ((401, {"code": 20003, "message": f"Authenticate {SECRET}"}), "401, error 20003: Authenticate •••", 0),
        ((500, {"code": 20500}), "500, error 20500", Decimal("0.05")),  # it may have been sent
        ((200, {"sid": "no SID"}), "200", Decimal("0.05")),
    ],
)
def test_a_message_that_is_not_taken_is_a_failure_and_costs_nothing_if_that_is_sure(api, at, refusal, words, price):
    monitor = make(api)
    api.refusal = refusal
    send_synthetic()
    result = checks.try_monitor(monitor, now=clock())
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.SEND_REFUSED)
    assert result.summary == f"The message of 2026-03-01 12:00 UTC was not taken. The API answered {words}"
    assert SyntheticSend.objects.get().price == price


def test_an_api_that_cannot_be_reached_has_taken_nothing(at, settings):
    with serving(b"") as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]

        class Gone:
            account = f"http://{server.place}/2010-04-01/Accounts/{ACCOUNT}"

        monitor = make(Gone)
    send_synthetic()
    assert said(monitor) == (State.MAJOR_OUTAGE, Reason.SEND_REFUSED)
    assert SyntheticSend.objects.get().price == 0


def test_the_cap_is_kept_and_reaching_it_is_no_downtime(api, at):
    monitor = make(api)  # 0.12 pays for two messages of 0.05
    api.status = "delivered"
    for hour in range(5):
        at(hour * 60 + 0.1)
        send_synthetic()
        send_synthetic()
    assert (len(api.messages), fates()) == (2, [Fate.DELIVERED] * 2)
    result = checks.try_monitor(monitor, now=clock())
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.COST_CAP)
    assert result.summary == "No message was sent: 0.1 of 0.12 a month are spent, and one costs 0.05."
    at(31 * 24 * 60)  # the next month
    send_synthetic()
    send_synthetic()
    assert len(api.messages) == 3
    assert said(monitor) == (State.OPERATIONAL, Reason.OK)


def test_no_message_is_sent_sooner_than_agreed_whatever_is_changed_or_looked_at(api, at):
    monitor = make(api, every="15m")
    api.status = "delivered"
    for minute in range(15):
        at(minute + 0.1)
        send_synthetic()
        said(monitor)
        wanted = monitors.Settings("x", "synthetic", api.account, PROBE.clean(RAW | {"every": "15m"}), 60, 10, 1)
        monitors.change(monitor, monitor.scope, wanted, now=clock())
    assert len(api.messages) == 1
    at(15.2)
    send_synthetic()
    assert len(api.messages) == 2


def test_nothing_is_sent_before_the_owner_says_so_nor_while_paused(api, at):
    silent, paused = make(api, sends=""), make(api)
    monitors.pause(paused, now=clock())
    send_synthetic()
    assert (api.messages, fates()) == ([], [])
    assert said(silent) == (State.UNKNOWN, Reason.NOT_KNOWN_YET)


def test_trying_a_monitor_sends_nothing(api, at):
    result = checks.try_check("synthetic", api.account, PROBE.clean(RAW), 10)
    assert (result.state, result.reason, api.messages) == (State.UNKNOWN, Reason.NOT_KNOWN_YET, [])


def test_a_sender_that_dies_between_money_and_message_sends_none_twice(api, at):
    monitor = make(api)
    assert synthetic.reserve_next(now=clock()) is not None  # and here it dies
    at(5)
    send_synthetic()
    assert (api.messages, fates()) == ([], [Fate.RESERVED])
    at(11)
    send_synthetic()
    assert fates() == [Fate.LOST]
    assert said(monitor) == (State.UNKNOWN, Reason.NOT_KNOWN_YET)
    assert SyntheticSend.objects.get().price == Decimal("0.05")


def test_two_messages_of_one_monitor_are_never_under_way_at_once(api, at):
    monitor = make(api)
    SyntheticSend.objects.create(monitor=monitor, at=clock(), price=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SyntheticSend.objects.create(monitor=monitor, at=clock(), price=1)


@pytest.mark.django_db(transaction=True)
def test_eight_senders_at_once_keep_the_cap(api, at):
    for _ in range(3):
        make(api)
    now, threads = clock(), []

    def send():
        try:
            while synthetic.reserve_next(now=now):
                pass
        finally:
            connections.close_all()

    for _ in range(8):
        threads.append(threading.Thread(target=send))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert SyntheticSend.objects.count() == 3
    assert SyntheticPlan.objects.filter(next_send_at__gt=now).count() == 3


def test_the_account_may_not_lead_inside(api, at, settings):
    monitor = make(api)
    settings.ALLOWED_PRIVATE_HOSTS = []  # as if its name had moved since
    send_synthetic()
    assert (api.messages, fates()) == ([], [Fate.REFUSED])
    assert said(monitor) == (State.UNKNOWN, Reason.BLOCKED)


def test_the_monitors_page_shows_each_message_and_its_cost(api, at, client):
    monitor = make(api)
    client.force_login(MembershipFactory(organization=monitor.organization).user)
    address = reverse("monitor_detail", args=[monitor.organization.slug, monitor.id])
    send_synthetic()
    api.status, api.error_code = "undelivered", 30008
    send_synthetic()
    page = " ".join(client.get(address).content.decode().split())
    assert "0.05 of 0.12 are spent this month (UTC). The next goes out at" in page
    assert "Not delivered in time" in page
    assert "undelivered, error 30008" in page
    assert SECRET not in page
    Monitor.objects.update(options=monitor.options | {"monthly_cap": "0.05"})
    at(61)
    send_synthetic()
    assert "Nothing more is sent until the next, or until you raise the cap." in client.get(address).content.decode()
