"""What changes become, on the database."""

import pytest

from incidents import services
from incidents.models import Incident, IncidentEvent, IncidentUpdate, Sighting
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import OfficialUpdate, PendingChange, Scope
from monitors.services.states import observe
from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    OfficialPostFactory,
    ScopeFactory,
    UserFactory,
)
from tests.incidents.scenes import at, correlate, events, posted, read, receipts, say

pytestmark = pytest.mark.django_db

DEGRADED, PARTIAL, MAJOR, OK = State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE, State.OPERATIONAL


def post_of(scope: Scope, **kwargs):
    post = OfficialPostFactory(feed__provider=scope.provider, posted_at=at(0), **kwargs)
    read(post.feed, 0)
    return post


def test_an_official_failure_opens_one_record_for_the_public_and_one_for_each_follower(docomo, acme):
    posted(post_of(docomo), docomo, DEGRADED, minutes=0)
    correlate(1)
    assert [(i.organization_id, i.title, i.state) for i in Incident.objects.order_by("id")] == [
        (None, "SMS to NTT DOCOMO (Japan): delivery delays", DEGRADED),
        (acme.id, "SMS to NTT DOCOMO (Japan): delivery delays", DEGRADED),
    ]


def test_private_evidence_never_reaches_the_public(docomo, acme):
    receipts(docomo, PARTIAL, minutes=0, organization_id=acme.id)
    correlate(1)
    assert [i.organization_id for i in Incident.objects.all()] == [acme.id]


def test_receipts_and_a_post_about_one_scope_are_one_incident_with_both_in_its_ledger(docomo, acme):
    receipts(docomo, DEGRADED, minutes=0, organization_id=acme.id)
    correlate(1)
    posted(post_of(docomo), docomo, DEGRADED, minutes=29)
    correlate(30)
    incident = Incident.objects.get(organization=acme)
    ledger = [(s.source, s.first_at, s.seen_at) for s in incident.sightings.order_by("first_at")]
    assert ledger == [(Source.DELIVERY, at(0), at(0)), (Source.OFFICIAL, at(29), at(29))]
    assert events(incident) == [(1, "opened", DEGRADED), (2, "joined", DEGRADED)]
    assert incident.started_at == at(0)


def test_a_source_that_saw_it_begin_earlier_moves_the_start(docomo, acme):
    receipts(docomo, DEGRADED, minutes=10, organization_id=acme.id)
    correlate(11)
    posted(post_of(docomo), docomo, DEGRADED, minutes=2)
    correlate(30)
    incident = Incident.objects.get(organization=acme)
    assert (incident.started_at, incident.impacts.get().began_at) == (at(2), at(2))


def test_worse_and_better_are_told_once_each(sms):
    for minutes, state in ((0, DEGRADED), (5, MAJOR), (10, DEGRADED)):
        say(sms, state, minutes=minutes)
        correlate(minutes)
    incident = Incident.objects.get()
    assert events(incident) == [(1, "opened", DEGRADED), (2, "worse", MAJOR), (3, "better", DEGRADED)]
    assert [(i.state, i.began_at, i.ended_at) for i in incident.impacts.order_by("began_at")] == [
        (DEGRADED, at(0), at(5)),
        (MAJOR, at(5), at(10)),
        (DEGRADED, at(10), None),
    ]
    assert (incident.state, incident.worst) == (DEGRADED, MAJOR)


def test_it_resolves_after_the_delay_as_of_when_it_went_quiet(sms):
    say(sms, PARTIAL, minutes=0)
    say(sms, OK, minutes=41)
    correlate(41)
    assert services.tend(at(45)) == 0
    assert services.tend(at(46)) == 1
    incident = Incident.objects.get()
    assert (incident.resolved_at, incident.impacts.get().ended_at, incident.state) == (at(41), at(41), OK)
    assert [(e.kind, e.at) for e in incident.events.all()] == [("opened", at(41)), ("resolved", at(46))]
    assert services.tend(at(60)) == 0


def test_a_failure_during_the_delay_calls_the_end_off_and_tells_nobody(sms):
    for minutes, state in ((0, DEGRADED), (10, OK), (12, DEGRADED)):
        say(sms, state, minutes=minutes)
    correlate(13)
    assert services.tend(at(20)) == 0
    incident = Incident.objects.get()
    assert incident.quiet_since is None
    assert events(incident) == [(1, "opened", DEGRADED)]
    assert [(i.began_at, i.ended_at) for i in incident.impacts.order_by("began_at")] == [
        (at(0), at(10)),
        (at(12), None),
    ]


@pytest.mark.parametrize(("minutes_after", "count"), [(29, 1), (30, 1), (31, 2)])
def test_a_scope_that_fails_again_soon_reopens_its_incident(sms, minutes_after, count):
    say(sms, DEGRADED, minutes=0)
    say(sms, OK, minutes=10)
    correlate(10)
    services.tend(at(16))
    say(sms, DEGRADED, minutes=10 + minutes_after)
    correlate(10 + minutes_after)
    assert Incident.objects.count() == count
    assert Incident.objects.filter(resolved_at=None).count() == 1
    kinds = [e.kind for e in Incident.objects.order_by("id")[0].events.all()]
    assert kinds == ["opened", "resolved", *(["reopened"] if count == 1 else [])]


