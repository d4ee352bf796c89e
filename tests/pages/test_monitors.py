"""What a monitor's pages say of incidents: who is on them, what its checks were evidence of, and whom they told."""

import re
from functools import partial
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role
from incidents.models import Incident
from incidents.services import acknowledge
from monitors.core.states import Source, State
from monitors.models import MonitorChange
from monitors.services import bulk
from monitors.services.scopes import own_scope
from tests import readers
from tests.factories import (
    ChannelFactory,
    IncidentFactory,
    MonitorFactory,
    NotificationFactory,
    UserFactory,
)
from tests.readers import words_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
log_in = partial(readers.log_in, name="Ada Lovelace")


@pytest.fixture
def monitor(scene):
    return MonitorFactory(organization=scene.acme, name="Checkout", scope=own_scope(scene.acme.id, "Checkout"))


def fail(scene, monitor, *, minutes, state=State.MAJOR_OUTAGE):
    scene.say(
        monitor.scope, state, minutes=minutes, organization=monitor.organization, source=Source.PROBE,
        ref=f"monitor:{monitor.id}", reason=f"{monitor.name}: GET answered 503.",
    )  # fmt: skip


def evident(scene, monitor, title, began, ended=None) -> Incident:
    """Make an incident that a monitor was evidence of, from so many minutes ago to so many."""
    over = scene.ago(ended) if ended else None
    incident = IncidentFactory(
        organization=scene.acme, provider=None, title=title, started_at=scene.ago(began), resolved_at=over
    )
    incident.sightings.create(
        source="probe", ref=f"monitor:{monitor.id}", scope=monitor.scope, state=State.MAJOR_OUTAGE,
        first_at=scene.ago(began), seen_at=scene.ago(began), cleared_at=over,
    )  # fmt: skip
    return incident


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


def detail(monitor) -> str:
    return reverse("monitor_detail", args=[monitor.organization.slug, monitor.id])


def test_an_incident_is_taken_on_the_monitor_s_page_and_one_stays_there(scene, monitor):
    member = log_in(scene.acme, Role.MEMBER)
    fail(scene, monitor, minutes=20)
    page = member.get(detail(monitor))
    assert re.search(r"Acknowledge Check now .* nobody has taken it yet\.", words_of(page))
    uid = Incident.objects.get(organization=scene.acme).uid
    answer = member.post(reverse("incident_acknowledge", args=["acme", uid]), {"monitor": monitor.id})
    assert answer["Location"] == detail(monitor)
    taken = words_of(member.get(detail(monitor), headers=HTMX))
    assert re.search(r"Ada Lovelace has taken it, \d+ s ago ?\.", taken)
    assert "Acknowledge" not in taken


def test_of_several_untaken_incidents_each_button_names_its_own(scene, monitor):
    for n in range(2):
        evident(scene, monitor, f"Trouble {n}", 10 - n)
    page = words_of(log_in(scene.acme, Role.MEMBER).get(detail(monitor)))
    assert re.findall(r"Acknowledge: Trouble \d", page) == ["Acknowledge: Trouble 1", "Acknowledge: Trouble 0"]


@pytest.mark.parametrize("monitor_id", ["", "7/../../admin", "1" * 30, "-1"])
def test_what_is_no_monitor_leads_back_to_the_incident(scene, monitor, monitor_id):
    fail(scene, monitor, minutes=20)
    uid = Incident.objects.get(organization=scene.acme).uid
    answer = log_in(scene.acme, Role.MEMBER).post(
        reverse("incident_acknowledge", args=["acme", uid]), {"monitor": monitor_id}
    )
    assert answer["Location"] == f"/o/acme/incidents/{uid}/"


def test_who_may_not_act_reads_that_nobody_has_taken_it(scene, monitor):
    fail(scene, monitor, minutes=20)
    page = log_in(scene.acme, Role.VIEWER).get(detail(monitor), headers=HTMX)
    assert "nobody has taken it yet." in words_of(page)
    assert b"Acknowledge" not in page.content


def test_incidents_come_open_first_then_latest_and_no_older_than_asked_for(scene, monitor):
    for title, began, ended in (("A", 9000, 8990), ("B", 3000, 2990), ("C", 600, 590), ("Open", 4000, None)):
        evident(scene, monitor, f"Trouble {title}", began, ended)
    page = log_in(scene.acme, Role.VIEWER)
    seen = {
        span: re.findall(r"<h3><a [^>]*>Trouble (\w+)", page.get(detail(monitor), {"span": span}).content.decode())
        for span in ("24h", "7d")
    }
    assert seen == {"24h": ["Open", "C"], "7d": ["Open", "C", "B", "A"]}


