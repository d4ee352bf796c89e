"""A region that monitors are checked from, and no prober: others make its checks, and operators hear of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from monitors.models import Monitor, OperatorNotice
from monitors.services.attendance import ABSENT_S, attend, judge_attendance
from monitors.services.dispatch import claim_due
from monitors.tasks.notices import tell_operators
from tests.factories import MonitorFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
S = timedelta(seconds=1)
A, B, C = 0, 1, 2


@pytest.fixture(autouse=True)
def places(settings):
    settings.PROBE_REGIONS = ["tokyo", "oslo", "lima"]


@pytest.mark.parametrize(("seconds", "absent"), [(0, {C}), (ABSENT_S, {C}), (ABSENT_S + 1, {B, C})])
def test_a_region_is_absent_without_a_word_for_half_a_minute(seconds, absent):
    attend(B, now=NOON)
    assert attend(A, now=NOON + seconds * S) == absent


@pytest.mark.parametrize(("absent", "takers"), [((), [A]), ((B,), [A, A]), ((B, C), [A, A, A])])
def test_the_turns_of_absent_regions_are_taken_without_waiting_for_them(absent, takers):
    MonitorFactory(regions=[A, B, C], interval_s=60, next_check_at=NOON)
    taken = []
    for round_ in range(3):
        now = NOON + round_ * S
        Monitor.objects.update(next_check_at=now, leased_until=None)
        taken += [check.region for check in claim_due(now=now, region=A, absent=absent)]
    assert taken == takers


def test_what_is_checked_from_an_absent_region_alone_stays_with_it():
    MonitorFactory(regions=[B], next_check_at=NOON)
    assert claim_due(now=NOON, region=A, absent=(B,)) == []


def test_one_notice_per_absent_region_and_its_end():
    for regions in ([A, B], [B], [B], [A]):
        MonitorFactory(regions=regions)
    MonitorFactory(regions=[C], is_paused=True)
    attend(A, now=NOON)
    for second in (10, 20):
        judge_attendance(now=NOON + second * S)
    notice = OperatorNotice.objects.get()
    assert (notice.title, notice.count) == ("No prober works in oslo, from where 3 monitors are to be checked", 2)
    assert notice.reason == (
        "2 of them are not checked at all. Other regions make the checks of the others. "
        "Start one there: manage.py probe --region oslo"
    )
    attend(B, now=NOON + 25 * S)
    assert OperatorNotice.objects.get().resolved_at == NOON + 25 * S


def test_a_region_that_is_no_longer_asked_for_is_no_trouble():
    monitor = MonitorFactory(regions=[B])
    judge_attendance(now=NOON)
    Monitor.objects.filter(id=monitor.id).update(regions=[A])
    attend(A, now=NOON)
    judge_attendance(now=NOON + S)
    assert list(OperatorNotice.objects.values_list("resolved_at", flat=True)) == [NOON + S]


def test_a_start_wakes_nobody_while_its_probers_start_too(settings):
    settings.OPERATOR_EMAILS = ["ops@example.com"]
    MonitorFactory(regions=[A])
    tell_operators()  # beat is first
    attend(A, now=OperatorNotice.objects.get().raised_at + 5 * S)
    tell_operators()
    assert mail.outbox == []
