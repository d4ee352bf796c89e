"""What pages read: states, bars, lists and details, each in a fixed number of queries."""

import time
from datetime import timedelta

import pytest

from incidents import queries, services
from incidents.models import Incident
from monitors.core.states import State
from monitors.models import Component, Coverage, OfficialUpdate, Scope
from tests.factories import (
    ComponentFactory,
    FeedFactory,
    OfficialPostFactory,
    ScopeFactory,
)
from tests.incidents.scenes import at, correlate, posted, read, receipts, say

pytestmark = pytest.mark.django_db

DEGRADED, PARTIAL, MAJOR, OK, UNKNOWN = (
    State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE, State.OPERATIONAL, State.UNKNOWN,
)  # fmt: skip


@pytest.fixture
def feed(twilio):
    feed = FeedFactory(provider=twilio, interval_s=60)
    read(feed, 0)
    return feed


def test_a_carriers_outage_leaves_the_service_degraded_and_the_provider_up_for_most(twilio, feed, sms, docomo):
    say(docomo, MAJOR, minutes=0, ref=f"feed:{feed.id}")
    correlate(0)
    view = queries.provider_view(twilio, None, at(1))
    (component,) = view.groups[0].components
    board = queries.scope_board([docomo], None, at(1))
    assert [view.state.state, component.view.state.state, board[docomo.id].state.state] == [DEGRADED, DEGRADED, MAJOR]
    assert view.sentence == "No. Twilio works for most, but SMS to NTT DOCOMO (Japan) is down."
    incident = Incident.objects.get()
    assert component.view.incident_uid == incident.uid


@pytest.mark.parametrize(
    ("minutes", "state", "sentence"),
    [
        (3, OK, "No. Twilio is up."),
        (4, UNKNOWN, "We don't know whether Twilio is up. No data since 12:00 UTC on 24 January."),
    ],
)
def test_a_provider_is_green_for_three_intervals_and_then_unknown(twilio, feed, minutes, state, sentence):
    view = queries.provider_view(twilio, None, at(minutes))
    assert (view.state.state, view.sentence, view.as_of) == (state, sentence, at(0))


def test_a_provider_that_nobody_has_heard_is_unknown(twilio):
    view = queries.provider_view(twilio, None, at(0))
    assert (view.state.state, view.state.reason, view.overall.uptime_90) == (UNKNOWN, "No data yet.", None)
    assert {bar.state for bar in (*view.overall.day, *view.overall.ninety)} == {UNKNOWN}


def test_only_the_organization_sees_what_its_own_receipts_say(twilio, feed, docomo, acme):
    receipts(docomo, PARTIAL, minutes=0, organization_id=acme.id)
    correlate(0)
    states = [queries.scope_board([docomo], who, at(1))[docomo.id].state.state for who in (None, acme.id)]
    assert states == [OK, PARTIAL]
    uid = Incident.objects.get().uid
    assert [queries.incident_detail(uid, who) is None for who in (None, acme.id + 1, acme.id)] == [True, True, False]


def test_bars_tell_data_from_silence_and_trouble(feed, sms):
    Coverage.objects.create(ref=f"feed:{feed.id}", began_at=at(-120), ended_at=at(0))
    say(sms, DEGRADED, minutes=-60, ref=f"feed:{feed.id}")
    say(sms, OK, minutes=-45, ref=f"feed:{feed.id}")
    correlate(-45)
    view = queries.scope_board([sms], None, at(1))[sms.id]
    last = [bar.state for bar in view.day[-10:]]
    assert last == [UNKNOWN, OK, OK, OK, OK, DEGRADED, OK, OK, OK, OK]
    assert view.day[-5].label == "24 Jan 11:00 to 11:15 UTC: 15 min degraded, 1 incident"
    assert (view.ninety[-1].label, view.uptime_90) == ("24 Jan: 15 min degraded, 1 incident", 1.0)


def test_a_vendors_history_fills_the_bars_from_the_first_poll(feed, sms):
    old = OfficialPostFactory(
        feed=feed, posted_at=at(-3 * 1440), resolved_at=at(-3 * 1440 + 60), first_seen_at=at(0), phase="resolved"
    )  # fmt: skip
    old.post_scopes.create(scope=sms, state=MAJOR)
    Coverage.objects.create(ref=f"feed:{feed.id}", began_at=old.began_at, ended_at=at(0))
    view = queries.scope_board([sms], None, at(1))[sms.id]
    assert [bar.state for bar in view.ninety[-5:]] == [UNKNOWN, MAJOR, OK, OK, OK]
    assert view.uptime_90 == pytest.approx(1 - 60 / (3 * 1440 + 1))


def test_a_post_that_has_an_incident_is_counted_once(feed, docomo):
    post = OfficialPostFactory(feed=feed, posted_at=at(-30), first_seen_at=at(-30))
    post.post_scopes.create(scope=docomo, state=DEGRADED)
    posted(post, docomo, DEGRADED, minutes=-30)
    correlate(-29)
    view = queries.scope_board([docomo], None, at(1))[docomo.id]
    assert view.ninety[-1].label == "24 Jan: 31 min degraded, 1 incident"


