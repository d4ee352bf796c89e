"""How late vendors admit incidents: what is measured, and what is left unsaid."""

from datetime import timedelta

import pytest

from incidents.core.lag import Admission, Range, lag_of, vendor_lag
from incidents.models import Incident, Sighting
from incidents.queries import AdmissionView, incident_detail, vendor_lags
from monitors.core.states import State
from tests.factories import (
    FeedFactory,
    IncidentFactory,
    OfficialPostFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
)
from tests.incidents.scenes import at


def minutes(number):
    return None if number is None else timedelta(minutes=number)


@pytest.mark.parametrize(
    ("posted", "began", "others", "lag"),
    [
        (31, 0, None, 31),  # by the vendor's own account
        (31, 31, None, None),  # no earlier start is named: 0 would be made up
        (31, 30.99, None, None),  # nor here: the page stamped its post twice
        (31, 30, None, 1),
        (31, 40, None, None),  # a start after the post is no start
        (31, 31, 11, 20),  # somebody else saw it
        (31, 5, 11, 26),  # the vendor's own account is the earlier one
        (31, 20, 11, 20),  # others saw it before the vendor says that it began
        (31, 31, 45, 0),  # the vendor was first
    ],
)
def test_the_lag_counts_from_the_earliest_known_start(posted, began, others, lag):
    admission = Admission(at(posted), at(began), None if others is None else at(others))
    assert lag_of(admission) == minutes(lag)


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ([], None),
        ([10, 20, 30, 40], None),
        ([50, 10, 30, 20, 40], (5, 30, 10, 50)),
        ([10, 20, 30, 40, 50, 600], (6, 35, 10, 600)),
    ],
)
def test_a_habit_needs_five_incidents(lags, expected):
    found = vendor_lag(Admission(at(lag), at(0)) for lag in lags)
    assert found.after_start == (Range(expected[0], *map(minutes, expected[1:])) if expected else None)
    assert (found.measured, found.unsaid) == (len(lags), 0)


def test_a_post_that_names_no_start_is_measured_from_what_others_saw():
    found = vendor_lag([Admission(at(0), at(0), at(-lag)) for lag in (-20, -10, 5, 10, 15)] + [Admission(at(0), at(0))])
    assert (found.after_start.median, found.measured, found.unsaid) == (minutes(5), 5, 1)


@pytest.mark.parametrize(
    ("posted", "ended", "is_note", "is_afterwards"),
    [
        (31, None, False, False),  # it goes on
        (31, 90, False, False),
        (31, 32, False, False),
        (31, 31, False, True),  # its only update says that it is over
        (31, 20, False, True),  # written down later
        (31, 90, True, True),  # it calls itself retroactive
    ],
)
def test_a_note_for_the_record_has_no_place_in_the_median(posted, ended, is_note, is_afterwards):
    admission = Admission(at(posted), at(0), at(10), None if ended is None else at(ended), is_note=is_note)
    found = vendor_lag([admission])
    assert (found.measured, found.afterwards) == ((0, 1) if is_afterwards else (1, 0))


def told(provider, *, posted, began, others=None, ended=None, title="Delays", kind="incident"):
    """An incident that the vendor posted about, and perhaps people too."""
    row = IncidentFactory(provider=provider, started_at=at(began))
    scope = ScopeFactory(provider=provider)
    feed = provider.feeds.first() or FeedFactory(provider=provider)
    resolved_at = None if ended is None else at(ended)
    stamps = {"posted_at": at(posted), "began_at": at(began), "resolved_at": resolved_at}
    post = OfficialPostFactory(feed=feed, kind=kind, title=title, **stamps)
    seen = {"incident": row, "scope": scope, "state": State.DEGRADED}
    Sighting.objects.create(source="official", ref=f"post:{post.id}", first_at=at(began), seen_at=at(posted), **seen)
    Sighting.objects.create(source="official", ref=f"feed:{feed.id}", first_at=at(began), seen_at=at(posted), **seen)
    if others is not None:
        Sighting.objects.create(source="crowd", ref="crowd", first_at=at(others), seen_at=at(others), **seen)


