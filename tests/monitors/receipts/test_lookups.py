"""Numbers are looked up at an organization's cost, after the hook has answered, once, and within the day's money."""

import json
import threading
from datetime import timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from kit.clock import clock
from kit.guarded_http import GuardedClient
from monitors.models import KnownNumber, NumberLookup, Receipt
from monitors.receipts.base import HookRequest
from monitors.receipts.twilio_lookup import Found, read
from monitors.services import lookups, receipts
from monitors.services.lookups import Asker, Wanted
from monitors.services.receiving import STORED, Delivery, Receiver
from tests.factories import CarrierFactory, MembershipFactory, ProviderFactory, ReceiptSourceFactory
from tests.http_server import Handler, HttpServer
from tests.monitors.receipts.senders import SENDERS, Item

USER = "SK" + "1f" * 16
DOCOMO, AMERICA, TELKOMSEL = "+818012345678", "+14155550123", "+628115566778"


def line(mcc, mnc):
    return {"phone_number": DOCOMO, "line_type_intelligence": {"mobile_country_code": mcc, "mobile_network_code": mnc}}


class Twilio:
    """Lookup v2 as far as it is used: one number has one answer."""

    def __init__(self):
        self.asked, self.status, self.answer = [], 200, line("440", "10")
        twilio = self

        class Lookup(Handler):
            def do_GET(self):
                twilio.asked.append((unquote(self.path), self.headers["Authorization"]))
                self.answer(twilio.status, json.dumps(twilio.answer).encode())

        self.server = HttpServer(Lookup)
        self.api, self.allowed = self.server.url, [self.server.place]

    def look_up(self, source, number=DOCOMO, now=None):
        wanted = Wanted(source.id, receipts.hash_of(source, number), number)
        client = GuardedClient(timeout_s=5, allowed=self.allowed)
        return lookups.look_up(wanted, client, api=self.api, now=now or clock())


@pytest.fixture
def twilio():
    running = Twilio()
    yield running
    running.server.close()


def source_of(kind="twilio"):
    source = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind=kind, token="t0")
    receipts.set_secrets(source, [SENDERS[0].secret])
    return source


def switch_on(source, *, price="0.008", cap="1"):
    lookups.set_terms(source, user=USER, secret="open sesame", price=Decimal(price), daily_cap=Decimal(cap))


def networks():
    return list(KnownNumber.objects.values_list("network", flat=True))


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (200, line("440", "10"), Found("44010", is_final=True)),
        (200, line("440", "1"), Found("44001", is_final=True)),
        (200, line("310", "260"), Found("310260", is_final=True)),
        (200, line(None, None), Found(is_final=True)),
        (200, {"line_type_intelligence": None}, Found(is_final=True)),
        (200, {"line_type_intelligence": {"error_code": 60601}}, Found(is_final=True)),
        (404, {"code": 20404}, Found(is_final=True)),
        (401, {"code": 20003}, Found(refused="Twilio refused the key (401).")),
        (403, {}, Found(refused="Twilio refused the key (403).")),
        (429, {}, Found()),
        (503, line("440", "10"), Found()),
        (200, [], Found(is_final=True)),
    ],
)
def test_what_an_answer_says(status, document, expected):
    assert read(status, json.dumps(document).encode()) == expected