def test_the_detail_orders_the_ledger_by_who_saw_it_first_and_marks_the_vendors_words(feed, docomo, acme):
    post = OfficialPostFactory(feed=feed, posted_at=at(29), url="https://status.example.com/1")
    written = OfficialUpdate.objects.create(
        post=post, external_id="a", phase="investigating", body="We look.", at=at(29), first_seen_at=at(29)
    )
    receipts(docomo, DEGRADED, minutes=0, organization_id=acme.id)
    correlate(1)
    posted(post, docomo, DEGRADED, minutes=29)
    correlate(30)
    OfficialUpdate.objects.filter(id=written.id).update(body="We looked.", edited_at=at(40))
    services.tend(at(41))
    incident = Incident.objects.get(organization=acme)
    detail = queries.incident_detail(incident.uid, acme.id)
    assert [(s.label, s.lag_minutes) for s in detail.sightings] == [("delivery receipts", 0), ("the vendor's post", 29)]
    assert [(u.is_vendors, u.body, u.source_url) for u in detail.updates] == [
        (True, "We looked.", "https://status.example.com/1"),
        (False, "Opened from delivery receipts: 12 of 14 messages failed.", ""),
    ]
    assert [e.kind for e in detail.events] == ["opened", "joined"]
    assert detail.vendor_urls == ("https://status.example.com/1",)
    # As they are shown beside each other, in whole per cents.
    assert sum(round(100 * share, 6) for share in detail.shares.values()) == 100
    assert all(round(100 * share, 6) % 1 == 0 for share in detail.shares.values())


def test_lists_hold_open_ones_worst_first_and_recent_ones_latest_first(twilio, feed, sms):
    voice = ScopeFactory(component=ComponentFactory(provider=twilio, name="Voice"))
    fax = ScopeFactory(component=ComponentFactory(provider=twilio, name="Fax"))
    say(fax, DEGRADED, minutes=0)
    say(fax, OK, minutes=1)
    say(voice, MAJOR, minutes=2)
    say(sms, DEGRADED, minutes=3)
    correlate(3)
    services.tend(at(6))
    assert [i.title for i in queries.open_incidents(None)] == ["Voice: outage", "SMS: delivery delays"]
    recent = queries.recent_incidents(None, twilio.id, since=at(-60))
    assert [(i.title, i.duration) for i in recent] == [
        ("SMS: delivery delays", None),
        ("Voice: outage", None),
        ("Fax: degraded performance", timedelta(minutes=1)),
    ]


def test_the_directory_agrees_with_the_providers_own_page(twilio, feed, sms, docomo):
    quiet = FeedFactory().provider
    say(docomo, MAJOR, minutes=0, ref=f"feed:{feed.id}")
    say(sms, PARTIAL, minutes=0, ref=f"feed:{feed.id}")
    correlate(0)
    states = queries.provider_states([twilio.id, quiet.id], at(1))
    assert {id_: state.state for id_, state in states.items()} == {twilio.id: PARTIAL, quiet.id: UNKNOWN}
    assert queries.provider_view(twilio, None, at(1)).state == states[twilio.id]


@pytest.mark.parametrize("extra", [0, 2])
def test_queries_are_as_many_for_one_as_for_three(twilio, feed, sms, docomo, acme, extra, django_assert_num_queries):
    scopes = [docomo]
    for _ in range(extra):
        scopes.append(ScopeFactory(component=ComponentFactory(provider=twilio)))
    for scope in scopes:
        post = OfficialPostFactory(feed=feed, posted_at=at(0))
        posted(post, scope, DEGRADED, minutes=0)
    correlate(0)
    uid = Incident.objects.filter(organization=None).first().uid
    loaded = list(Scope.objects.filter(id__in=[scope.id for scope in scopes]))
    with django_assert_num_queries(10):
        queries.scope_board(loaded, acme.id, at(1))
    with django_assert_num_queries(9):
        queries.provider_view(twilio, acme.id, at(1))
    with django_assert_num_queries(2):
        queries.open_incidents(None)
    with django_assert_num_queries(2):
        queries.recent_incidents(None, since=at(-60))
    with django_assert_num_queries(7):
        queries.incident_detail(uid, None)
    with django_assert_num_queries(4):
        queries.provider_states([twilio.id], at(1))


def test_a_provider_of_250_components_is_drawn_quickly(twilio, feed):
    components = Component.objects.bulk_create(
        Component(provider=twilio, name=f"Part {n}", external_id=f"part-{n}", state=OK) for n in range(250)
    )
    scopes = Scope.objects.bulk_create(Scope(provider=twilio, component=component) for component in components)
    for n in range(120):
        post = OfficialPostFactory(
            feed=feed, posted_at=at(-n * 1000), resolved_at=at(-n * 1000 + 300), first_seen_at=at(0)
        )
        post.post_scopes.create(scope=scopes[n % 40], state=PARTIAL)
    started = time.process_time()
    view = queries.provider_view(twilio, None, at(1))
    took = time.process_time() - started
    assert len(view.groups[0].components) == 250
    assert took < 0.4, took  # about 0.05 s on a quiet machine
