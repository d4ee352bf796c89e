"""What a reading of an official feed does to the rows, and what it lets the source say."""

from dataclasses import replace

import pytest

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind, Snapshot
from monitors.models import Component, OfficialPost, OfficialRevision, OfficialUpdate, SourceState, StateChange
from monitors.services.official import ingest, merged
from monitors.signals import readings_changed
from tests.factories import ComponentFactory, FeedFactory, ProviderFactory
from tests.monitors.services.bodies import NOON, component, minutes, post, resolved, said, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed():
    return FeedFactory(provider=ProviderFactory(slug="twilio", name="Twilio", category="comms"))


@pytest.fixture
def read(feed):
    """Take in a reading `minute` minutes after noon."""

    def take(minute, shot, *, complete=True, **more):
        return ingest(feed, shot, now=NOON + minutes(minute), complete=complete, **more)

    return take


def the_post():
    return OfficialPost.objects.get()


def says():
    """What the official source says now: {(ref's kind, component): state}."""
    rows = SourceState.objects.select_related("scope__component")
    return {(r.ref.split(":")[0], r.scope.component and r.scope.component.name): r.state for r in rows}


def moves():
    return [(c.old.slug, c.new.slug, c.at) for c in StateChange.objects.order_by("id")]


# --- Components ---


def test_components_keep_their_groups_and_follow_a_rename(read):
    read(0, snapshot(components=(component("g", is_group=True), component("a", group_id="g"))))
    read(
        1,
        snapshot(components=(component("g", is_group=True, name="Core"), component("a", group_id="g", name="API v2"))),
    )
    row = Component.objects.get(external_id="a")
    assert (row.name, row.group.name, row.word, Component.objects.count()) == ("API v2", "Core", "operational", 2)


def test_a_component_is_gone_when_two_readings_lack_it_and_comes_back(read):
    both, less = (component("a"), component("b", State.MAJOR_OUTAGE)), (component("a"),)
    states = []
    for minute, listed in enumerate([both, less, less, both]):
        read(minute, snapshot(components=listed))
        row = Component.objects.get(external_id="b")
        states.append((row.state, row.gone_at))
    assert states == [
        (State.MAJOR_OUTAGE, None),
        (State.MAJOR_OUTAGE, None),
        (State.UNKNOWN, NOON + minutes(2)),
        (State.MAJOR_OUTAGE, None),
    ]


def test_a_list_that_lacks_a_component_once_in_between_loses_nothing(read):
    for minute, listed in enumerate([("a", "b"), ("a",), ("a", "b"), ("a",)]):
        read(minute, snapshot(components=tuple(component(id_) for id_ in listed)))
    assert Component.objects.filter(gone_at=None).count() == 2


def test_components_of_another_feed_are_left_alone(feed, read):
    other = FeedFactory(provider=feed.provider)
    ingest(other, snapshot(components=(component("x"),)), now=NOON, complete=True)
    for minute in range(3):
        read(minute, snapshot(components=(component("a"),)))
    assert Component.objects.get(external_id="x").gone_at is None


def test_our_stand_in_for_a_service_becomes_the_vendors_component(feed, read):
    ours = ComponentFactory(provider=feed.provider, name="SMS", service="sms")
    read(0, snapshot(components=(component("abc", name="SMS"),)))
    assert list(Component.objects.values_list("id", "external_id", "service")) == [(ours.id, "abc", "sms")]


def test_a_component_speaks_when_it_is_impaired_and_until_it_is_well(read):
    for minute, state in enumerate([State.OPERATIONAL, State.MAJOR_OUTAGE, State.MAJOR_OUTAGE, State.OPERATIONAL]):
        read(minute, snapshot(components=(component("a", state), component("b"))))
    assert says() == {("feed", "A"): State.OPERATIONAL}
    assert moves() == [
        ("unknown", "major_outage", NOON + minutes(1)),
        ("major_outage", "operational", NOON + minutes(3)),
    ]