def test_a_vendor_that_says_resolved_does_not_end_what_receipts_still_see(docomo, acme):
    post = post_of(docomo)
    receipts(docomo, DEGRADED, minutes=0, organization_id=acme.id)
    posted(post, docomo, MAJOR, minutes=10)
    posted(post, docomo, OK, minutes=20)
    correlate(20)
    services.tend(at(30))
    incident = Incident.objects.get(organization=acme)
    assert (incident.resolved_at, incident.state) == (None, DEGRADED)
    assert events(incident) == [
        (1, "opened", DEGRADED), (2, "joined", MAJOR), (3, "worse", MAJOR), (4, "better", DEGRADED),
    ]  # fmt: skip


def test_a_source_that_fell_silent_no_longer_impairs_and_counts_again_when_it_is_heard(sms):
    say(sms, DEGRADED, minutes=0, ref="monitor:1", source=Source.PROBE, fresh_for_s=300)
    correlate(1)
    assert services.tend(at(9)) == 0
    assert services.tend(at(15)) == 1
    incident = Incident.objects.get()
    assert (incident.resolved_at, incident.sightings.get().reason) == (at(10), "No data since 12:00 UTC.")
    say(sms, DEGRADED, minutes=60, ref="monitor:1", source=Source.PROBE, fresh_for_s=300)
    assert services.tend(at(61)) == 0
    incident.refresh_from_db()
    assert (incident.resolved_at, incident.state) == (None, DEGRADED)
    assert [e.kind for e in incident.events.all()] == ["opened", "resolved", "reopened"]


def test_a_feed_that_answers_not_modified_keeps_its_posts_alive(docomo):
    post = post_of(docomo)
    say(docomo, DEGRADED, minutes=0, ref=f"post:{post.id}", fresh_for_s=300)
    correlate(1)
    read(post.feed, 58)
    services.tend(at(60))
    assert Incident.objects.get().state is DEGRADED


def test_what_touches_nothing_followed_is_ignored_with_a_reason(twilio, acme):
    voice = ScopeFactory(component=ComponentFactory(provider=twilio, name="Voice", service="voice"))
    say(voice, MAJOR, minutes=0)
    correlate(1)
    assert not Incident.objects.filter(organization=acme).exists()
    pending = PendingChange.objects.get(organization=acme)
    assert (pending.decision, pending.reason) == ("ignore", "it touches nothing that is followed")


def test_unrelated_carriers_stay_apart_and_scopes_of_one_post_together(sms, docomo):
    smartfren = ScopeFactory(
        component=sms.component, country="ID", carrier=CarrierFactory(name="Smartfren", country="ID")
    )
    softbank = ScopeFactory(
        component=sms.component, country="JP", carrier=CarrierFactory(name="SoftBank", country="JP")
    )
    first, second = post_of(docomo), post_of(docomo)
    posted(first, docomo, DEGRADED, minutes=0)
    posted(second, smartfren, DEGRADED, minutes=1)
    posted(first, softbank, DEGRADED, minutes=2)
    correlate(3)
    assert [i.title for i in Incident.objects.order_by("id")] == [
        "SMS to NTT DOCOMO (Japan) and 1 more: delivery delays",
        "SMS to Smartfren (Indonesia): delivery delays",
    ]


def test_people_alone_raise_a_suspicion_and_the_vendor_confirms_it(sms):
    say(sms, MAJOR, minutes=0, source=Source.CROWD, ref="crowd:1")
    correlate(1)
    incident = Incident.objects.get()
    assert (incident.title, incident.state) == ("SMS: people report problems", DEGRADED)
    assert incident.confidence < 0.6
    posted(post_of(sms), sms, PARTIAL, minutes=20)
    correlate(21)
    incident.refresh_from_db()
    assert (incident.title, incident.state) == ("SMS: delivery failures", PARTIAL)
    assert incident.confidence > 0.9
    assert events(incident) == [(1, "opened", DEGRADED), (2, "joined", PARTIAL), (3, "worse", PARTIAL)]


def test_maintenance_explains_degraded_but_not_our_own_probe_seeing_an_outage(sms, acme):
    say(sms, State.MAINTENANCE, minutes=0, ref="post:999")
    say(sms, DEGRADED, minutes=1, ref="feed:9")
    correlate(2)
    assert [p.reason for p in PendingChange.objects.all()] == ["under maintenance"] * 2
    say(sms, MAJOR, minutes=3, ref="monitor:1", source=Source.PROBE, organization_id=acme.id)
    correlate(4)
    assert [i.organization_id for i in Incident.objects.all()] == [acme.id]


