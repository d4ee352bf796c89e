"""The work of alerts: route what happened, send what is due. Safe to repeat at any time."""

from celery import shared_task

from alerts import services
from alerts.deliver import deliver_all
from kit.clock import clock

ROUTED_AT_ONCE = 500  # events; the sweep takes the rest


@shared_task(name="alerts.tasks.route_pending")
def route_pending() -> None:
    """Turn the events of incidents into notifications."""
    services.pass_public_events(now=clock())
    services.route_after_mutes(now=clock())
    for _ in range(ROUTED_AT_ONCE):
        if not services.route_next(now=clock()):
            return


# A send by mail may take ten steps of 10 s; what is cut off has its lease to run out, and then goes again.
@shared_task(name="alerts.tasks.deliver_due", soft_time_limit=150, time_limit=180)
def deliver_due() -> None:
    """Send every notification that is due."""
    deliver_all()
