"""What several organizations share opens a public incident; what one of them sees does not."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Organization
from accounts.services import share_counts
from incidents.core.detection.tuning import DEFAULT
from incidents.models import Incident
from incidents.services import watching
from incidents.tasks import correlate_pending
from monitors.core.states import Source, State
from monitors.models import Carrier, DeliveryCount, Message, Provider, PushedMinute, Scope, SourceState
from monitors.services import receipts
from monitors.services.scopes import component_for, scope_of
from tests.factories import CarrierFactory, OrganizationFactory, ProviderFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
SINCE = NOON - timedelta(hours=30)
QUICK = replace(DEFAULT, warm_up=1440)  # a day of learning is enough for a world without nuisances
TROUBLE = NOON - timedelta(minutes=40)

_MESSAGES = """
INSERT INTO monitors_message (source_id, message_id, scope_id, status, rank, error_code, outcome, first_at, final_at)
SELECT %(source)s, %(source)s || '-' || %(scope)s || '-' || extract(epoch FROM at), %(scope)s,
    CASE WHEN fails THEN 'undelivered' ELSE 'delivered' END, 4, '', CASE WHEN fails THEN %(outcome)s ELSE 'delivered' END,
    at, at + interval '20 seconds'
FROM (
    SELECT at, at >= %(trouble)s AS fails
    FROM generate_series(%(since)s + %(first)s, %(until)s - interval '1 minute', interval '3 minutes') AS at
) AS sent
"""
_COUNTS = """
INSERT INTO monitors_deliverycount
    (organization_id, scope_id, minute, started, prompt, delivered, outage, ambiguous, sender, seconds, times)
SELECT source.organization_id, scope_id, date_trunc('minute', first_at), count(*), count(*),
    count(*) FILTER (WHERE outcome = 'delivered'), count(*) FILTER (WHERE outcome = 'outage'), 0,
    count(*) FILTER (WHERE outcome = 'sender'), 20 * count(*), '{}'
FROM monitors_message JOIN monitors_receiptsource AS source ON source.id = source_id GROUP BY 1, 2, 3
"""


# What a sender says that counts by itself, of the same messages; what fails has an age of its own only if it says times.
_PUSHED = """
INSERT INTO monitors_pushedminute (source_id, scope_id, minute, said, said_at, is_waiting)
SELECT source_id, scope_id, date_trunc('minute', first_at), jsonb_build_object(
    'started', count(*), 'prompt', count(*), 'delivered', count(*) FILTER (WHERE outcome = 'delivered'),
    'seconds', 0, 'times', '{}'::jsonb,
    'ages', CASE WHEN %(timed)s THEN jsonb_build_object('0', count(*) FILTER (WHERE outcome = 'delivered')) END,
    'failures', CASE WHEN bool_or(outcome <> 'delivered')
        THEN jsonb_build_array(jsonb_build_array('E7', max(outcome) FILTER (WHERE outcome <> 'delivered'),
            count(*) FILTER (WHERE outcome <> 'delivered'))) ELSE '[]' END
), max(first_at) + interval '1 minute', false
FROM monitors_message GROUP BY source_id, scope_id, date_trunc('minute', first_at)
"""


def begin() -> watching.Lookout:
    return watching.begin(NOON, learns=timedelta(hours=36), tuning=QUICK)


class World:
    """A provider whose SMS to three carriers three organizations watch, each with a message every three minutes."""

    def __init__(self) -> None:
        self.provider: Provider = ProviderFactory(slug="sender", name="Sender")
        sms = component_for(self.provider, "sms")
        names = (("JP", "Docomo"), ("JP", "SoftBank"), ("ID", "Smartfren"))
        carriers: list[Carrier] = [CarrierFactory(name=name, country=country) for country, name in names]
        self.scopes: list[Scope] = [
            scope_of(self.provider, component=sms, country=one.country, carrier=one) for one in carriers
        ]

    def sender(self, *, fails_at: Scope | None = None, outcome: str = "outage", shares: bool = True) -> Organization:
        organization: Organization = OrganizationFactory(shares_counts_since=SINCE if shares else None)
        senders = Organization.objects.count()
        source = receipts.create_source(organization, self.provider, "twilio", now=SINCE)
        with connection.cursor() as cursor:
            for n, scope in enumerate(self.scopes):
                trouble = TROUBLE if scope == fails_at else NOON
                values = {"source": source.id, "scope": scope.id, "outcome": outcome, "since": SINCE, "until": NOON}
                first = timedelta(seconds=(41 * senders + 67 * n) % 180)  # not all at once
                cursor.execute(_MESSAGES, {**values, "trouble": trouble, "first": first})
        return organization

    def watch(self) -> watching.Lookout:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE monitors_message")
            cursor.execute(_COUNTS)
        return begin()

    def push_instead(self, *, timed: bool) -> None:
        """The senders tell counts per minute in place of messages; what was counted of these stays what it was."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE monitors_message")
            cursor.execute(_COUNTS)
            cursor.execute(_PUSHED, {"timed": timed})
        Message.objects.all().delete()

    def said(self) -> dict[Scope, State]:
        words = SourceState.objects.filter(ref=f"shared:{self.provider.id}", state__gte=State.DEGRADED)
        return {word.scope: State(word.state) for word in words}