def seen_by(provider, source, *, began, ended=None, organization=None):
    """An incident that the vendor wrote nothing about."""
    resolved_at = None if ended is None else at(ended)
    row = IncidentFactory(provider=provider, organization=organization, started_at=at(began), resolved_at=resolved_at)
    seen = {"incident": row, "scope": ScopeFactory(provider=provider), "state": State.DEGRADED}
    Sighting.objects.create(source=source, ref=f"{source}:1", first_at=at(began), seen_at=at(began), **seen)


@pytest.mark.django_db
def test_public_incidents_of_ninety_days_are_measured_in_two_queries(django_assert_num_queries):
    twilio, quiet, day = ProviderFactory(), ProviderFactory(), 24 * 60
    for number in range(1, 6):
        told(twilio, posted=number * day + 10 * number, began=number * day)
    told(twilio, posted=6 * day, began=6 * day, others=6 * day - 7)
    told(twilio, posted=-100 * day + 500, began=-100 * day)  # too long ago
    told(twilio, posted=day + 900, began=day, kind="maintenance")
    told(twilio, posted=day + 900, began=day, ended=day + 800)  # written down when it was over
    told(twilio, posted=day + 900, began=day, title="Retroactive: delays")
    with django_assert_num_queries(2):
        found = vendor_lags([twilio.id, quiet.id], at(7 * day))
    assert found[twilio.id].after_start == Range(6, minutes(25), minutes(7), minutes(50))
    assert found[twilio.id].measured == 6
    assert (found[twilio.id].afterwards, found[twilio.id].never) == (2, 0)
    assert (found[quiet.id].after_start, found[quiet.id].measured) == (None, 0)


@pytest.mark.django_db
def test_what_was_never_admitted_is_counted_apart():
    twilio = ProviderFactory()
    seen_by(twilio, "crowd", began=0, ended=60)
    seen_by(twilio, "crowd", began=100)  # may be admitted yet
    seen_by(twilio, "official", began=200, ended=260)  # no post, but its page said so
    seen_by(twilio, "delivery", began=300, ended=360, organization=OrganizationFactory())  # not the public's
    found = vendor_lags([twilio.id], at(400))[twilio.id]
    assert (found.never, found.measured, found.afterwards) == (1, 0, 0)


@pytest.mark.django_db
def test_posts_of_the_time_before_we_watched_are_measured_by_the_vendor_s_own_account():
    feed = FeedFactory()
    for number in range(5):
        began = number * 100
        OfficialPostFactory(
            feed=feed, began_at=at(began), posted_at=at(began + 10 + number), resolved_at=at(began + 90)
        )
    OfficialPostFactory(feed=feed, began_at=at(600), posted_at=at(600))  # names no earlier start
    found = vendor_lags([feed.provider_id], at(1000))[feed.provider_id]
    assert (found.after_start, found.unsaid) == (Range(5, minutes(12), minutes(10), minutes(14)), 1)


def lateness(row, organization_id=None):
    return incident_detail(row.uid, organization_id).admission


@pytest.mark.django_db
def test_one_incident_tells_how_late_its_vendor_was():
    twilio, acme = ProviderFactory(), OrganizationFactory()
    told(twilio, posted=31, began=20, others=11)
    told(twilio, posted=31, began=31, others=45, ended=60)
    told(twilio, posted=90, began=0, ended=80)
    seen_by(twilio, "crowd", began=300)
    seen_by(twilio, "official", began=400)
    seen_by(twilio, "delivery", began=500, organization=acme)
    late, first, note, silent, shown, own = (lateness(row, acme.id) for row in Incident.objects.order_by("id"))
    people = "people's reports"
    assert late == AdmissionView(at(31), at(20), at(11), people, minutes(20), minutes(20))
    assert first == AdmissionView(at(31), None, at(45), people, minutes(0), minutes(-14))
    assert note == AdmissionView(at(90), at(0), None, "", minutes(90), None, is_afterwards=True)
    assert silent == AdmissionView(None, None, at(300), people, None, None)
    assert shown == AdmissionView(None, None, None, "", None, None, is_shown=True)
    assert own == AdmissionView(None, None, at(500), "delivery receipts", None, None)


@pytest.mark.django_db
def test_own_systems_and_maintenances_have_no_vendor_that_is_late():
    told(ProviderFactory(), posted=31, began=20, kind="maintenance")
    own = IncidentFactory(provider=None, organization=OrganizationFactory())
    assert [lateness(row, own.organization_id) for row in Incident.objects.all()] == [None, None]
