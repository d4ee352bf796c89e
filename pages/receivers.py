"""Poke the pages that something new concerns: its provider's, its organization's, its organization's status pages."""

from django.dispatch import receiver

from incidents.signals import incident_events_recorded
from monitors.models import Follow
from monitors.signals import readings_changed, state_changes_recorded
from pages import live
from pages.models import StatusPage


@receiver([readings_changed, state_changes_recorded, incident_events_recorded])
def poke_pages(provider_id: int | None = None, organization_id: int | None = None, **_: object) -> None:
    """Poke one audience. Public news reach the provider's pages and every organization that follows it."""
    if organization_id is not None:
        _poke_organizations([organization_id])
    elif provider_id is not None:
        live.poker.poke(live.provider_group(provider_id))
        followers = Follow.objects.filter(scope__provider_id=provider_id).values_list("organization_id", flat=True)
        _poke_organizations(sorted(set(followers)))


def _poke_organizations(ids: list[int]) -> None:
    for organization_id in ids:
        live.poker.poke(live.organization_group(organization_id))
    for page_id in StatusPage.objects.filter(organization__in=ids).values_list("id", flat=True):
        live.poker.poke(live.page_group(page_id))
