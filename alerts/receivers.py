"""What wakes alerts. A broker that is down costs seconds: the sweeps find the rows."""

import logging

from celery import Task
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from alerts.signals import notifications_queued
from alerts.tasks import deliver_due, route_pending
from incidents.signals import incident_events_recorded

logger = logging.getLogger(__name__)


@receiver(incident_events_recorded, dispatch_uid="alerts.route")
def route(**kwargs: object) -> None:
    _wake(route_pending)


@receiver(notifications_queued, dispatch_uid="alerts.deliver")
def deliver(**kwargs: object) -> None:
    _wake(deliver_due)


def _wake(task: "Task[[], None]") -> None:
    try:
        task.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s was not woken, its sweep will do it: %s", task.name, type(error).__name__)
