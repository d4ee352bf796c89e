"""What a monitor's pages say of incidents: who is on them, what its checks were evidence of, and whom they told."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from incidents.models import Incident
from incidents.services import acknowledge
from monitors.core.states import Source, State
from monitors.services.scopes import own_scope
from tests.factories import MembershipFactory, MonitorFactory
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def monitor(scene):
    return MonitorFactory(organization=scene.acme, name="Checkout", scope=own_scope(scene.acme.id, "Checkout"))


def log_in(organization, role: Role) -> Client:
    client = Client()
    client.force_login(MembershipFactory(organization=organization, role=role, user__name="Ada Lovelace").user)
    return client


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def fail(scene, monitor, *, minutes, state=State.MAJOR_OUTAGE):
    scene.say(
        monitor.scope, state, minutes=minutes, organization=monitor.organization, source=Source.PROBE,
        ref=f"monitor:{monitor.id}", reason=f"{monitor.name}: GET answered 503.",
    )  # fmt: skip


def listing() -> str:
    return reverse("monitor_list", args=["acme"])


def test_the_list_says_who_is_on_it(scene, monitor):
    member = log_in(scene.acme, Role.MEMBER)
    before = words_of(member.get(listing()))
    fail(scene, monitor, minutes=20)
    open_ = words_of(member.get(listing()))
    incident = Incident.objects.get(organization=scene.acme)
    acknowledge(incident.id, scene.acme.memberships.get().user, scene.ago(10))
    taken = words_of(member.get(listing()))
    fail(scene, monitor, minutes=5, state=State.OPERATIONAL)
    over = words_of(member.get(listing()))
    said = [
        "is on it" in before, "Nobody is on it yet" in open_, "Ada Lovelace is on it" in taken, "is on it" in over,
    ]  # fmt: skip
    assert said == [False, True, True, False]


def test_another_organization_s_incident_is_nobody_s_to_see_here(scene, monitor):
    fail(scene, monitor, minutes=20)
    MonitorFactory(organization=scene.bolt, scope=own_scope(scene.bolt.id, "Checkout"))
    page = words_of(log_in(scene.bolt, Role.VIEWER).get(reverse("monitor_list", args=["bolt"])))
    assert "is on it" not in page