def test_a_component_in_maintenance_says_so_and_opens_nothing(read):
    read(0, snapshot(components=(component("a", State.MAINTENANCE),)))
    assert (says(), moves()) == ({("feed", "A"): State.MAINTENANCE}, [])


def test_an_unknown_word_is_counted_and_is_not_good_news(feed, read):
    for minute, state in enumerate([State.MAJOR_OUTAGE, State.UNKNOWN, State.UNKNOWN]):
        words = ("odd",) if state is State.UNKNOWN else ()
        read(minute, snapshot(components=(component("a", state),), unknown_words=words))
    feed.refresh_from_db()
    assert (says(), feed.unknown_words) == ({("feed", "A"): State.UNKNOWN}, {"odd": 2})


# --- Posts and their updates ---


def test_a_post_is_kept_with_its_updates(read):
    read(0, snapshot(post(updates=(said(1, at=NOON - minutes(20)), said(2, Phase.IDENTIFIED, at=NOON - minutes(5))))))
    read(1, snapshot(post(updates=(said(1, at=NOON - minutes(20)), said(2, Phase.IDENTIFIED, at=NOON - minutes(5))))))
    row = the_post()
    assert (row.began_at, row.first_seen_at, row.last_seen_at) == (NOON - minutes(20), NOON, NOON + minutes(1))
    assert [(u.external_id, u.phase) for u in row.updates.all()] == [("u2", "identified"), ("u1", "investigating")]
    assert OfficialRevision.objects.count() == 0


def edited(minute, body, edited_at=None):
    return snapshot(post(updates=(said(1, at=NOON - minutes(20), body=body, edited_at=edited_at),)))


@pytest.mark.parametrize(
    ("readings", "body", "revisions"),
    [
        ([("a", None), ("b", NOON)], "b", ["a"]),
        ([("a", None), ("b", None)], "b", ["a"]),
        ([("a", None), ("b", NOON), ("c", NOON + minutes(1))], "c", ["a", "b"]),
        # A cached copy with the old words comes by: it changes nothing.
        ([("a", None), ("b", NOON), ("a", None)], "b", ["a"]),
        ([("a", NOON), ("b", NOON + minutes(1)), ("a", NOON)], "b", ["a"]),
        ([("b", NOON + minutes(1)), ("a", NOON)], "b", []),
    ],
)
def test_an_edit_keeps_the_earlier_words_and_older_ones_change_nothing(read, readings, body, revisions):
    for minute, (words, edited_at) in enumerate(readings):
        read(minute + 5, edited(minute, words, edited_at))
    assert OfficialUpdate.objects.get().body == body
    assert list(OfficialRevision.objects.order_by("id").values_list("body", flat=True)) == revisions


def test_an_older_reading_does_not_open_what_is_resolved(read):
    read(0, snapshot(resolved()))
    read(1, snapshot(post()))
    assert (the_post().phase, the_post().resolved_at) == ("resolved", NOON)


def test_a_post_that_is_opened_again_is_open(read):
    read(0, snapshot(post()))
    read(1, snapshot(resolved(at=NOON + minutes(1))))
    again = (*resolved(at=NOON + minutes(1)).updates, said(3, at=NOON + minutes(5)))
    report = read(6, snapshot(post(updates=again)))
    assert (the_post().phase, the_post().resolved_at, report.posts.reopened) == ("investigating", None, 1)
    assert [new for _, new, _ in moves()] == ["degraded", "operational", "degraded"]


@pytest.mark.parametrize("missing", [None, NOON + minutes(60 * 24 * 400)])
def test_a_beginning_that_is_absent_or_to_come_is_the_time_of_the_first_reading(read, missing):
    read(0, snapshot(post(posted_at=missing, began_at=missing, updates=())))
    assert (the_post().posted_at, the_post().began_at) == (NOON, NOON)


def test_a_beginning_that_is_never_said_stays_where_it_was_put(read):
    shot = snapshot(post(posted_at=None, began_at=None, updates=()))
    read(0, shot)
    read(7, shot)
    assert (the_post().posted_at, the_post().began_at) == (NOON, NOON)


