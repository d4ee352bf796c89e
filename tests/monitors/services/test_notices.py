"""Operators are told once per cause, and once when it is over."""

from datetime import timedelta

import pytest

from kit.clock import clock
from monitors.models import OperatorNotice
from monitors.services.notices import LEASE_S, claim_untold, mark_told, raise_notice, resolve_notice

pytestmark = pytest.mark.django_db
UNREADABLE = ("unreadable", "feed:7")


@pytest.fixture
def now():
    return clock()


def raised(now, minute=0, **more):
    return raise_notice(*UNREADABLE, **({"title": "Twilio cannot be read"} | more), now=now + timedelta(minutes=minute))


def tell(now):
    """Write to the operators; return how many causes they heard of."""
    notices = claim_untold(now=now)
    mark_told(notices, now=now)
    return len(notices)


def test_a_cause_is_raised_once_and_then_counted(now):
    raised(now, reason="It is HTML.", sample=b"<html>1")
    raised(now, minute=5, reason="It is empty.")
    (notice,) = OperatorNotice.objects.all()
    assert (notice.count, notice.raised_at, notice.seen_at) == (2, now, now + timedelta(minutes=5))
    assert (notice.reason, notice.sample, str(notice)) == ("It is empty.", "<html>1", "Twilio cannot be read")


def test_causes_are_told_apart_by_kind_and_ref(now):
    raised(now)
    raise_notice("moved", "feed:7", title="Twilio moved", now=now)
    raise_notice("unreadable", "feed:8", title="Vonage cannot be read", now=now)
    assert (OperatorNotice.objects.count(), resolve_notice(*UNREADABLE, now=now)) == (3, True)
    assert OperatorNotice.objects.filter(resolved_at=None).count() == 2


def test_a_cause_that_was_over_is_raised_anew(now):
    for minute in (0, 60):
        raised(now, minute)
        assert resolve_notice(*UNREADABLE, now=now + timedelta(minutes=minute + 1))
    assert not resolve_notice(*UNREADABLE, now=now)
    assert list(OperatorNotice.objects.order_by("id").values_list("count", "resolved_at")) == [
        (1, now + timedelta(minutes=1)),
        (1, now + timedelta(minutes=61)),
    ]


def test_operators_hear_of_the_beginning_and_of_the_end_once(now):
    heard = []
    for act in (raised, raised, lambda at: resolve_notice(*UNREADABLE, now=at), lambda at: None):
        act(now)
        heard.append(tell(now))
    assert heard == [1, 0, 1, 0]


def test_nobody_hears_of_the_end_of_what_nobody_heard_of(now):
    raised(now)
    resolve_notice(*UNREADABLE, now=now)
    assert tell(now) == 0


def test_a_notice_is_leased_while_it_is_mailed(now):
    raised(now)
    assert [len(claim_untold(now=now + timedelta(seconds=s))) for s in (0, LEASE_S - 1, LEASE_S)] == [1, 0, 1]


def test_an_end_that_comes_while_the_beginning_is_mailed_is_told_by_the_next_mail(now):
    raised(now)
    claimed = claim_untold(now=now)
    resolve_notice(*UNREADABLE, now=now)
    mark_told(claimed, now=now)
    assert [tell(now), tell(now)] == [1, 0]


@pytest.mark.parametrize(
    ("body", "sample"),
    [
        (b"", ""),
        (b"x" * 5_000, "x" * 2048),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),  # text: the page escapes it
        (b"a\x00b\xe2\x80\xaec\xff", "abc\ufffd"),
        ("\ufeffhallo".encode("utf-16-le"), "hallo"),
    ],
)
def test_a_sample_of_any_body_is_text_that_can_be_kept(now, body, sample):
    raised(now, sample=body)
    assert OperatorNotice.objects.get().sample == sample
