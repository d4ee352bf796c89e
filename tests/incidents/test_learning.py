"""How each source's record with a provider is counted, and what its word is worth then."""

import math
from datetime import timedelta

import pytest

from incidents import services
from incidents.core.fuse import BY_HAND, PRIOR
from incidents.models import Incident, Reliability
from incidents.queries import incident_detail
from incidents.queries.reliabilities import weights_about
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import OfficialUpdate
from monitors.services.states import observe
from tests.factories import FeedFactory, OfficialPostFactory
from tests.incidents.scenes import at, correlate, posted, read, receipts, say

pytestmark = pytest.mark.django_db

DEGRADED, MAJOR, OK = State.DEGRADED, State.MAJOR_OUTAGE, State.OPERATIONAL
OFFICIAL, PROBE, CROWD, DELIVERY = Source.OFFICIAL, Source.PROBE, Source.CROWD, Source.DELIVERY
DAY = 24 * 60


def rows():
    return {
        (row.organization_id, Source(row.source)): (row.right, row.wrong, row.prompt, row.missed)
        for row in Reliability.objects.all()
    }


def tell(scope, minutes, *sources):
    """Let sources see trouble, each a minute after the one before, and all be over in an hour."""
    for state, since in ((DEGRADED, minutes), (OK, minutes + 60)):
        for n, source in enumerate(sources):
            say(scope, state, minutes=since + n, source=source, ref=f"{source}:1")
        correlate(since + len(sources))
    services.tend(at(minutes + 90))


def test_an_incident_counts_once_it_is_over_for_good_and_however_often_it_is_counted(sms):
    tell(sms, 0, DELIVERY, OFFICIAL)
    services.learn(at(85))  # it may be opened again
    assert rows() == {}
    for minutes in (120, 121):
        services.learn(at(minutes))
        assert rows() == {(None, DELIVERY): (1, 0, 1, 0), (None, OFFICIAL): (1, 0, 1, 0)}


def test_what_is_half_a_year_old_is_forgotten_with_the_next_incident(sms):
    for days in (0, 200):
        tell(sms, days * DAY, DELIVERY, OFFICIAL)
    services.learn(at(200 * DAY + 120))
    assert set(rows().values()) == {(1, 0, 1, 0)}


def test_a_page_that_could_be_read_and_showed_nothing_has_missed_it(sms):
    feed = FeedFactory(provider=sms.provider)
    for minutes in (0, DAY):
        read(feed, minutes)
        tell(sms, minutes, DELIVERY, CROWD)
    services.learn(at(DAY + 120))
    assert rows()[None, OFFICIAL] == (0, 0, 0, 2)


def test_a_page_that_could_not_be_read_has_missed_nothing(sms):
    FeedFactory(provider=sms.provider)
    tell(sms, 0, DELIVERY, CROWD)
    services.learn(at(120))
    assert (None, OFFICIAL) not in rows()


def test_a_page_that_announced_the_work_has_missed_nothing(sms, acme):
    read(FeedFactory(provider=sms.provider), 0)
    say(sms, State.MAINTENANCE, minutes=0)
    say(sms, MAJOR, minutes=5, source=PROBE, ref="monitor:1", organization_id=acme.id)
    correlate(5)
    assert Incident.objects.get().denied == []


def test_people_whom_nobody_confirms_were_wrong_where_the_page_shows_nothing(sms):
    read(FeedFactory(provider=sms.provider), 0)
    tell(sms, 0, CROWD)
    services.learn(at(120))
    assert rows() == {(None, CROWD): (0, 1, 0, 0)}


def test_a_post_that_its_vendor_takes_back_was_wrong(sms):
    post = OfficialPostFactory(feed__provider=sms.provider, posted_at=at(0))
    read(post.feed, 0)
    posted(post, sms, DEGRADED, minutes=0)
    correlate(0)
    OfficialUpdate.objects.create(
        post=post, external_id="1", phase="resolved", body="This was a false alarm.", at=at(9), first_seen_at=at(9)
    )
    posted(post, sms, OK, minutes=10)
    correlate(10)
    services.tend(at(20))
    services.learn(at(60))
    assert rows() == {(None, OFFICIAL): (0, 1, 0, 0)}


def test_an_organizations_own_evidence_teaches_it_alone(sms, acme):
    receipts(sms, DEGRADED, minutes=0, organization_id=acme.id)
    say(sms, DEGRADED, minutes=5)
    correlate(5)
    receipts(sms, OK, minutes=60, organization_id=acme.id)
    say(sms, OK, minutes=60)
    correlate(60)
    services.tend(at(70))
    services.learn(at(120))
    assert rows() == {(acme.id, DELIVERY): (1, 0, 1, 0), (acme.id, OFFICIAL): (1, 0, 1, 0)}
    assert weights_about(sms.provider_id, None) == BY_HAND


def test_people_who_were_often_right_about_a_provider_are_believed_more(sms):
    for n in range(4):
        tell(sms, n * DAY, CROWD, OFFICIAL)
    confidences = []
    for n in (5, 6):
        say(sms, DEGRADED, minutes=n * DAY, source=CROWD, ref="crowd:1")
        correlate(n * DAY)
        confidences.append(Incident.objects.latest("id").confidence)
        say(sms, OK, minutes=n * DAY + 10, source=CROWD, ref="crowd:1")
        correlate(n * DAY + 10)
        services.tend(at(n * DAY + 60))
        services.learn(at(5 * DAY - 60))
    assert confidences == [pytest.approx(0.198, abs=0.001), pytest.approx(0.292, abs=0.001)]


def test_without_a_record_everything_is_weighed_by_hand(sms):
    assert weights_about(sms.provider_id, None) == weights_about(None, None) == BY_HAND
    assert services.learn(at(0) + timedelta(days=1)) == 0


def test_the_page_of_an_incident_says_whose_silence_counts_for_little(sms):
    Reliability.objects.create(
        provider=sms.provider, source=OFFICIAL, right=0, wrong=0, prompt=0, missed=9, counted_at=at(0)
    )
    read(FeedFactory(provider=sms.provider), 0)
    say(sms, DEGRADED, minutes=0, source=DELIVERY, ref="shared:1")
    correlate(1)
    incident = Incident.objects.get()
    said = f"{sms.provider.name}'s status page was late or silent in 9 of 9 incidents here: its silence argues little."
    assert incident_detail(incident.uid, None).weighed == (said,)
    say(sms, OK, minutes=9, source=DELIVERY, ref="shared:1")
    correlate(9)
    services.tend(at(20))
    assert incident_detail(incident.uid, None).weighed == ()


def test_shares_take_a_detector_at_its_word(sms):
    seen = Observation(DELIVERY, "shared:1", sms.id, DEGRADED, at(0), "late", {"probability": 0.62})
    observe([seen], now=at(0))
    say(sms, DEGRADED, minutes=0, source=CROWD, ref="crowd:1")
    correlate(1)
    shares = incident_detail(Incident.objects.get().uid, None).shares
    own = math.log(0.62 / 0.38) - PRIOR
    assert shares[DELIVERY] == pytest.approx(own / (own + 1.6), abs=0.01)  # by hand it would be 0.72
