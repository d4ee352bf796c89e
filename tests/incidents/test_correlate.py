"""The decision, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.correlate import Clear, Ignore, Join, Open, Update, correlate
from incidents.core.fuse import Verdict
from incidents.core.known import Change, KnownIncident, Policy, Seen
from incidents.core.scope import ScopeKey
from monitors.core.states import Source, State

NOON = datetime(2026, 1, 24, 12, 0, tzinfo=UTC)
SURE = Verdict(0.9, "confirmed", {Source.OFFICIAL: 1.0}, State.DEGRADED)

TWILIO = ScopeKey(1)
SMS = ScopeKey(1, component_id=5)
SMS_JAPAN = ScopeKey(1, component_id=5, country="JP")
DOCOMO = ScopeKey(1, component_id=5, country="JP", carrier_id=7)
SOFTBANK = ScopeKey(1, component_id=5, country="JP", carrier_id=8)
VOICE = ScopeKey(1, component_id=6)
SCOPES = [TWILIO, SMS, SMS_JAPAN, DOCOMO, SOFTBANK, VOICE]


def change(scope, new=State.DEGRADED, *, minutes=0, ref="receipts:3", **kwargs):
    at = NOON + timedelta(minutes=minutes)
    kwargs = {"source": Source.DELIVERY, "verdict": SURE, "id": 1_000, **kwargs}
    return Change(ref=ref, scope_id=SCOPES.index(scope), scope=scope, new=new, at=at, **kwargs)


def incident(scope, *, id=1, ref="feed:1", minutes=0, impairs=True, resolved=None, **kwargs):
    """An incident seen by one ref, which began `minutes` after noon."""
    seen = Seen(ref, SCOPES.index(scope), scope, impairs, 1)
    ended = None if resolved is None else NOON + timedelta(minutes=resolved)
    began = NOON + timedelta(minutes=minutes)
    return KnownIncident(id, began, kwargs.pop("opened_at", began), ended, (seen,), **kwargs)


def post(scope, number, **kwargs):
    return incident(scope, ref=f"post:{number}", post_ids=frozenset({number}), **kwargs)


@pytest.mark.parametrize(
    ("known", "seen", "expected"),
    [
        ([], DOCOMO, Open),
        ([incident(DOCOMO)], DOCOMO, Join),
        ([incident(SMS)], DOCOMO, Join),  # narrower joins broader
        ([incident(DOCOMO)], SMS, Join),  # broader joins the only narrower one
        ([incident(DOCOMO)], SOFTBANK, Open),  # strangers
        ([incident(VOICE)], DOCOMO, Open),
        ([incident(DOCOMO, impairs=False)], DOCOMO, Join),  # quiet, and not over yet
    ],
)
def test_a_failure_joins_the_incident_of_a_related_scope(known, seen, expected):
    assert type(correlate(change(seen), known, Policy())) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(0, Join), (60, Join), (61, Open)])
def test_a_whole_providers_incident_takes_narrower_ones_in_only_while_it_is_young(minutes, expected):
    assert type(correlate(change(DOCOMO, minutes=minutes), [incident(TWILIO)], Policy())) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([incident(VOICE, ref="feed:1")], Join),  # one reading changed both
        ([incident(VOICE, ref="feed:1", minutes=-1)], Open),  # another reading did
        ([incident(VOICE, ref="feed:2")], Open),
        ([post(VOICE, 93)], Open),
        ([post(VOICE, 93, named=frozenset({5}))], Join),  # its post lists the component
        ([post(VOICE, 93, named=frozenset({5}), minutes=-5_000)], Join),
    ],
)
def test_components_of_the_vendors_page_follow_the_post_that_lists_them_or_each_other(known, expected):
    news = change(SMS, ref="feed:1", source=Source.OFFICIAL)
    assert type(correlate(news, known, Policy())) is expected


def test_a_post_that_was_dated_back_is_as_young_as_our_record_of_it():
    vague = post(TWILIO, 93, minutes=-500, opened_at=NOON)
    assert type(correlate(change(DOCOMO, minutes=60), [vague], Policy())) is Join


@pytest.mark.parametrize(
    ("second_began", "joined"),
    [(0, 2), (-30, 1), (-120, 1)],
)
def test_a_broader_failure_joins_the_latest_of_several_young_ones(second_began, joined):
    known = [incident(DOCOMO, id=1, minutes=-10), incident(SOFTBANK, id=2, minutes=second_began)]
    assert correlate(change(SMS), known, Policy()).incident_id == joined


def test_a_broader_failure_joins_none_of_several_old_ones():
    known = [incident(DOCOMO, id=1, minutes=-500), incident(SOFTBANK, id=2, minutes=-600)]
    assert type(correlate(change(SMS), known, Policy())) is Open


def test_the_closest_scope_wins():
    known = [incident(SMS, id=1), incident(SMS_JAPAN, id=2, minutes=-900), incident(TWILIO, id=3)]
    assert correlate(change(DOCOMO), known, Policy()).incident_id == 2


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([post(VOICE, 93)], Join),  # the same post, whatever it names now
        ([post(VOICE, 93, resolved=-500)], Join),
        ([post(DOCOMO, 94)], Open),  # another post is another incident
        ([incident(DOCOMO)], Join),
    ],
)
def test_a_post_is_one_incident_and_two_posts_are_two(known, expected):
    news = change(DOCOMO, ref="post:93", post_id=93, source=Source.OFFICIAL)
    assert type(correlate(news, known, Policy())) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(0, Join), (30, Join), (31, Open)])
def test_a_scope_that_fails_again_soon_is_the_same_incident(minutes, expected):
    over = incident(DOCOMO, minutes=-60, impairs=False, resolved=0)
    decision = correlate(change(DOCOMO, minutes=minutes), [over], Policy())
    assert (type(decision), getattr(decision, "reopens", None)) == (expected, True if expected is Join else None)


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        (change(DOCOMO, is_followed=False), "it touches nothing that is followed"),
        (change(DOCOMO, in_maintenance=True), "under maintenance"),
        (change(DOCOMO, State.DEGRADED, in_maintenance=True, source=Source.PROBE), "under maintenance"),
        (change(DOCOMO, verdict=Verdict(0.1, None, {}, State.DEGRADED)), "too little evidence (10%)"),
        (change(DOCOMO, State.OPERATIONAL), "no open incident rests on it"),
    ],
)
def test_what_opens_nothing_says_why(news, reason):
    assert correlate(news, [], Policy()) == Ignore(reason)


@pytest.mark.parametrize(
    "news",
    [
        change(DOCOMO, is_followed=False, is_own=True),
        change(DOCOMO, State.PARTIAL_OUTAGE, in_maintenance=True, source=Source.PROBE),
    ],
)
def test_own_evidence_counts_without_a_follow_and_a_probe_against_a_window(news):
    assert type(correlate(news, [], Policy())) is Open


@pytest.mark.parametrize(
    ("new", "expected"), [(State.MAJOR_OUTAGE, Update), (State.OPERATIONAL, Clear), (State.UNKNOWN, Clear)]
)
def test_a_ref_that_impairs_an_incident_updates_or_clears_it(new, expected):
    known = [incident(DOCOMO, ref="receipts:3"), incident(SMS, id=2)]
    decision = correlate(change(DOCOMO, new), known, Policy())
    assert (type(decision), decision.incident_id) == (expected, 1)


def test_a_change_that_was_applied_is_old_news():
    assert correlate(change(DOCOMO, ref="feed:1", id=1), [incident(DOCOMO)], Policy()) == Ignore("already read")
