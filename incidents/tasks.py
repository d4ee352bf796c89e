"""What the worker does for incidents. No task carries data: the rows say what waits."""

from celery import shared_task

from incidents import services
from kit.clock import clock


@shared_task(name="incidents.tasks.correlate_pending")
def correlate_pending() -> None:
    """Read every change that waits. Safe to repeat and to run many at once: each holds one audience at a time."""
    while services.correlate_next(clock()):
        pass


@shared_task(name="incidents.tasks.tend_incidents")
def tend_incidents() -> None:
    """Resolve what has gone quiet, drop evidence that has gone stale, and link vendors' new words."""
    services.tend(clock())


@shared_task(name="incidents.tasks.learn_reliabilities")
def learn_reliabilities() -> None:
    """Count how each source did in incidents that are over. Safe to repeat: it counts anew."""
    services.learn(clock())