def test_a_resolution_without_a_time_is_dated_by_its_last_words(read):
    read(5, snapshot(replace(resolved(), resolved_at=None)))
    assert the_post().resolved_at == NOON


def test_a_vanished_post_is_gone_after_two_readings_and_not_resolved(read):
    read(0, snapshot(post()))
    gone = []
    for minute in (1, 2):
        read(minute, snapshot())
        gone.append(the_post().gone_at)
    assert gone == [None, NOON + minutes(2)]
    assert (the_post().resolved_at, the_post().phase) == (None, "investigating")
    assert StateChange.objects.last().reason == (
        "Twilio removed “SMS Delivery Delays” from its status page without resolving it."
    )


@pytest.mark.parametrize(
    ("shot", "complete"),
    [
        (snapshot(lists_open=frozenset()), True),
        (snapshot(), False),
        (snapshot(lists_open=frozenset({PostKind.NOTICE})), True),
    ],
)
def test_what_a_reading_cannot_know_is_not_gone(read, shot, complete):
    read(0, snapshot(post()))
    for minute in (1, 2, 3):
        read(minute, shot, complete=complete)
    assert the_post().gone_at is None


def test_an_unchanged_list_is_a_second_reading_of_it(read):
    read(0, snapshot(post()))
    read(1, snapshot())
    read(2, Snapshot())  # every document answered "not modified"
    assert the_post().gone_at == NOON + minutes(2)


def test_a_gone_post_that_comes_back_is_open_again(read):
    for minute, shot in enumerate([snapshot(post()), snapshot(), snapshot(), snapshot(post())]):
        read(minute, shot)
    assert (the_post().gone_at, [new for _, new, _ in moves()]) == (None, ["degraded", "operational", "degraded"])


# --- What posts say ---


def test_an_open_post_speaks_from_when_it_began_until_it_was_resolved(read):
    read(0, snapshot(post()))
    read(1, snapshot(post()))
    read(10, snapshot(resolved(at=NOON + minutes(4))))
    assert says() == {("post", "SMS"): State.OPERATIONAL}
    assert moves() == [
        ("unknown", "degraded", NOON - minutes(20)),
        ("degraded", "operational", NOON + minutes(4)),
    ]


def test_a_reading_keeps_the_word_fresh(read):
    read(0, snapshot(post()))
    read(9, snapshot(post()))
    assert SourceState.objects.get().observed_at == NOON + minutes(9)


@pytest.mark.parametrize(
    ("impact", "kind", "state"),
    [
        (State.DEGRADED, PostKind.INCIDENT, State.DEGRADED),
        (State.PARTIAL_OUTAGE, PostKind.INCIDENT, State.PARTIAL_OUTAGE),
        (State.MAJOR_OUTAGE, PostKind.INCIDENT, State.MAJOR_OUTAGE),
        (State.OPERATIONAL, PostKind.INCIDENT, None),
        (State.UNKNOWN, PostKind.INCIDENT, State.DEGRADED),  # an incident, how bad is not said
        (State.MAINTENANCE, PostKind.INCIDENT, State.DEGRADED),  # its title tells of delays
        (State.MAJOR_OUTAGE, PostKind.MAINTENANCE, None),
        (State.MAJOR_OUTAGE, PostKind.NOTICE, None),
    ],
)
def test_only_an_incident_with_an_impact_speaks(read, impact, kind, state):
    read(0, snapshot(post(impact=impact, kind=kind)))
    assert says() == ({("post", "SMS"): state} if state else {})


def test_a_change_of_impact_is_heard_and_its_loss_too(read):
    for minute, impact in enumerate([State.DEGRADED, State.MAJOR_OUTAGE, State.OPERATIONAL]):
        read(minute, snapshot(post(impact=impact)))
    assert [new for _, new, _ in moves()] == ["degraded", "major_outage", "operational"]


def test_a_post_that_is_renamed_speaks_of_the_new_scope_only(read):
    read(0, snapshot(post()))
    read(1, snapshot(post(title="MMS Delivery Delays")))
    assert says() == {("post", "SMS"): State.OPERATIONAL, ("post", "MMS"): State.DEGRADED}


