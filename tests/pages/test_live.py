import time

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from monitors.signals import readings_changed
from pages import live
from pages.routing import websocket_urlpatterns
from tests.factories import FollowFactory, MembershipFactory, ProviderFactory, StatusPageFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def closed_connections():
    """The thread in which async code asks the database keeps its connection, which would keep the test database."""
    yield
    await sync_to_async(connections.close_all)()


async def open_socket(path, user=None):
    """Return the socket after the server has judged it, and the code it closed with, if it did."""
    communicator = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
    communicator.scope["user"] = user or AnonymousUser()
    connected, _ = await communicator.connect()
    assert connected
    first = await communicator.receive_output(0.3) if not await communicator.receive_nothing(0.3) else None
    return communicator, first["code"] if first else None


async def test_a_provider_s_page_is_poked_and_told_nothing_else():
    provider = await database_sync_to_async(ProviderFactory)(slug="acme")
    socket, closed = await open_socket("/ws/providers/acme/")
    assert closed is None
    await get_channel_layer().group_send(live.provider_group(provider.id), {"type": "page.changed"})
    assert await socket.receive_json_from() == {"type": "page-changed"}
    await socket.disconnect()


async def test_an_organizations_own_provider_pokes_its_members():
    membership = await database_sync_to_async(MembershipFactory)()
    await database_sync_to_async(ProviderFactory)(slug="ours-alone", organization=membership.organization)
    socket, closed = await open_socket("/ws/providers/ours-alone/", membership.user)
    assert closed is None
    await socket.disconnect()


async def test_strangers_and_unknown_pages_are_closed_alike():
    membership = await database_sync_to_async(MembershipFactory)(organization__slug="ours")
    stranger = await database_sync_to_async(UserFactory)()
    await database_sync_to_async(StatusPageFactory)(slug="hidden", is_public=False)
    await database_sync_to_async(ProviderFactory)(slug="ours-alone", organization=membership.organization)
    for path, user in [
        ("/ws/providers/ours-alone/", None),
        ("/ws/providers/ours-alone/", stranger),
        ("/ws/o/ours/", None),
        ("/ws/o/ours/", stranger),
        ("/ws/o/nobody/", membership.user),
        ("/ws/providers/nobody/", None),
        ("/ws/s/hidden/", None),
    ]:
        _, closed = await open_socket(path, user)
        assert closed == 4404, path
    _, closed = await open_socket("/ws/o/ours/", membership.user)
    assert closed is None


async def test_a_client_that_talks_is_closed():
    await database_sync_to_async(ProviderFactory)(slug="acme")
    socket, _ = await open_socket("/ws/providers/acme/")
    await socket.send_to(text_data='{"type": "page.changed"}')
    assert (await socket.receive_output())["type"] == "websocket.close"


class Layer:
    """Stands in for the channel layer: keeps what was sent, or fails."""

    def __init__(self):
        self.sent, self.is_away = [], False

    async def group_send(self, group, message):
        if self.is_away:
            raise ConnectionError("refused")
        self.sent.append(group)


@pytest.fixture
def layer(monkeypatch):
    fake = Layer()
    monkeypatch.setattr(live, "get_channel_layer", lambda: fake)
    return fake


def test_many_changes_at_once_are_two_pokes_the_first_and_the_last(layer):
    poker = live.Poker(pause_s=0.05)
    for _ in range(20):
        poker.poke("provider.1")
    assert layer.sent == ["provider.1"]
    deadline = time.monotonic() + 5
    while len(layer.sent) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert layer.sent == ["provider.1"] * 2


def test_a_layer_that_is_away_is_said_once_and_stops_nobody(layer, caplog):
    layer.is_away = True
    poker = live.Poker(pause_s=0)
    with caplog.at_level("WARNING", logger="pages.live"):
        for n in range(3):
            poker.poke(f"provider.{n}")
    assert len(caplog.records) == 1


def test_public_news_reach_the_provider_its_followers_and_their_pages(layer, monkeypatch):
    monkeypatch.setattr(live, "poker", live.Poker(pause_s=0))
    follow = FollowFactory()
    page = StatusPageFactory(organization=follow.organization)
    provider_id = follow.scope.provider_id
    readings_changed.send(object, provider_id=provider_id, organization_id=None)
    assert layer.sent == [f"provider.{provider_id}", f"org.{follow.organization_id}", f"page.{page.id}"]
    layer.sent.clear()
    readings_changed.send(object, provider_id=provider_id, organization_id=follow.organization_id)
    assert layer.sent == [f"org.{follow.organization_id}", f"page.{page.id}"]
