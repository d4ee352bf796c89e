"""Every queue has a process that works it off, and what waits for other people's pages has one of its own."""

import pytest
from celery import current_app

from config.processes import PROCESSES
from config.schedules import SCHEDULES

POLLS = {"monitors.tasks.poll_due_feeds", "monitors.tasks.backfill_feeds"}


def queues_of(name):
    arguments = PROCESSES[name]().arguments
    return set(arguments[arguments.index("-Q") + 1].split(",")) if "-Q" in arguments else set()


def queue_of(task):
    route = current_app.amqp.router.route({}, task)
    return route["queue"].name


@pytest.mark.parametrize("task", [schedule.task for schedule in SCHEDULES])
def test_each_scheduled_task_is_taken_by_one_process(task):
    takers = [name for name in PROCESSES if queue_of(task) in queues_of(name)]
    assert len(takers) == 1


def test_slow_pages_delay_nothing_but_polls():
    tasks = {schedule.task for schedule in SCHEDULES}
    assert {task for task in tasks if queue_of(task) in queues_of("poll")} == POLLS
    assert queues_of("poll").isdisjoint(queues_of("worker"))
