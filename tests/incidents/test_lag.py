"""How late vendors admit incidents: what is measured, and what is left unsaid."""

from datetime import timedelta

import pytest

from incidents.core.lag import Admission, Range, lag_of, vendor_lag
from incidents.models import Sighting
from incidents.queries import vendor_lags
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
    assert (found.measured, found.unsaid, found.after_others) == (len(lags), 0, None)


def test_against_others_a_vendor_can_be_first():
    found = vendor_lag([Admission(at(0), at(0), at(-lag)) for lag in (-20, -10, 5, 10, 15)] + [Admission(at(0), at(0))])
    assert found.after_others == Range(5, minutes(5), minutes(-20), minutes(15))
    assert (found.after_start.median, found.measured, found.unsaid) == (minutes(5), 5, 1)


def told(provider, *, posted, began, others=None, organization=None, kind="incident"):
    """An incident that the vendor posted about, and perhaps people too."""
    row = IncidentFactory(provider=provider, organization=organization, started_at=at(began))
    scope = ScopeFactory(provider=provider)
    feed = provider.feeds.first() or FeedFactory(provider=provider)
    post = OfficialPostFactory(feed=feed, kind=kind, posted_at=at(posted), began_at=at(began))
    seen = {"incident": row, "scope": scope, "state": State.DEGRADED}
    Sighting.objects.create(source="official", ref=f"post:{post.id}", first_at=at(began), seen_at=at(posted), **seen)
    Sighting.objects.create(source="official", ref=f"feed:{feed.id}", first_at=at(began), seen_at=at(posted), **seen)
    if others is not None:
        Sighting.objects.create(source="crowd", ref="crowd", first_at=at(others), seen_at=at(others), **seen)


@pytest.mark.django_db
def test_public_incidents_of_ninety_days_are_measured_in_two_queries(django_assert_num_queries):
    twilio, quiet, day = ProviderFactory(), ProviderFactory(), 24 * 60
    for number in range(1, 6):
        told(twilio, posted=number * day + 10 * number, began=number * day)
    told(twilio, posted=6 * day, began=6 * day, others=6 * day - 7)
    told(twilio, posted=-100 * day + 500, began=-100 * day)  # too long ago
    told(twilio, posted=day + 900, began=day, organization=OrganizationFactory())  # not the public's
    told(twilio, posted=day + 900, began=day, kind="maintenance")
    with django_assert_num_queries(2):
        found = vendor_lags([twilio.id, quiet.id], at(7 * day))
    assert found[twilio.id].after_start == Range(6, minutes(25), minutes(7), minutes(50))
    assert (found[twilio.id].measured, found[twilio.id].after_others) == (6, None)
    assert (found[quiet.id].after_start, found[quiet.id].measured) == (None, 0)
