"""What must hold of every kind of receipts; the cases H1 to H20 are those of the list of hostile requests to hooks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from kit.clock import clock
from monitors.models import DeliveryCount, Message, Problem, Receipt, ReceiptProblem
from monitors.receipts import receipt_kinds
from monitors.services import applying, receipts
from tests.factories import ProviderFactory, ReceiptSourceFactory
from tests.monitors.receipts.senders import SENDERS, TO, Item

pytestmark = pytest.mark.django_db
every_kind = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name or sender.kind)
BATCHES = [sender for sender in SENDERS if sender.is_batch]


def path_of(sender, token="t0"):
    return f"/hooks/{sender.kind}/{token}"


def source_of(sender, *secrets, token="t0", provider=None):
    provider = provider or ProviderFactory(category="comms")
    source = ReceiptSourceFactory(provider=provider, kind=sender.kind, token=token)
    receipts.set_secrets(source, [sender.public(secret) for secret in secrets or [sender.secret]])
    return source


def send(sent, client=None):
    """Post a request as it was made; returns the status, and that nothing is said of why."""
    answer = (client or Client()).generic(
        sent.method, sent.path, sent.body, content_type=sent.content_type, headers=sent.headers
    )
    return answer.status_code


def apply_all():
    while applying.apply_next(now=clock()):
        pass


def stored():
    return Receipt.objects.count()


def problems(kind):
    return sum(ReceiptProblem.objects.filter(kind=kind).values_list("number", flat=True))


def test_every_kind_has_a_sender():
    assert {sender.kind for sender in SENDERS} == set(receipt_kinds())


@every_kind
def test_a_signed_receipt_is_stored_and_counted(sender):
    source_of(sender)
    assert (send(sender.make(path_of(sender), clock())), stored()) == (204, 1)
    apply_all()
    row = DeliveryCount.objects.get()
    assert (row.started, row.delivered, Message.objects.get().status) == (1, 1, "delivered")


@every_kind
@pytest.mark.parametrize(
    "value", [None, "", "wrong", "é", "a.b.c", "AAAA" * 30], ids=["H1", "H3", "H2", "odd", "jwt", "long"]
)
def test_what_is_not_signed_gets_403_and_no_row(sender, value):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    headers = {k: v for k, v in sent.headers.items() if k not in sender.headers}
    if value is not None:
        headers |= {name: value.encode().decode("latin-1") for name in sender.headers}
    spoiled = replace(sent, headers=headers)
    if not sender.headers:  # the signature is a field of the body
        spoiled = sender.unsigned(sent, value)
    assert (send(spoiled), stored(), problems(Problem.SIGNATURE)) == (403, 0, 1)


@every_kind
def test_h4_the_secret_of_another_organization_is_wrong_here(sender):
    source = source_of(sender)
    source_of(sender, sender.other_secret, token="t1", provider=source.provider)
    assert send(sender.make(path_of(sender), clock(), secret=sender.other_secret)) == 403
    assert send(sender.make(path_of(sender, "t1"), clock(), secret=sender.other_secret)) == 204
    assert stored() == 1


@every_kind
def test_a_source_without_a_secret_refuses_everything(sender):
    source = source_of(sender)
    receipts.set_secrets(source, [])
    assert (send(sender.make(path_of(sender), clock())), stored()) == (403, 0)


@every_kind
def test_h5_what_is_replayed_changes_nothing(sender):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    for _ in range(3):
        assert send(sent) == 204
        apply_all()
    assert (stored(), DeliveryCount.objects.get().delivered) == (1, 1)


@every_kind
@pytest.mark.parametrize("minutes", [-11, 11], ids=["old", "from the future"])
def test_h6_a_signed_time_far_from_now_gets_403(sender, minutes):
    source_of(sender)
    sent = sender.make(path_of(sender), clock() + timedelta(minutes=minutes))
    assert send(sent) == (403 if sender.is_timed else 204)


@every_kind
@pytest.mark.parametrize("order", [["sent", "delivered"], ["delivered", "sent"]], ids=["in order", "H7"])
def test_receipts_count_the_same_in_any_order(sender, order):
    source_of(sender)
    for status in order:
        assert send(sender.make(path_of(sender), clock(), Item(status=status))) == 204
        apply_all()
    row = DeliveryCount.objects.get()
    assert (row.started, row.delivered, Message.objects.get().status) == (1, 1, "delivered")


@every_kind
def test_h8_a_failure_after_delivery_does_not_take_it_back(sender):
    source_of(sender)
    for status in ("delivered", "undelivered"):
        send(sender.make(path_of(sender), clock(), Item(status=status)))
    apply_all()
    row = DeliveryCount.objects.get()
    assert (row.delivered, row.outage + row.ambiguous + row.sender, Message.objects.get().status) == (1, 0, "delivered")


@every_kind
def test_h9_a_message_that_nobody_announced_is_counted_as_any(sender):
    source_of(sender)
    assert send(sender.make(path_of(sender), clock(), Item(9, "undelivered"))) == 204
    apply_all()
    row = DeliveryCount.objects.get()
    assert (row.started, row.delivered, row.outage + row.ambiguous + row.sender) == (1, 0, 1)


@every_kind
def test_h9_a_word_that_nobody_told_us_is_counted_and_stores_nothing(sender):
    source_of(sender)
    sent = sender.write(path_of(sender), [Item()])
    word = sender.words["delivered"].encode()
    spoiled = replace(
        sent, body=sent.body.replace(word, b"exploded"), path=sent.path.replace(word.decode(), "exploded")
    )
    assert send(sender.sign(spoiled, sender.secret, clock())) == 204
    assert (stored(), list(ReceiptProblem.objects.values_list("kind", "word", "number"))) == (
        0,
        [("word", "exploded", 1)],
    )


@every_kind
def test_h10_more_than_1_mb_gets_413(sender):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    assert (send(replace(sent, method="POST", body=b"a" * 1_000_001)), stored()) == (413, 0)


@every_kind
def test_h11_ten_thousand_fields_are_refused(sender):
    source_of(sender)
    sent = sender.write(path_of(sender), [Item()])
    body = b"&".join(b"f%d=1" % n for n in range(10_000))
    if sent.content_type == "application/json":
        body = b"{" + b",".join(b'"f%d":1' % n for n in range(10_000)) + b"}"
    answer = send(sender.sign(replace(sent, body=body, method="POST"), sender.secret, clock()))
    assert (answer in (400, 403), stored()) == (True, 0)


BAD_BODIES = [
    b"", b"null", b"[]", b"{}", b"[[]]", b"[null]", b'"a"', b"\xff\xfe", b"\x00", b'{"a": "\x00"}', b"=&=&", b"NaN", b"[" * 100_000,
    b'{"a":' * 100_000, b"%ff%fe=1", b"\xef\xbb\xbf{}", b'{"a": 1e999}', b'[{"data": []}]', b'[{"type": 7}]', b'{"type": null}',
]  # fmt: skip
BAD_TYPES = ["text/plain", "multipart/form-data; boundary=x", "text/html", "", "a" * 300]


@every_kind
def test_h13_a_signed_body_that_says_nothing_stores_nothing(sender):
    source_of(sender)
    sent = sender.write(path_of(sender), [Item()])
    for body in BAD_BODIES:
        bad = replace(sent, body=body, method="POST", path=path_of(sender))
        assert (body[:20], send(sender.sign(bad, sender.secret, clock())) in (204, 400, 403)) == (body[:20], True)
    assert stored() == 0


@every_kind
def test_h12_another_content_type_stores_nothing(sender):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    answers = {kind: send(replace(sent, content_type=kind)) for kind in BAD_TYPES if sent.method == "POST"}
    assert (set(answers.values()) <= {400, 403}, stored()) == (True, 0)


@every_kind
def test_every_missing_field_is_refused_and_stores_nothing_or_is_not_needed(sender):
    source_of(sender)
    for without in sender.without(path_of(sender)):
        answer = send(sender.sign(without, sender.secret, clock()))
        assert answer in (204, 400, 403)
    assert stored() <= 2  # the same message, however little was said of it; and it to nobody


@every_kind
def test_odd_texts_in_every_field_never_break_anything(sender):
    source_of(sender)
    for odd in ("\0", "\ud800", "a" * 5000, "<٣>\u202e"):
        for spoiled in sender.spoiled(path_of(sender), odd):
            assert send(sender.sign(spoiled, sender.secret, clock())) in (204, 400, 403)
    apply_all()


@every_kind
def test_h15_the_public_address_counts_and_not_the_hosts_header(sender, settings):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    forged = {**sent.headers, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert send(replace(sent, headers=forged)) == 204


@pytest.mark.parametrize("sender", BATCHES, ids=lambda sender: sender.name or sender.kind)
def test_h16_one_bad_item_of_a_thousand_does_not_spoil_the_others(sender):
    source_of(sender)
    sent = sender.write(path_of(sender), [Item(n) for n in range(1000)])
    spoiled = replace(sent, body=sent.body.replace(b"[", b"[null, ", 1))
    assert (send(sender.sign(spoiled, sender.secret, clock())), stored()) == (204, 1000)
    assert problems(Problem.ITEM) == 1


@every_kind
def test_h17_the_raw_body_is_what_is_signed(sender):
    source_of(sender)
    sent = sender.make(path_of(sender), clock())
    if sent.method == "GET":
        tampered = replace(sent, path=sent.path + "&x=1")
    elif sender.signed_field:  # its fields are signed, not its bytes
        tampered = replace(sent, body=sent.body.replace(b"44010", b"44020"))
    else:
        tampered = replace(sent, body=sent.body[:-1] + b" " + sent.body[-1:])
    assert (send(tampered), stored()) == (403, 0)


@every_kind
def test_h18_other_methods_are_not_allowed(sender):
    source_of(sender)
    allowed = receipt_kinds()[sender.kind].methods
    client = Client()
    answers = {m: client.generic(m, path_of(sender)).status_code for m in ("GET", "PUT", "PATCH", "DELETE", "HEAD")}
    assert answers == {m: 403 if m in allowed else 405 for m in answers}


@every_kind
def test_h20_two_secrets_are_valid_during_a_rotation_and_the_old_one_not_after_it(sender):
    source = source_of(sender, sender.other_secret, sender.secret)
    assert send(sender.make(path_of(sender), clock(), Item(1))) == 204
    assert send(sender.make(path_of(sender), clock(), Item(2), secret=sender.other_secret)) == 204
    receipts.set_secrets(source, [sender.public(sender.other_secret)])
    assert send(sender.make(path_of(sender), clock(), Item(3))) == 403
    assert send(sender.make(path_of(sender), clock(), Item(3), secret=sender.other_secret)) == 204
    assert stored() == 3


@every_kind
def test_no_number_and_no_address_is_kept(sender, caplog):
    source_of(sender)
    to = "someone@example.com" if sender.kind == "sendgrid" else TO
    send(sender.make(path_of(sender), clock(), Item(to=to)))
    send(sender.make(path_of(sender), clock(), secret=sender.other_secret))
    apply_all()
    with connection.cursor() as cursor:
        for table in ("receipt", "message", "deliverycount", "receiptsource", "receiptproblem", "pushedminute"):
            cursor.execute(f"SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM monitors_{table} t")
            text = cursor.fetchone()[0] + caplog.text
            assert to.lstrip("+") not in text