@pytest.mark.django_db(transaction=True)
def test_the_receipts_after_a_lookup_are_placed_by_it_and_no_hook_waits(twilio, caplog):
    caplog.set_level(0)
    source = source_of()
    switch_on(source)
    twilio.answer = line("440", "50")  # the number was carried over to another network
    docomo = CarrierFactory(name="NTT DOCOMO", country="JP", mccmnc=["44010"])
    kddi = CarrierFactory(name="KDDI", country="JP", mccmnc=["44050"])
    receiver, answers = Receiver(Asker(twilio.api, twilio.allowed)), []
    for number in range(2):
        sent = SENDERS[0].make("/hooks/twilio/t0", clock(), Item(number, "sent", DOCOMO))
        headers = {name.lower(): value for name, value in sent.headers.items()}
        request = HookRequest(sent.url, sent.content_type, headers, sent.body)
        receiver.answer([Delivery("twilio", "t0", request, answers.append)])
        _until(lambda: KnownNumber.objects.exists())
    receiver.stop()
    placed = list(Receipt.objects.order_by("id").values_list("scope__carrier", flat=True))
    assert (answers, len(twilio.asked)) == ([STORED, STORED], 1)
    assert placed == [docomo.id, kddi.id]
    assert twilio.asked[0][0] == f"/v2/PhoneNumbers/{DOCOMO}?Fields=line_type_intelligence"
    with connection.cursor() as cursor:
        for table in ("receipt", "knownnumber", "numberlookup"):
            cursor.execute(f"SELECT monitors_{table}::text FROM monitors_{table}")
            assert DOCOMO[1:] not in str(cursor.fetchall())
    assert DOCOMO[1:] not in caplog.text
    assert "open sesame" not in repr(NumberLookup.objects.values())


def _until(done):
    deadline = threading.Event()
    for _ in range(500):
        if done():
            return
        deadline.wait(0.01)
    raise AssertionError("it never came")


@pytest.mark.django_db(transaction=True)
def test_what_breaks_one_lookup_breaks_no_other_and_shows_no_number(twilio, caplog):
    source = source_of()
    switch_on(source)
    asker = Asker(twilio.api, twilio.allowed)
    # A hash that the database does not take breaks the first; the second is what it always is.
    asker.ask(Wanted(source.id, "h" * 65, AMERICA))
    asker.ask(Wanted(source.id, "h", DOCOMO))
    _until(lambda: networks() == ["44010"])
    asker.stop()
    assert f"A number of source {source.id} was not looked up: DataError" in caplog.text
    assert AMERICA[1:] not in caplog.text


@pytest.mark.django_db
def test_a_days_money_is_never_exceeded_and_the_next_day_has_its_own(twilio):
    source, now = source_of(), clock().replace(hour=12)
    switch_on(source, price="0.4", cap="1")
    for n in range(5):
        assert twilio.look_up(source, f"+8180123456{n:02}", now)
    assert (len(twilio.asked), NumberLookup.objects.get().spent) == (2, Decimal("0.8"))
    twilio.look_up(source, DOCOMO, now + timedelta(days=1))
    assert (len(twilio.asked), NumberLookup.objects.get().spent) == (3, Decimal("0.4"))


@pytest.mark.django_db
def test_a_number_is_asked_for_once_until_it_is_old(twilio):
    source, now = source_of(), clock()
    switch_on(source)
    for _ in range(3):
        twilio.look_up(source, now=now)
    assert (len(twilio.asked), networks()) == (1, ["44010"])
    lookups.prune(now + timedelta(days=44))
    assert networks() == ["44010"]
    lookups.prune(now + timedelta(days=46))
    assert networks() == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", [429, 500])
def test_what_is_not_answered_is_not_remembered(twilio, status):
    source = source_of()
    switch_on(source)
    twilio.status = status
    assert twilio.look_up(source) is False
    assert (networks(), NumberLookup.objects.get().is_on) == ([], True)


@pytest.mark.django_db(transaction=True)
def test_after_a_question_without_an_answer_those_that_wait_cost_nothing(twilio):
    source = source_of()
    switch_on(source)
    twilio.status = 500
    asker = Asker(twilio.api, twilio.allowed)
    for n in range(5):
        asker.ask(Wanted(source.id, f"h{n}", f"+8180123456{n:02}"))
    _until(lambda: not asker._pending)
    asker.stop()
    assert (len(twilio.asked), NumberLookup.objects.get().spent) == (1, Decimal("0.008"))