def test_a_history_never_makes_news(feed, read):
    records = [post("old", posted_at=NOON - minutes(9999)), resolved("done")]
    report = read(0, snapshot(*records, lists_open=frozenset()), complete=False, is_history=True)
    read(1, Snapshot())
    assert (report.posts.new, says(), moves()) == (2, {}, [])
    past = OfficialPost.objects.get(feed=feed, resolved_at__gte=NOON - minutes(60))
    assert (past.title, past.resolved_at, past.gone_at) == ("SMS Delivery Delays", NOON, None)
    assert past.post_scopes.count() == 1


def test_an_open_record_of_a_history_that_the_page_does_not_list_goes(read):
    read(0, snapshot(post("old"), lists_open=frozenset()), complete=False, is_history=True)
    for minute in (1, 2):
        read(minute, snapshot())
    assert (the_post().gone_at, says()) == (NOON + minutes(2), {})


def latest_words(phase, **more):
    return replace(post(phase=phase, **more), updates=(said(9, phase, at=NOON),), updates_complete=False)


def test_a_history_adds_no_words_where_we_have_them_all(read):
    read(0, snapshot(post()))
    read(1, snapshot(latest_words(Phase.UNKNOWN), lists_open=frozenset()), complete=False, is_history=True)
    assert (the_post().phase, OfficialUpdate.objects.count()) == ("investigating", 1)


def test_a_history_closes_what_we_missed(read):
    read(0, snapshot(post()))
    read(
        5,
        snapshot(latest_words(Phase.RESOLVED, resolved_at=NOON), lists_open=frozenset()),
        complete=False,
        is_history=True,
    )
    assert (the_post().phase, [new for _, new, _ in moves()]) == ("resolved", ["degraded", "operational"])


# --- The whole ---


def test_ids_that_do_not_fit_and_doubles_break_nothing(read):
    long = "x" * 5000
    twice = post(long, updates=(said(1, at=NOON), replace(said(1, at=NOON), external_id=long)))
    shot = snapshot(twice, twice, components=(component(long), component("a"), component("a")))
    first, second = read(0, shot), read(1, shot)
    assert (first.has_changes, second.has_changes) == (True, False)
    assert (
        OfficialPost.objects.count(),
        OfficialUpdate.objects.count(),
        Component.objects.exclude(external_id="").count(),
    ) == (1, 2, 2)


def test_reading_twice_is_reading_once(read):
    shot = snapshot(post(), resolved("p2"), components=(component("a", State.MAJOR_OUTAGE),))
    first, second = read(0, shot), read(0, shot)
    assert (first.has_changes, second.has_changes, StateChange.objects.count()) == (True, False, 2)


def test_the_pages_are_told_once_there_is_something_new(feed, read, django_capture_on_commit_callbacks):
    heard = []
    readings_changed.connect(receiver := lambda **kw: heard.append((kw["provider_id"], kw["organization_id"])))
    for minute in (0, 1):
        with django_capture_on_commit_callbacks(execute=True):
            read(minute, snapshot(components=(component("a"),)))
    readings_changed.disconnect(receiver)
    assert heard == [(feed.provider_id, None)]


def test_a_steady_feed_costs_few_queries(read, django_assert_max_num_queries):
    shot = snapshot(
        *(resolved(f"r{n}") for n in range(50)), post(), components=tuple(component(f"c{n}") for n in range(250))
    )
    read(0, shot)
    with django_assert_max_num_queries(35):
        read(1, shot)


def test_of_two_documents_the_one_with_the_latest_words_counts():
    stale, fresh = snapshot(post(), components=(component("a"),)), snapshot(resolved("p1"), lists_open=frozenset())
    both = merged([stale, fresh])
    assert [(p.external_id, p.phase) for p in both.posts] == [("p1", Phase.RESOLVED)]
    assert (both.lists_open, [c.external_id for c in both.components]) == (stale.lists_open, ["a"])
