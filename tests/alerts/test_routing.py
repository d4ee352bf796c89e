"""From incident events to notifications, on the database."""

import threading

import pytest
from django.db import connection

from alerts import services
from alerts.models import Notification
from incidents.models import IncidentEvent
from tests.alerts.scenes import NOW, at, happen, heard, impair, make_channel, make_incident, make_route, route_all
from tests.factories import OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    return ScopeFactory()


@pytest.fixture
def channel():
    return make_channel(OrganizationFactory())


def test_an_incidents_life_is_told_once_per_turn(scope, channel):
    make_route(scope, channel)
    incident = make_incident(channel.organization, scope)
    for kind in ("opened", "joined", "updated", "worse", "acknowledged", "better", "resolved", "reopened"):
        happen(incident, kind)
    assert route_all() == 8
    assert heard() == [(channel.id, word) for word in ("opened", "worse", "better", "resolved", "opened")]
    assert not IncidentEvent.objects.filter(routed_at=None).exists()


def test_a_notification_says_why_and_is_due_at_once(scope, channel):
    make_route(scope, channel)
    happen(make_incident(channel.organization, scope), "opened")
    route_all(at(1))
    row = Notification.objects.get()
    assert row.why == f"You follow {scope.provider.name}: {scope.component.name}."
    assert (row.state, row.created_at, row.queued_at, row.next_attempt_at) == ("queued", at(1), at(1), at(1))


def test_two_routes_to_one_channel_make_one_notification(scope, channel):
    make_route(scope, channel)
    make_route(ScopeFactory(component=None, provider=scope.provider), channel)
    happen(make_incident(channel.organization, scope), "opened")
    route_all()
    assert heard() == [(channel.id, "opened")]


def test_one_organizations_incident_is_told_to_nobody_else(scope, channel):
    other = make_channel(OrganizationFactory())
    make_route(scope, channel)
    make_route(scope, other)
    happen(make_incident(channel.organization, scope), "opened")
    route_all()
    assert heard() == [(channel.id, "opened")]


def test_an_incident_that_grows_into_a_followed_scope_is_told_then(scope, channel):
    wider = ScopeFactory(component__provider=scope.provider)
    make_route(wider, channel)
    incident = make_incident(channel.organization, scope)
    happen(incident, "opened")
    assert (route_all(), heard()) == (1, [])
    impair(incident, wider)
    happen(incident, "joined")
    route_all()
    assert heard() == [(channel.id, "opened")]


def test_a_route_made_in_mid_incident_is_told_at_once_and_once(scope, channel):
    incident = make_incident(channel.organization, scope)
    happen(incident, "opened")
    route_all()
    user = channel.created_by
    for _ in range(2):
        services.follow_with(channel.organization, scope, channel, user=user, now=at(3))
    assert heard() == [(channel.id, "opened")]
    happen(incident, "resolved")
    route_all()
    assert heard() == [(channel.id, "opened"), (channel.id, "resolved")]


def test_a_route_made_before_the_event_is_routed_leaves_it_to_the_router(scope, channel):
    happen(make_incident(channel.organization, scope), "opened")
    services.follow_with(channel.organization, scope, channel, user=channel.created_by, now=at(3))
    assert heard() == []
    route_all()
    assert heard() == [(channel.id, "opened")]


def test_a_channel_that_is_gone_hears_nothing(scope, channel):
    make_route(scope, channel)
    channel.disabled_at = NOW
    channel.save(update_fields=["disabled_at"])
    happen(make_incident(channel.organization, scope), "opened")
    assert (route_all(), heard()) == (1, [])


def test_an_organizations_own_system_has_routes_of_its_own(channel):
    from monitors.services.scopes import own_scope

    own = own_scope(channel.organization_id, "Checkout")
    make_route(own, channel)
    make_route(ScopeFactory(), channel)
    happen(make_incident(channel.organization, own), "opened")
    route_all()
    assert heard() == [(channel.id, "opened")]
    assert Notification.objects.get().why == "You follow Checkout."


def test_public_events_are_passed(scope):
    incident = make_incident(None, scope)
    happen(incident, "opened")
    assert route_all() == 0
    assert services.pass_public_events(now=NOW) == 1
    assert services.pass_public_events(now=NOW) == 0


def test_clearing_a_mark_repeats_nothing(scope, channel):
    make_route(scope, channel)
    happen(make_incident(channel.organization, scope), "opened")
    route_all()
    IncidentEvent.objects.update(routed_at=None)
    assert route_all() == 1
    assert heard() == [(channel.id, "opened")]


@pytest.mark.django_db(transaction=True)
def test_eight_routers_keep_each_incidents_order_and_repeat_nothing():
    scope = ScopeFactory()
    channels = [make_channel(OrganizationFactory()) for _ in range(4)]
    kinds = ["opened", "worse", "better", "worse", "better", "resolved"]
    for channel in channels:
        make_route(scope, channel)
        incident = make_incident(channel.organization, scope)
        for kind in kinds:
            happen(incident, kind)
    routed = []

    def router() -> None:
        # A round that finds everything locked is over; the next wake-up or sweep makes another.
        for _ in range(100):
            while services.route_next(now=NOW):
                routed.append(1)
            if not IncidentEvent.objects.filter(routed_at=None).exists():
                break
        connection.close()

    threads = [threading.Thread(target=router) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(routed) == 24
    for channel in channels:
        assert [word for id, word in heard() if id == channel.id] == kinds
