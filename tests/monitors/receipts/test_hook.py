"""Hostile and honest callbacks, named as in the list of incoming hooks (H1-H20)."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import AsyncRequestFactory, Client

from kit.clock import clock
from monitors.models import DeliveryCount, Message, Problem, Receipt, ReceiptProblem, ReceiptSource
from monitors.services import applying, receipts
from monitors.views.hooks import receipt_hook
from tests.factories import CarrierFactory, ProviderFactory, ReceiptSourceFactory
from tests.monitors.receipts.signing import FORM, SECRET, fields, post, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    row = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="twilio", token="t0")
    receipts.set_secrets(row, [SECRET])
    return row


def apply_all():
    while applying.apply_next(now=clock()):
        pass


def refused():
    return sum(ReceiptProblem.objects.filter(kind=Problem.SIGNATURE).values_list("number", flat=True))


@pytest.mark.parametrize(
    "signature", ["", "wrong", "ü", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="], ids=["H3", "H2", "odd", "H2b"]
)
def test_a_wrong_signature_gets_403_and_leaves_no_row(client, source, signature):
    answer = post(client, source.token, fields(), signature=signature.encode().decode("latin-1"))
    assert (answer.status_code, Receipt.objects.count(), refused()) == (403, 0, 1)
    assert answer.content == b"The signature is not right."


def test_h1_no_signature_gets_403(client, source):
    answer = client.post(f"/hooks/twilio/{source.token}", "MessageSid=SM1", content_type=FORM)
    assert (answer.status_code, Receipt.objects.count(), refused()) == (403, 0, 1)


def test_h4_the_secret_of_another_organization_is_wrong_here(client, source):
    other = ReceiptSourceFactory(provider=source.provider, kind="twilio", token="t1")
    receipts.set_secrets(other, ["another secret"])
    assert post(client, source.token, fields(), secret="another secret").status_code == 403


def test_h5_a_repeated_receipt_changes_nothing(client, source):
    for _ in range(3):
        assert post(client, source.token, fields()).status_code == 204
    apply_all()
    assert Receipt.objects.count() == 1
    row = DeliveryCount.objects.get()
    assert (row.started, row.delivered) == (1, 1)


@pytest.mark.parametrize(
    "order", [["sent", "delivered"], ["delivered", "sent"], ["queued", "delivered", "sent", "read"]]
)
def test_h7_receipts_count_the_same_in_any_order(client, source, order):
    for status in order:
        post(client, source.token, fields(status=status))
        apply_all()
    message = Message.objects.get()
    assert message.status == ("read" if "read" in order else "delivered")
    assert (DeliveryCount.objects.get().started, DeliveryCount.objects.get().delivered) == (1, 1)


def test_h8_a_failure_after_delivery_does_not_take_it_back(client, source):
    post(client, source.token, fields(status="delivered"))
    post(client, source.token, fields(status="failed", ErrorCode="30008"))
    apply_all()
    assert Message.objects.get().status == "delivered"
    row = DeliveryCount.objects.get()
    assert (row.delivered, row.ambiguous, row.outage) == (1, 0, 0)


def test_h10_a_body_over_1_mb_is_refused_before_it_is_read(client, source):
    answer = client.post(f"/hooks/twilio/{source.token}", "a" * 1_000_001, content_type=FORM)
    assert (answer.status_code, refused()) == (413, 0)


def test_h10_a_body_that_does_not_say_its_length_is_refused_too(source):
    request = AsyncRequestFactory().post("/hooks/twilio/t0", b"a=" + b"x" * 1_000_000, content_type=FORM)
    del request.META["CONTENT_LENGTH"]
    assert receipt_hook(request, "twilio", "t0").status_code == 413


def test_h11_ten_thousand_fields_are_refused(client, source):
    body = "&".join(f"f{n}=1" for n in range(10_000))
    assert client.post(f"/hooks/twilio/{source.token}", body, content_type=FORM).status_code == 400


@pytest.mark.parametrize(
    ("body", "kind"), [(b'{"MessageSid": 1}', "application/json"), (b"To=%ff%fe", FORM), (b"\xff\xfe=1", FORM)]
)
def test_h12_h13_what_is_no_form_in_utf_8_is_refused(client, source, body, kind):
    answer = client.post(f"/hooks/twilio/{source.token}", body, content_type=kind)
    assert (answer.status_code, Receipt.objects.count()) == (400, 0)


def test_h14_a_signed_form_that_contradicts_itself_is_refused(client, source):
    answer = post(client, source.token, fields() | {"MessageStatus": ["sent", "delivered"]})
    assert (answer.status_code, Receipt.objects.count()) == (400, 0)


def test_h15_the_public_address_is_what_counts_not_the_hosts_header(client, source, settings):
    settings.PUBLIC_URL = "https://statuswire.example"
    form = fields()
    path = f"/hooks/twilio/{source.token}?a=1"
    right = sign("https://statuswire.example" + path, form)
    answer = post(client, source.token, form, signature=right, query="?a=1", **{"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 204


def test_h18_other_methods_are_not_allowed_and_an_unknown_address_is_not_found(client, source):
    assert client.get(f"/hooks/twilio/{source.token}").status_code == 405
    assert client.put(f"/hooks/twilio/{source.token}").status_code == 405
    assert post(client, "nope", fields()).status_code == 404
    assert client.post(f"/hooks/sendgrid/{source.token}", "", content_type=FORM).status_code == 404


def test_h20_two_secrets_are_valid_during_a_rotation(client, source):
    receipts.set_secrets(source, ["the new one", SECRET])
    assert post(client, source.token, fields(), secret="the new one").status_code == 204
    assert post(client, source.token, fields(status="sent")).status_code == 204


def test_only_a_hash_of_the_number_is_kept_and_its_carrier(client, source, caplog):
    carrier = CarrierFactory(name="NTT DOCOMO", country="JP")
    post(client, source.token, fields(to="+818012345678"))
    apply_all()
    with connection.cursor() as cursor:
        for table in ("receipt", "message", "deliverycount", "receiptsource"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM monitors_{table} t")
            assert "8012345678" not in str(cursor.fetchall())
    assert "8012345678" not in caplog.text
    scope = Receipt.objects.get().scope
    assert (scope.country, scope.carrier, scope.component.service) == ("JP", carrier, "sms")


def test_the_senders_own_failures_are_counted_apart(client, source):
    for n, code in enumerate(["30008", "30410", "21610", "30003"]):
        form = fields(f"SM{n:032d}", "undelivered", ErrorCode=code)
        post(client, source.token, form)
    apply_all()
    row = DeliveryCount.objects.get()
    assert (row.started, row.delivered, row.outage, row.ambiguous, row.sender) == (4, 0, 1, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_h19_a_hook_does_not_wait_for_those_who_apply():
    source = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="twilio", token="t0")
    receipts.set_secrets(source, [SECRET])

    def send():
        try:
            return post(Client(), "t0", fields()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        ReceiptSource.objects.select_for_update(no_key=True).get(id=source.id)  # as apply_next does
        assert pool.submit(send).result(timeout=10) == 204
    applying.apply_next(now=clock())
    assert ReceiptSource.objects.get().last_receipt_at == Receipt.objects.get().at


@pytest.mark.django_db(transaction=True)
def test_eight_threads_post_and_count_nothing_twice_and_lose_nothing():
    source = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="twilio", token="t0")
    receipts.set_secrets(source, [SECRET])
    forms = [fields(f"SM{n % 40:032d}", status) for n in range(80) for status in ("sent", "delivered")]
    random.Random(7).shuffle(forms)

    def work(share):
        try:
            client = Client()
            for form in share:
                assert post(client, "t0", form).status_code == 204
                applying.apply_next(now=clock())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [forms[n::8] for n in range(8)]))
    apply_all()
    assert (Receipt.objects.count(), Message.objects.filter(status="delivered").count()) == (80, 40)
    rows = DeliveryCount.objects.all()
    assert (sum(row.started for row in rows), sum(row.delivered for row in rows)) == (40, 40)
