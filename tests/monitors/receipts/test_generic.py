"""Our own format: receipts, and counts per minute that a later push replaces."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Organization
from accounts.services import share_counts
from kit.clock import clock
from monitors.core.pushed import Ended, Weighed
from monitors.models import DeliveryCount, DeliveryFailure, DeliveryHour, PushedMinute, Receipt, ReceiptSource, Scope
from monitors.queries import evidence
from monitors.receipts.base import Fault, HookRequest, UnreadableReceipt
from monitors.receipts.generic import RECEIPTS
from monitors.services import applying, receipts
from tests.factories import CarrierFactory, ProviderFactory, ReceiptSourceFactory
from tests.monitors.receipts.senders import JSON, Sent, sign_own

pytestmark = pytest.mark.django_db
SECRET = "a secret that is as long as one has to be"
SUMS = ("started", "prompt", "delivered", "outage", "ambiguous", "sender", "seconds")


@pytest.fixture
def source():
    row = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="generic", token="t0")
    receipts.set_secrets(row, [SECRET])
    return row


@pytest.fixture
def minute():
    return clock().replace(second=0, microsecond=0) - timedelta(minutes=5)


def push(*minutes, at=None):
    document = {"minutes": [{**one, "minute": one["minute"].isoformat()} for one in minutes]}
    sent = sign_own(Sent("/hooks/generic/t0", json.dumps(document).encode(), JSON), SECRET, at or clock())
    return Client().post(sent.path, sent.body, content_type=JSON, headers=sent.headers).status_code


def count():
    while applying.count_next_minutes(now=clock()):
        pass


def sums(model=DeliveryCount):
    return [tuple(getattr(row, name) for name in SUMS) for row in model.objects.order_by("id")]


def failures():
    return sorted(DeliveryFailure.objects.exclude(messages=0).values_list("code", "fault", "messages"))


def test_a_minute_is_counted_in_its_scope_per_minute_hour_and_code(source, minute):
    carrier = CarrierFactory(name="NTT DOCOMO", country="JP", mccmnc=["44010"])
    line = {
        "minute": minute, "service": "sms", "mccmnc": "440-10", "started": 100, "in_time": 90, "delivered": 80,
        "failed": [{"fault": "outage", "code": "E1", "messages": 5}, {"fault": "sender", "messages": 2}, {"messages": 3}],
        "times": [[2.5, 70], [40, 10]],
    }  # fmt: skip
    assert push(line) == 204
    assert (sums(), Receipt.objects.count()) == ([], 0)  # the hook does not count
    count()
    assert sums() == sums(DeliveryHour) == [(100, 90, 80, 5, 3, 2, 575)]
    assert failures() == [("", "ambiguous", 3), ("", "sender", 2), ("E1", "outage", 5)]
    row = DeliveryCount.objects.get()
    assert (sum(row.times), row.minute, row.scope.country, row.scope.carrier) == (80, minute, "JP", carrier)
    assert ReceiptSource.objects.get().last_receipt_at is not None


def test_a_later_push_of_the_same_minute_and_scope_replaces_the_earlier(source, minute):
    place = {"minute": minute, "country": "ID"}
    first = {
        **place,
        "started": 10,
        "in_time": 2,
        "delivered": 2,
        "times": [[1, 2]],
        "failed": [{"code": "A", "messages": 4}],
    }
    later = {
        **place,
        "started": 10,
        "in_time": 9,
        "delivered": 9,
        "times": [[1, 3], [9, 6]],
        "failed": [{"code": "B", "messages": 1}],
    }
    for line in (first, later, later):
        assert push(line) == 204
        count()
    assert sums() == sums(DeliveryHour) == [(10, 9, 9, 0, 1, 0, 57)]
    assert failures() == [("B", "ambiguous", 1)]
    assert sum(DeliveryCount.objects.get().times) == sum(DeliveryHour.objects.get().times) == 9


def test_a_push_that_comes_late_does_not_undo_a_newer_one(source, minute):
    now = clock()
    assert push({"minute": minute, "started": 9}, at=now) == 204
    assert push({"minute": minute, "started": 4}, at=now - timedelta(minutes=1)) == 204
    count()
    assert sums()[0][0] == 9


def test_other_minutes_scopes_and_organizations_are_not_replaced(source, minute):
    other = ReceiptSourceFactory(provider=source.provider, kind="generic", token="t1")
    assert (
        push({"minute": minute, "country": "ID", "started": 1}, {"minute": minute, "country": "JP", "started": 2})
        == 204
    )
    assert push({"minute": minute + timedelta(minutes=1), "country": "ID", "started": 4}) == 204
    assert push({"minute": minute, "country": "ID", "service": "voice", "started": 8}) == 204
    count()
    assert sorted(row[0] for row in sums()) == [1, 2, 4, 8]
    assert not DeliveryCount.objects.filter(organization=other.organization).exists()


def test_what_receipts_counted_of_the_minute_stays(source, minute):
    """A sender may push counts of one path and receipts of another; a correction takes back its own alone."""
    for started in (5, 3):
        push({"minute": minute, "country": "ID", "started": started})
        count()
    scope = Scope.objects.get(country="ID")
    DeliveryCount.objects.filter(scope=scope).update(started=10, prompt=10)
    push({"minute": minute, "country": "ID", "started": 1})
    count()
    assert sums()[0][:2] == (8, 8)


def test_without_in_time_nothing_is_late(source, minute):
    push({"minute": minute, "started": 10, "delivered": 1})
    count()
    assert sums()[0][:3] == (10, 10, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minute": "2026-01-01"}, "zone"), ({"minute": "soon"}, "like 2026"), ({"minute": "2001-01-01T00:00:00Z"}, "24 hours"),
        ({"minute": "9999-01-01T00:00:00Z"}, "24 hours"), ({"minute": None}, "missing"), ({"minute": 7}, "like 2026"),
        ({"started": -1}, "started"), ({"started": 1.5}, "started"), ({"started": True}, "started"), ({"started": 10**9}, "started"),
        ({"in_time": 2}, "in_time"), ({"country": "Japan"}, "country"), ({"mccmnc": "44"}, "mccmnc"), ({"service": "pigeon"}, "pigeon"),
        ({"failed": {}}, "failed"), ({"failed": [1]}, "object"), ({"failed": [{"fault": "mine", "messages": 1}]}, "mine"),
        ({"failed": [{"code": "x" * 11}]}, "code"), ({"times": [[1]]}, "pairs"), ({"times": [[-1, 1]]}, "pairs"), ({"times": [["1", 1]]}, "pairs"),
        ({"times": [[1, 2]]}, "more messages"), ({"carrier": "\0"}, "printable"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused_with_the_reason(changes, reason):
    now = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    line = {"minute": "2026-01-01T12:00:00Z", "started": 1, "delivered": 1, **changes}
    body = json.dumps({"minutes": [line]}).encode()
    request = HookRequest("", JSON, {"x-statuswire-timestamp": str(int(now.timestamp()))}, body)
    with pytest.raises(UnreadableReceipt, match=reason):
        RECEIPTS.parse(request)


def test_one_bad_line_stores_nothing_of_the_push(source, minute):
    assert push({"minute": minute, "started": 1}, {"minute": minute, "started": -1}) == 400
    assert PushedMinute.objects.count() == 0


def test_a_receipt_says_itself_where_it_went_and_whose_fault_it_was():
    receipt = {
        "id": "1",
        "status": "failed",
        "country": "id",
        "carrier": "Telkomsel",
        "service": "verify",
        "fault": "outage",
    }
    body = json.dumps(
        {"receipts": [receipt, {**receipt, "fault": "sender", "code": "E7"}, {"id": "2", "status": "odd"}]}
    )
    reading = RECEIPTS.parse(HookRequest("", JSON, {"x-statuswire-timestamp": "1"}, body.encode()))
    first, second = reading.receipts
    assert (first.country, first.carrier, first.service, first.to) == ("ID", "Telkomsel", "verify", "")
    assert [(r.fault, r.error_code) for r in (first, second)] == [(Fault.OUTAGE, ""), (Fault.SENDER, "E7")]
    assert dict(reading.unknown) == {"odd": 1}


def test_old_pushes_are_forgotten_and_their_counts_stay(source, minute):
    push({"minute": minute, "started": 1})
    count()
    applying.prune(clock() + timedelta(days=7))
    assert PushedMinute.objects.count() == 1, "a watch that begins weighs the last week"
    applying.prune(clock() + timedelta(days=9))
    assert (PushedMinute.objects.count(), sums()[0][0]) == (0, 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            {"started": 9, "delivered": 6, "times": [[15, 4]], "failed": [{"messages": 2, "fault": "outage"}]},
            Weighed(9, [Ended("delivered", 0, 5), Ended("delivered", 1, 1), Ended("outage", 0, 2)]),
        ),
        ({"started": 9, "in_time": 3, "delivered": 6}, Weighed(9, [Ended("delivered", 0, 6)])),
        ({"started": 9, "delivered": 6}, Weighed(0, [Ended("delivered", None, 6)])),
    ],
)
def test_what_a_sharing_organization_pushes_is_weighed_from_when_it_shares(source, minute, line, expected):
    push({"minute": minute, "country": "ID", **line})

    def shared():
        return evidence.pushed_messages(source.provider_id, minute, minute + timedelta(minutes=1))

    assert shared() == []
    share_counts(source.organization, shares=True, now=minute + timedelta(minutes=1))
    assert shared() == []
    Organization.objects.update(shares_counts_since=minute)
    assert [(one.cell.country, one.organization_id, one.weighed) for one in shared()] == [
        ("ID", source.organization_id, expected)
    ]


def test_a_failure_counts_as_what_the_sender_says_it_is(source):
    said = [
        {"id": str(n), "status": "failed", "code": "E7", **more}
        for n, more in enumerate([{"fault": "outage"}, {"fault": "sender"}, {}])
    ]
    sent = sign_own(Sent("/hooks/generic/t0", json.dumps({"receipts": said}).encode(), JSON), SECRET, clock())
    assert Client().post(sent.path, sent.body, content_type=JSON, headers=sent.headers).status_code == 204
    assert applying.apply_next(now=clock())
    assert sums()[0][:6] == (3, 3, 0, 1, 1, 1)
    assert failures() == [("E7", "ambiguous", 1), ("E7", "outage", 1), ("E7", "sender", 1)]