@pytest.mark.django_db
def test_a_key_that_is_refused_is_used_no_more_and_the_page_says_so(twilio):
    source = source_of()
    switch_on(source)
    twilio.status = 401
    for _ in range(2):
        twilio.look_up(source)
    assert (len(twilio.asked), networks()) == (1, [])
    client = Client()
    client.force_login(MembershipFactory(organization=source.organization).user)
    page = client.get(reverse("receipts", args=[source.organization.slug])).content.decode()
    assert "Numbers are not looked up any more.</strong> Twilio refused the key (401)." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "on", "wanted"),
    [
        (DOCOMO, True, 1),  # by prefix its carrier is likely, no more
        (AMERICA, True, 1),
        (TELKOMSEL, True, 0),  # there numbers stay where they were
        ("12345", True, 0),
        ("person@example.org", True, 0),
        (DOCOMO, False, 0),
    ],
)
def test_only_what_nobody_knows_for_sure_is_wanted_and_only_where_it_is_on(number, on, wanted):
    source = source_of()
    switch_on(source)
    if not on:
        lookups.stop(source)
    reading = _reading(source, number)
    source.refresh_from_db()
    assert len(lookups.placed(source, reading)[1]) == wanted


@pytest.mark.django_db
def test_without_terms_nothing_is_wanted(django_assert_num_queries):
    source = source_of()
    reading = _reading(source, DOCOMO)
    with django_assert_num_queries(1):
        assert lookups.placed(source, reading) == (reading, [])
    with django_assert_num_queries(0):  # it is remembered with the source
        lookups.placed(source, reading)


def _reading(source, number):
    sent = SENDERS[0].make("/hooks/twilio/t0", clock(), Item(0, "sent", number))
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return receipts.read(source, HookRequest(sent.url, sent.content_type, headers, sent.body), now=clock())


TERMS = {"user": USER, "secret": "open sesame", "price": "0.008", "daily_cap": "2"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "kind", "changes", "status", "is_on"),
    [
        (Role.ADMIN, "twilio", {}, 302, [True]),
        (Role.MEMBER, "twilio", {}, 403, []),
        (Role.ADMIN, "vonage", {}, 404, []),  # names the network itself
        (Role.ADMIN, "twilio", {"user": "me"}, 400, []),
        (Role.ADMIN, "twilio", {"secret": ""}, 400, []),
        (Role.ADMIN, "twilio", {"price": "0"}, 400, []),
        (Role.ADMIN, "twilio", {"daily_cap": "-1"}, 400, []),
    ],
)
def test_admins_switch_it_on_with_a_key_a_price_and_a_cap(role, kind, changes, status, is_on):
    source = source_of(kind)
    client = Client()
    client.force_login(MembershipFactory(organization=source.organization, role=role).user)
    address = reverse("receipt_lookup", args=[source.organization.slug, source.id])
    assert client.post(address, {**TERMS, **changes}).status_code == status
    assert list(NumberLookup.objects.values_list("is_on", flat=True)) == is_on


@pytest.mark.django_db
def test_new_terms_keep_the_key_and_stopping_forgets_it():
    source = source_of()
    client = Client()
    client.force_login(MembershipFactory(organization=source.organization, role=Role.ADMIN).user)
    address = reverse("receipt_lookup", args=[source.organization.slug, source.id])
    client.post(address, TERMS)
    sealed = NumberLookup.objects.get().sealed_secret
    client.post(address, {**TERMS, "secret": "", "daily_cap": "5"})
    lookup = NumberLookup.objects.get()
    assert (lookup.sealed_secret, lookup.daily_cap) == (sealed, Decimal(5))
    page = client.get(reverse("receipts", args=[source.organization.slug])).content.decode()
    assert "On: 0 of 5 was set aside" in page
    assert 'name="price" value="0.008"' in page
    assert "open sesame" not in page
    client.post(address, {"stop": "yes"})
    assert NumberLookup.objects.values_list("is_on", "sealed_secret").get() == (False, "")