def test_each_incident_has_a_lane_for_each_source_and_one_for_alerts(scene, monitor):
    monitor.scope = scene.sms
    monitor.save()
    fail(scene, monitor, minutes=50)
    scene.post(scene.sms, "SMS fails", "We look.", State.DEGRADED, minutes=19)
    incident = Incident.objects.get(organization=scene.acme)
    channel = ChannelFactory(organization=scene.acme, name="Operations")
    for minutes, state in ((48, "delivered"), (18, "rejected")):
        NotificationFactory(
            channel=channel, organization=scene.acme, incident=incident, transition="opened", state=state,
            created_at=scene.ago(minutes), reason="No such address." if state == "rejected" else "",
        )  # fmt: skip
    html = log_in(scene.acme, Role.VIEWER).get(detail(monitor)).content.decode()
    lanes = re.findall(r'<svg class="lane[^"]*" role="img" aria-label="(Vendor|Your probes|Alerts)', html)
    assert lanes == ["Vendor", "Your probes", "Alerts"]
    assert re.findall(r'"told told-(\w+)" x=', html) == ["delivered", "undelivered"]
    words = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))
    assert re.search(r"First seen by: Our probes at \d\d:\d\d UTC, the vendor's page 31 min later\.", words)
    assert "Twilio posted 31 min after it began." in words
    assert "Rejected: No such address." in words


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_incidents(scene, monitor, number, django_assert_num_queries):
    for n in range(number):
        incident = evident(scene, monitor, f"Trouble {n}", 9)
        NotificationFactory.create_batch(2, organization=scene.acme, incident=incident)
    member = log_in(scene.acme, Role.MEMBER)
    member.get(detail(monitor))
    with django_assert_num_queries(29):
        page = member.get(detail(monitor), headers=HTMX)
    assert page.content.count(b'class="lane lane-told"') == number


def test_a_page_shows_five_incidents_and_leads_to_the_others(scene, monitor):
    for n in range(7):
        evident(scene, monitor, f"Trouble {n}", 9)
    page = words_of(log_in(scene.acme, Role.VIEWER).get(detail(monitor)))
    assert len(set(re.findall(r"Trouble \d", page))) == 5
    assert "These are the latest 5 of the last 24 hours. All incidents" in page


def test_viewers_read_the_last_twenty_changes_and_all_of_them_page_by_page(scene, monitor):
    person = UserFactory(name="Grace Hopper")
    for n in range(60):
        bulk.tag(scene.acme.id, [monitor.id], f"t{n}", now=scene.ago(100 - n), by=person.id)
        bulk.untag(scene.acme.id, [monitor.id], f"t{n}", now=scene.ago(100 - n), by=None)
    viewer = log_in(scene.acme, Role.VIEWER)
    all_of_them = reverse("monitor_changes", args=["acme", monitor.id])
    html = viewer.get(detail(monitor)).content.decode()
    assert (html.count("by Grace Hopper"), html.count("by a command, or somebody who has left")) == (10, 10)
    assert f'href="{all_of_them}"' in html
    pages = [viewer.get(all_of_them, {"page": number}).content.decode() for number in ("1", "3", "nonsense")]
    assert [page.count("<dt>Tag</dt>") for page in pages] == [50, 20, 50]
    assert "51 to 100 of 120" in words_of(viewer.get(all_of_them, {"page": 2}))


def test_what_was_done_to_many_says_with_how_many(scene, monitor):
    others = MonitorFactory.create_batch(2, organization=scene.acme)
    bulk.pause(scene.acme.id, [monitor.id, *(other.id for other in others)], now=scene.ago(5))
    assert "with 2 others Checks was running became paused" in words_of(
        log_in(scene.acme, Role.VIEWER).get(detail(monitor))
    )


def test_texts_of_changes_are_text(scene, monitor):
    MonitorChange.objects.create(
        monitor=monitor, at=scene.ago(1), edits=[["Name", "<script>", "<b>"], ["Password", None, None]]
    )
    html = log_in(scene.acme, Role.VIEWER).get(reverse("monitor_changes", args=["acme", monitor.id])).content.decode()
    assert "&lt;script&gt;</del> <ins>" in html
    assert "changed; it is not shown" in html
