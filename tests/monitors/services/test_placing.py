"""Which scopes a post is about."""

import pytest

from monitors.core.states import State
from monitors.formats.base import PostKind
from monitors.models import FeedDocument, OfficialPost
from monitors.queries.official import scope_words, with_scopes
from monitors.services import carriers
from monitors.services.official import ingest
from tests.factories import CarrierFactory, FeedFactory, ProviderFactory
from tests.monitors.services.bodies import NOON, component, post, snapshot

pytestmark = pytest.mark.django_db


def placed(category, *posts, components=()):
    feed = FeedFactory(provider=ProviderFactory(name="Example", category=category))
    ingest(feed, snapshot(*posts, components=components), now=NOON, complete=True)
    return [scope_words(row.post_scopes.all()) for row in with_scopes(OfficialPost.objects.order_by("id"))]


def test_a_title_is_placed_by_channel_country_and_carrier():
    CarrierFactory(name="NTT DOCOMO", country="JP")
    assert placed("comms", post(title="SMS Delivery Delays to NTT Docomo in Japan")) == [("SMS, JP, NTT DOCOMO",)]
    row = OfficialPost.objects.get()
    assert (row.is_placed, row.unplaced, row.post_scopes.get().state) == (True, [], State.DEGRADED)


def test_a_carrier_that_our_table_lacks_stands_for_its_country_and_is_remembered():
    assert placed("comms", post(title="SMS Delivery Delays to NTT Docomo in Japan")) == [("SMS, JP",)]
    assert OfficialPost.objects.get().unplaced == ["NTT DOCOMO (JP)"]


def test_the_vendors_own_component_stands_for_the_service():
    titles = [post("p1", title="SMS Delivery Delays"), post("p2", title="SMS and MMS Delivery Delays")]
    assert placed("comms", *titles, components=(component("x", name="SMS"),)) == [("SMS",), ("SMS", "MMS")]


def test_elsewhere_the_components_that_a_post_names_are_its_scopes():
    listed = (component("a"), component("b"), component("g", is_group=True))
    named = post(title="SMS is slow", components=(("b", State.DEGRADED), ("g", State.DEGRADED), ("zz", State.DEGRADED)))
    assert placed("devtools", named, components=listed) == [("B",)]


@pytest.mark.parametrize(
    ("impact", "expected"),
    [(State.DEGRADED, ()), (State.OPERATIONAL, ()), (State.PARTIAL_OUTAGE, ("all of Example",)), (State.MAJOR_OUTAGE, ("all of Example",))],
)  # fmt: skip
def test_a_post_that_names_nothing_speaks_of_all_only_if_it_is_grave(impact, expected):
    assert placed("devtools", post(title="Something is slow", impact=impact)) == [expected]
    assert OfficialPost.objects.get().is_placed == bool(expected)


def test_a_maintenance_is_placed_too_and_its_scopes_are_in_maintenance():
    planned = post(title="Japan SMS Carrier Maintenance", kind=PostKind.MAINTENANCE, impact=State.MAJOR_OUTAGE)
    assert placed("comms", planned) == [("SMS, JP",)]
    assert OfficialPost.objects.get().post_scopes.get().state is State.MAINTENANCE


def test_a_stored_post_is_placed_again_when_the_table_has_grown():
    assert placed("comms", post(title="SMS Delivery Delays to NTT Docomo in Japan")) == [("SMS, JP",)]
    FeedDocument.objects.create(feed=OfficialPost.objects.get().feed, name="", digest="x", etag="y")
    assert carriers.place_again() == 0
    CarrierFactory(name="NTT DOCOMO", country="JP")
    assert (carriers.place_again(), carriers.place_again()) == (1, 0)
    (row,) = with_scopes(OfficialPost.objects.all())
    assert scope_words(row.post_scopes.all()) == ("SMS, JP, NTT DOCOMO",)
    assert (row.is_placed, row.unplaced, row.post_scopes.get().state) == (True, [], State.DEGRADED)
    assert FeedDocument.objects.values_list("digest", "etag").get() == ("", "")  # so that it is read in full


def test_placing_again_keeps_the_components_and_the_state_of_a_post():
    listed = (component("a"), component("b"))
    named = post(title="Console is slow", impact=State.UNKNOWN, components=(("b", State.MAJOR_OUTAGE),))
    assert placed("devtools", named, components=listed) == [("B",)]
    OfficialPost.objects.update(unplaced=["Foo"])
    assert carriers.place_again() == 1
    row = OfficialPost.objects.get()
    assert (row.unplaced, row.post_scopes.get().state, row.is_placed) == ([], State.MAJOR_OUTAGE, True)