def test_what_three_organizations_share_opens_an_incident_at_the_carrier() -> None:
    world = World()
    for _ in range(3):
        world.sender(fails_at=world.scopes[0])
    world.watch().tell()
    correlate_pending()
    assert world.said() == {world.scopes[0]: State.PARTIAL_OUTAGE}
    incident = Incident.objects.get(organization=None)
    sighting = incident.sightings.get()
    assert (sighting.source, sighting.scope) == (Source.DELIVERY, world.scopes[0])
    assert sighting.evidence["organizations"] == 3
    assert "3 organizations' receipts show together" in sighting.reason


@pytest.mark.parametrize(("timed", "third_shares"), [(True, True), (False, True), (True, False)])
def test_what_three_organizations_count_themselves_is_weighed_too(timed: bool, third_shares: bool) -> None:
    world = World()
    for shares in (True, True, third_shares):
        world.sender(fails_at=world.scopes[0], shares=shares)
    world.push_instead(timed=timed)
    begin().tell()
    assert world.said() == ({world.scopes[0]: State.PARTIAL_OUTAGE} if third_shares else {})


@pytest.mark.parametrize(
    ("ages", "seen"), [({}, True), (None, False)], ids=["its senders tell time", "they say nothing about time"]
)
def test_what_waits_shows_where_senders_tell_time(ages: dict[str, int] | None, seen: bool) -> None:
    world = World()
    for _ in range(3):
        world.sender()
    world.push_instead(timed=ages is not None)
    for pushed in PushedMinute.objects.filter(scope=world.scopes[0], minute__gte=TROUBLE):
        pushed.said |= {"prompt": 0, "delivered": 0, "ages": ages}
        pushed.save()
    DeliveryCount.objects.filter(scope=world.scopes[0], minute__gte=TROUBLE).update(prompt=0, delivered=0)
    begin().tell()
    assert world.said() == ({world.scopes[0]: State.PARTIAL_OUTAGE} if seen else {})


@pytest.mark.parametrize(
    ("sharing", "outcome", "why"),
    [
        ([True, True, False], "outage", "fewer than three share"),
        ([True, True, True], "sender", "their senders are filtered, which is their own fault"),
    ],
)
def test_nothing_is_told(sharing: list[bool], outcome: str, why: str) -> None:
    world = World()
    for shares in sharing:
        world.sender(fails_at=world.scopes[0], outcome=outcome, shares=shares)
    world.watch().tell()
    assert world.said() == {}, why


def test_one_senders_own_trouble_is_not_the_carriers() -> None:
    world = World()
    world.sender(fails_at=world.scopes[0])
    for _ in range(3):
        world.sender()
    world.watch().tell()
    assert world.said() == {}


def test_a_new_lookout_ends_what_ended_while_nobody_watched() -> None:
    world = World()
    for _ in range(3):
        world.sender(fails_at=world.scopes[0])
    lookout = world.watch()
    lookout.tell()
    assert list(world.said()) == [world.scopes[0]]
    Message.objects.filter(first_at__gte=TROUBLE).update(status="delivered", outcome="delivered")
    DeliveryCount.objects.filter(minute__gte=TROUBLE).update(delivered=1, outage=0)
    begin().tell()
    assert world.said() == {}


def test_a_lookout_is_begun_again_where_somebody_stops_sharing_or_a_scope_is_new() -> None:
    world = World()
    senders = [world.sender() for _ in range(4)]
    lookout = world.watch()
    assert not lookout.misses(NOON)
    DeliveryCount.objects.filter(scope=world.scopes[2]).delete()
    assert lookout.misses(NOON), "a scope has gone"
    lookout = begin()
    share_counts(senders[0], shares=False, now=NOON)
    assert lookout.misses(NOON), "one has stopped"
    assert Message.objects.exists()
    assert not begin().misses(NOON)


@pytest.mark.django_db(transaction=True)
def test_one_watch_works_and_another_takes_over_when_it_is_gone() -> None:
    stop, other_works = threading.Event(), []

    def stand_by() -> None:
        other_works.append(watching._works())
        connection.close()

    assert watching._works()
    assert watching._works(), "it keeps what it has"
    thread = threading.Thread(target=stand_by)
    thread.start()
    thread.join()
    connection.close()
    deadline = time.monotonic() + 10
    while not watching._works() and time.monotonic() < deadline:  # the server notices a moment later
        time.sleep(0.05)
    assert (other_works, watching._works()) == ([False], True)
    stop.set()
    watching.stand_watch(stop, lambda: NOON)  # ends, and gives the lock back
