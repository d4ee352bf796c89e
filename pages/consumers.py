"""Websockets that only poke: the page then asks for its fragment, so a lost poke costs one interval and nothing leaks."""

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from accounts.access import membership_for, organizations_of
from monitors.queries.providers import seen_by
from pages import live
from pages.models import StatusPage

NOT_YOURS = 4404  # there is no such page, or not for you


class PokeConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Accepts whoever may see the page, and forwards pokes. What clients send is not read."""

    async def connect(self) -> None:
        group = await self.group_of(self.scope["url_route"]["kwargs"]["slug"])
        await self.accept()
        if group is None:
            await self.close(code=NOT_YOURS)
            return
        self.groups.append(group)  # Channels leaves these groups on disconnect
        await self.channel_layer.group_add(group, self.channel_name)

    async def group_of(self, slug: str) -> str | None:
        """Return the group to listen to; None: not for this reader."""
        raise NotImplementedError

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: object) -> None:
        """Close on anything a client says: pages never do."""
        await self.close(code=1008)

    async def page_changed(self, event: dict[str, object]) -> None:
        await self.send_json({"type": "page-changed"})


class ProviderConsumer(PokeConsumer):
    async def group_of(self, slug: str) -> str | None:
        mine = await sync_to_async(organizations_of)(self.scope.get("user"))
        provider = await seen_by(*(organization.id for organization in mine)).filter(slug=slug).afirst()
        return live.provider_group(provider.id) if provider else None


class OrganizationConsumer(PokeConsumer):
    async def group_of(self, slug: str) -> str | None:
        try:
            membership = await sync_to_async(membership_for)(self.scope.get("user"), slug)
        except Http404:
            return None
        return live.organization_group(membership.organization_id)


class StatusPageConsumer(PokeConsumer):
    async def group_of(self, slug: str) -> str | None:
        page = await StatusPage.objects.filter(slug=slug, is_public=True).afirst()
        return live.page_group(page.id) if page else None
