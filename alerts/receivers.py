"""What wakes alerts."""

from django.dispatch import receiver

from alerts.signals import notifications_queued
from alerts.tasks import deliver_due, route_pending
from incidents.signals import incident_events_recorded
from kit.waking import wake


@receiver(incident_events_recorded, dispatch_uid="alerts.route")
def route(**kwargs: object) -> None:
    wake(route_pending)


@receiver(notifications_queued, dispatch_uid="alerts.deliver")
def deliver(**kwargs: object) -> None:
    wake(deliver_due)
