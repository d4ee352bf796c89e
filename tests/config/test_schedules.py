"""Beat's schedules follow their table."""

import pytest
from celery import current_app
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from config import schedules
from config.schedules import PREFIX, SCHEDULES, Schedule, paced

pytestmark = pytest.mark.django_db


def installed():
    rows = PeriodicTask.objects.filter(name__startswith=PREFIX, enabled=True).select_related("interval")
    return {row.task: (row.interval.every, row.interval.period, row.expire_seconds) for row in rows}


def test_migrate_installs_the_table():
    assert installed() == {s.task: (s.every_s, "seconds", s.every_s) for s in SCHEDULES}


@pytest.mark.parametrize("task", [schedule.task for schedule in SCHEDULES])
def test_each_is_a_task(task):
    current_app.loader.import_default_modules()
    assert task in current_app.tasks


def test_an_edit_is_followed_and_what_is_gone_is_switched_off(monkeypatch):
    first, *others = SCHEDULES
    monkeypatch.setattr(schedules, "SCHEDULES", (Schedule(first.task, 7), *others[1:]))
    call_command("migrate", verbosity=0)
    expected = {s.task: (s.every_s, "seconds", s.every_s) for s in others[1:]} | {first.task: (7, "seconds", 7)}
    assert installed() == expected


def test_an_operators_own_schedule_is_left_alone():
    minute = IntervalSchedule.objects.create(every=1, period="minutes")
    PeriodicTask.objects.create(name="mine", task="alerts.tasks.deliver_due", interval=minute)
    schedules.install()
    assert PeriodicTask.objects.get(name="mine").enabled


def test_what_an_operator_switched_off_stays_off():
    PeriodicTask.objects.filter(task="monitors.tasks.poll_due_feeds").update(enabled=False)
    schedules.install()
    assert "monitors.tasks.poll_due_feeds" not in installed()


def test_beat_reloads_only_when_something_changed(django_assert_num_queries):
    before = PeriodicTasks.objects.values_list("last_update", flat=True).first()
    schedules.install()
    assert PeriodicTasks.objects.values_list("last_update", flat=True).first() == before


@pytest.mark.parametrize(
    ("every_s", "speed", "expected"), [(60, 1.0, 60), (60, 144.0, 1), (3600, 144.0, 25), (1, 144.0, 1), (5, 0.5, 5)]
)
def test_a_fast_clock_shortens_intervals_down_to_a_second(every_s, speed, expected):
    assert paced(every_s, speed) == expected


def test_the_demos_clock_is_followed(settings):
    settings.CLOCK_SPEED = 60.0
    schedules.install()
    assert installed()["monitors.tasks.daily_upkeep"] == (60, "seconds", 60)
