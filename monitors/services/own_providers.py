"""Providers that an organization adds for itself, by pasting the address of a status page."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from accounts.models import Organization
from accounts.services import NotAllowed
from monitors.formats import formats
from monitors.models import Feed, Provider
from monitors.queries.providers import seen_by
from monitors.services.catalogue import USUAL_INTERVAL_S
from monitors.services.detection import Detection
from monitors.services.follows import follow
from monitors.services.redetection import switch
from monitors.services.scopes import scope_of

MOST_OWN = 50  # providers of one organization; each is somebody else's server that we ask every two minutes


def known_as(found: Detection, organization: Organization) -> Provider | None:
    """Return the provider, everybody's or the organization's own, that reads the detected page already."""
    feeds = Feed.objects.filter(provider__in=seen_by(organization.id)).select_related("provider")
    same = Q(url=found.feed_url)
    if found.snapshot.page_id:
        same |= Q(page_id=found.snapshot.page_id, format=found.format)
    feed = feeds.filter(same).order_by("provider__organization", "id").first()
    return feed.provider if feed else _at_page(found, organization)


def _at_page(found: Detection, organization: Organization) -> Provider | None:
    """A catalogue's page may be known by its address only: its feed may lie with another host."""
    pages = {found.page_url.rstrip("/"), found.asked.rstrip("/")} - {""}
    hosts = {page.partition("://")[2] for page in pages}
    addresses = [f"{scheme}://{host}{end}" for host in hosts for scheme in ("http", "https") for end in ("", "/")]
    return seen_by(organization.id).filter(status_page_url__in=addresses).order_by("organization", "id").first()


def add(organization: Organization, found: Detection, *, name: str, now: datetime) -> Provider:
    """Add what was detected, and follow it. Raises NotAllowed beyond the limit, or if it is known already."""
    with transaction.atomic():
        # The organization's row is the lock: the limit holds, and two clicks add one provider.
        Organization.objects.select_for_update(no_key=True).get(id=organization.id)
        if Provider.objects.filter(organization=organization).count() >= MOST_OWN:
            raise NotAllowed(f"{organization} has {MOST_OWN} providers of its own. Remove one that nobody needs first.")
        _refuse_known(found, organization)
        provider = Provider.objects.create(
            organization=organization,
            slug=_slug(name),
            name=name,
            homepage=_site(found.page_url),
            status_page_url=found.page_url[:500],
            created_at=now,
        )
        Feed.objects.create(
            provider=provider,
            format=found.format,
            url=found.feed_url,
            interval_s=USUAL_INTERVAL_S,
            next_poll_at=now + timedelta(seconds=1),
        )
        scope = scope_of(provider)
    follow(organization, scope, now)
    return provider


def rename(provider: Provider, name: str) -> None:
    """Give an own provider another name. Its address stays: links to it are in people's mails."""
    with transaction.atomic():
        Provider.objects.filter(id=provider.id, organization__isnull=False).update(name=name)


def read_elsewhere(provider: Provider, organization: Organization, found: Detection, *, now: datetime) -> None:
    """Read an own provider from another address. Raises NotAllowed if that is another provider's."""
    with transaction.atomic():
        known = known_as(found, organization)
        if known and known.id != provider.id:
            raise NotAllowed(f"That page is {known.name}'s, which is there already.")
        Provider.objects.filter(id=provider.id).update(status_page_url=found.page_url[:500])
        feed = Feed.objects.filter(provider=provider).order_by("id").first()
        if feed and (feed.format, feed.url) != (found.format, found.feed_url):
            switch(feed, found, reason="Somebody gave another address.", now=now)


def remove(provider: Provider) -> None:
    """Remove an own provider with all that was read of it. Raises NotAllowed for everybody's."""
    if provider.organization_id is None:
        raise NotAllowed(f"{provider} is everybody's and stays. Unfollow it instead.")
    with transaction.atomic():
        provider.delete()


def _refuse_known(found: Detection, organization: Organization) -> None:
    if known := known_as(found, organization):
        raise NotAllowed(f"{known.name} is there already. Follow that one instead.")
    if found.format not in formats():
        raise NotAllowed("StatusWire does not read this format any more. Paste the address again.")


def _slug(name: str) -> str:
    """Return an address that no guess finds, and that no entry of the catalogue will ever want."""
    return f"{slugify(name)[:40] or 'provider'}-{secrets.token_hex(4)}"


def _site(page_url: str) -> str:
    parts = urlsplit(page_url)
    return f"{parts.scheme}://{parts.netloc}"[:500]
