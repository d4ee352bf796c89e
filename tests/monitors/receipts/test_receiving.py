"""The hooks as they are served: what Django's view answers, the application in front of it answers too."""

import asyncio
from dataclasses import replace

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.test import Client

from config.asgi import application
from kit.clock import clock
from monitors.models import Problem, Receipt, ReceiptProblem, ReceiptSource
from monitors.services import receipts
from monitors.services.receiving import LATER, MOST_WAITING, Delivery, Receiver
from monitors.views.receiving import Hooks
from tests.factories import ProviderFactory, ReceiptSourceFactory
from tests.monitors.receipts.senders import FORM, SENDERS, Item, Sent
from tests.monitors.receipts.test_every_kind import path_of

pytestmark = pytest.mark.django_db(transaction=True)
TWILIO = SENDERS[0]
FEW = [sender for sender in SENDERS if sender.kind in ("sendgrid", "messagebird") and not sender.name]


def scope_of(sent):
    path, _, query = sent.path.partition("?")
    given = {
        "host": "127.0.0.1:8000",
        "content-type": sent.content_type,
        "content-length": str(len(sent.body)),
        **sent.headers,
    }
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items() if value]
    return {
        "type": "http", "method": sent.method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": headers, "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    }  # fmt: skip


async def serve(sent, *chunks, without_length=False, by=application):
    scope = scope_of(sent)
    if without_length:
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
    answering = ApplicationCommunicator(by, scope)
    parts = chunks or (sent.body,)
    for number, chunk in enumerate(parts):
        await answering.send_input({"type": "http.request", "body": chunk, "more_body": number < len(parts) - 1})
    start = await answering.receive_output(30)
    body = await answering.receive_output(30)
    await answering.wait(30)
    return start["status"], body.get("body", b"")


def served(sent, *chunks, **options):
    return asyncio.run(serve(sent, *chunks, **options))


def viewed(sent):
    answer = Client().generic(sent.method, sent.path, sent.body, content_type=sent.content_type, headers=sent.headers)
    return answer.status_code, answer.content


@pytest.fixture(autouse=True)
def _stopped():
    yield
    application.application_mapping["http"].stop()


@pytest.fixture
def source():
    row = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="twilio", token="t0")
    receipts.set_secrets(row, [TWILIO.secret])
    return row


@pytest.mark.parametrize("sender", FEW, ids=lambda sender: sender.kind)
def test_a_signed_batch_or_query_is_stored_and_a_forged_one_is_not(sender):
    row = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind=sender.kind, token="t0")
    receipts.set_secrets(row, [sender.public(sender.secret)])
    assert served(sender.make(path_of(sender), clock(), secret=sender.other_secret)) == (
        403,
        b"The signature is not right.",
    )
    assert served(sender.make(path_of(sender), clock())) == (204, b"")
    assert (Receipt.objects.count(), ReceiptProblem.objects.get().number) == (1, 1)


def test_both_answer_the_same(source):
    good = TWILIO.make("/hooks/twilio/t0", clock())
    cases = [
        good, replace(good, path="/hooks/twilio/t0?a=1"), replace(good, path="/hooks/twilio/nope"), replace(good, body=b"a" * 1_000_001),
        replace(good, path="/hooks/pigeon/t0"), replace(good, path="/hooks/sendgrid/t0"), replace(good, headers={}),
        replace(good, content_type="text/plain"), replace(good, body=b"\xff=1"),
        TWILIO.sign(Sent("/hooks/twilio/t0", b"MessageSid=x", FORM), TWILIO.secret, clock()),
    ]  # fmt: skip
    for sent in cases:
        (status, said), (expected, text) = served(sent), viewed(sent)
        assert (sent.path, status) == (sent.path, expected)
        assert said == text or expected == 404
    assert {method: served(replace(good, method=method))[0] for method in ("GET", "PUT", "HEAD")} == dict.fromkeys(
        ("GET", "PUT", "HEAD"), 405
    )