def test_clearing_the_marks_and_reading_everything_again_changes_nothing(docomo, acme):
    post = post_of(docomo)
    receipts(docomo, DEGRADED, minutes=0, organization_id=acme.id)
    posted(post, docomo, MAJOR, minutes=10)
    posted(post, docomo, OK, minutes=20)
    receipts(docomo, OK, minutes=25, organization_id=acme.id)
    correlate(25)
    services.tend(at(31))

    def everything():
        return [
            list(model.objects.order_by("id").values()) for model in (Incident, IncidentEvent, Sighting, IncidentUpdate)
        ]

    before = everything()
    PendingChange.objects.update(correlated_at=None)
    correlate(40)
    services.tend(at(50))
    assert everything() == before
    assert set(PendingChange.objects.values_list("decision", "reason")) == {("ignore", "already read")}


def test_a_vendors_words_are_linked_once_and_later_ones_are_told(docomo):
    post = post_of(docomo)
    words = {"post": post, "first_seen_at": at(0)}
    OfficialUpdate.objects.create(external_id="a", phase="investigating", body="We are looking.", at=at(0), **words)
    posted(post, docomo, DEGRADED, minutes=0)
    correlate(1)
    incident = Incident.objects.get()
    assert [e.kind for e in incident.events.all()] == ["opened"]
    OfficialUpdate.objects.create(external_id="b", phase="identified", body="A carrier it is.", at=at(9), **words)
    assert services.sync_vendor_words(post.provider_id, at(10)) == 1
    assert services.sync_vendor_words(post.provider_id, at(11)) == 0
    assert [(u.phase, u.post_update_id is not None) for u in incident.updates.order_by("at", "id")] == [
        ("investigating", True), ("investigating", False), ("identified", True),
    ]  # fmt: skip
    last = incident.events.last()
    assert (last.kind, last.summary) == ("updated", "The vendor says (identified): A carrier it is.")


def test_a_person_takes_an_incident_once(sms, acme):
    say(sms, DEGRADED, minutes=0)
    correlate(0)
    incident, person = Incident.objects.get(organization=acme), UserFactory(name="Ada")
    assert services.acknowledge(incident.id, person, at(1)) is True
    assert services.acknowledge(incident.id, UserFactory(), at(2)) is False
    incident.refresh_from_db()
    assert (incident.acknowledged_by, incident.acknowledged_at) == (person, at(1))
    assert [e.kind for e in incident.events.all()] == ["opened", "acknowledged"]
    with pytest.raises(Incident.DoesNotExist):
        services.acknowledge(Incident.objects.get(organization=None).id, person, at(1))


@pytest.mark.parametrize("first", ["feed", "post"])
def test_a_component_on_the_vendors_page_joins_the_post_that_names_it_whichever_comes_first(sms, docomo, first):
    listed = ScopeFactory(component=ComponentFactory(provider=sms.provider, name="SMS, Asia"))
    post = post_of(docomo, named=[listed.component_id])
    say_both = [
        lambda: say(listed, DEGRADED, minutes=0, ref=f"feed:{post.feed_id}"),
        lambda: posted(post, docomo, DEGRADED, minutes=0),
    ]
    for speak in say_both if first == "feed" else reversed(say_both):
        speak()
    correlate(2)
    assert Incident.objects.get().sightings.count() == 2


def test_evidence_that_was_too_little_alone_gets_its_minute_when_others_see_it_too(docomo, acme):
    say(docomo, OK, minutes=0, source=Source.DELIVERY, ref="receipts:1", organization_id=acme.id)
    say(docomo, MAJOR, minutes=1, source=Source.CROWD, ref="crowd:1")
    correlate(1)
    assert not Incident.objects.filter(organization=acme).exists()
    receipts(docomo, DEGRADED, minutes=7, organization_id=acme.id)
    correlate(7)
    incident = Incident.objects.get(organization=acme)
    assert [(s.source, s.first_at) for s in incident.sightings.order_by("first_at")] == [
        (Source.CROWD, at(1)), (Source.DELIVERY, at(7)),
    ]  # fmt: skip
    assert incident.started_at == at(1)


def test_a_change_that_we_stumble_over_does_not_hold_up_the_next(sms, monkeypatch, caplog):
    def stumble(*_):
        raise ZeroDivisionError("a bug")

    say(sms, DEGRADED, minutes=0)
    with monkeypatch.context() as patch:
        patch.setattr("incidents.services.correlating.core.correlate", stumble)
        correlate(0)
    say(sms, MAJOR, minutes=1)
    correlate(1)
    assert Incident.objects.get().state is MAJOR
    assert [(p.decision, p.reason) for p in PendingChange.objects.order_by("id")] == [
        ("failed", "ZeroDivisionError('a bug')"), ("open", "confirmed (97%)"),
    ]  # fmt: skip
    assert "could not be correlated" in caplog.text


def test_what_a_detector_says_of_itself_counts_beside_others_too(sms):
    unsure = Observation(Source.DELIVERY, "shared:1", sms.id, DEGRADED, at(0), "late", {"probability": 0.1})
    observe([unsure], now=at(0))
    correlate(0)
    say(sms, DEGRADED, minutes=1, source=Source.CROWD, ref="crowd:1")
    correlate(1)
    opening = PendingChange.objects.get(decision="open")
    assert opening.reason == "suspected (35%)"