def test_h10_a_body_in_pieces_is_put_together_and_one_that_is_too_large_refused_on_the_way(source):
    sent = TWILIO.make("/hooks/twilio/t0", clock())
    assert served(sent, sent.body[:7], sent.body[7:], without_length=True)[0] == 204
    assert served(sent, b"a" * 600_000, b"a" * 600_000, without_length=True)[0] == 413


def test_h19_many_at_once_are_each_stored_and_answered(source):
    async def all_at_once():
        forms = [
            TWILIO.make("/hooks/twilio/t0", clock(), Item(n % 300, status))
            for n in range(300)
            for status in ("sent", "delivered")
        ]
        return await asyncio.gather(*(serve(sent) for sent in forms))

    answers = asyncio.run(all_at_once())
    assert ({status for status, _ in answers}, Receipt.objects.count()) == ({204}, 600)


def test_what_cannot_be_stored_is_asked_for_again_and_then_taken(source):
    sent = TWILIO.make("/hooks/twilio/t0", clock())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE monitors_receipt RENAME TO away")
        assert served(sent)[0] == 503
        cursor.execute("ALTER TABLE away RENAME TO monitors_receipt")
    assert (served(sent)[0], Receipt.objects.count()) == (204, 1)


def test_one_request_that_the_database_does_not_take_does_not_spoil_the_batch(source):
    """Two sources, one of which is deleted between being remembered and being written to."""
    gone = ReceiptSourceFactory(provider=source.provider, kind="twilio", token="t1")
    receipts.set_secrets(gone, [TWILIO.secret])
    receiver, answers = Receiver(), {}

    def delivery(token):
        sent = TWILIO.make(f"/hooks/twilio/{token}", clock())
        headers = {name.lower(): value for name, value in sent.headers.items()}
        request = receipts.HookRequest(sent.url, sent.content_type, headers, sent.body)
        return Delivery("twilio", token, request, lambda answer: answers.__setitem__(token, answer.status))

    receiver.answer([delivery("t0"), delivery("t1")])
    assert answers == {"t0": 204, "t1": 204}
    Receipt.objects.all().delete()
    ReceiptSource.objects.get(token="t1").delete()
    receiver.answer([delivery("t0"), delivery("t1")])
    assert (answers, Receipt.objects.count()) == ({"t0": 204, "t1": 503}, 1)


def test_more_than_can_wait_are_asked_to_come_again():
    receiver, answers = Receiver(), []
    for _ in range(MOST_WAITING + 3):  # nobody works yet
        receiver.take(Delivery("twilio", "t0", None, answers.append))
    assert answers == [LATER] * 3


def test_a_new_secret_is_valid_within_seconds_and_an_unknown_word_is_counted(source):
    assert served(TWILIO.make("/hooks/twilio/t0", clock(), Item(status="exploded")))[0] == 204
    assert ReceiptProblem.objects.get(kind=Problem.WORD).word == "exploded"


def test_more_bytes_than_may_be_held_are_asked_to_come_again_and_given_back(source):
    hooks = Hooks(None, most_held=1000)
    sent = TWILIO.make("/hooks/twilio/t0", clock())
    assert served(sent, b"a" * 900, b"a" * 200, without_length=True, by=hooks)[0] == 503
    assert (served(sent, by=hooks)[0], hooks.held) == (204, 0)
    hooks.stop()


def test_a_sender_that_goes_away_is_not_counted_as_a_forger(source):
    async def go_away():
        answering = ApplicationCommunicator(application, scope_of(TWILIO.make("/hooks/twilio/t0", clock())))
        await answering.send_input({"type": "http.request", "body": b"To=", "more_body": True})
        await answering.send_input({"type": "http.disconnect"})
        return (await answering.receive_output(30))["status"]

    assert (asyncio.run(go_away()), ReceiptProblem.objects.count()) == (400, 0)


def test_every_other_page_is_djangos():
    async def django(scope, receive, send):
        asked.append(scope["path"])

    asked = []
    for path in ("/", "/hooks/twilio", "/hooks/twilio/t0/more", "/ping/hooks/a"):
        asyncio.run(Hooks(django)({"path": path}, None, None))
    assert asked == ["/", "/hooks/twilio", "/hooks/twilio/t0/more", "/ping/hooks/a"]
