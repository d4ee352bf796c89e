"""Take people's reports in: one vote per person and window, one counted vote per network.

Whatever becomes of a report, who sends it is answered the same: nobody can learn here how to be counted twice.
"""

import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from redis.exceptions import RedisError

from monitors.core.problems import WORKS
from monitors.models import (
    Carrier,
    CommentState,
    Component,
    ImportedCount,
    PartnerRequest,
    Provider,
    Report,
    ReportCount,
    Via,
)  # fmt: skip
from monitors.services.report_people import Person, person
from monitors.services.report_work import Proof
from monitors.services.scopes import scope_of
from monitors.signals import readings_changed

logger = logging.getLogger(__name__)

KEEP = timedelta(days=90)
KEEP_ANSWERS = timedelta(hours=48)
MOST_STORED = 20  # reports of one network and window, which may have many people; further ones are dropped
# Counted reports of one provider and window, at most. They are looked up before they are stored, so that a few more
# may slip through where many come in the same instant; no detector's bar is as close as that.
MOST_UNPROVEN = (
    2  # without proof of work: a quarter of an hour touches three windows, and 6 are fewer than crowd.FEWEST
)
MOST_ALIKE_NEAR = 8  # networks of one neighbourhood (/16, /32) with the same browser: an address pool
MOST_ALIKE = 300  # networks with the same browser, wherever: phones of one make and language are many


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person says is wrong, or that it works again. `carrier_text` is as typed, where it is no carrier that we know."""

    provider: Provider
    problem: str
    component: Component | None = None
    country: str = ""
    carrier: Carrier | None = None
    carrier_text: str = ""
    comment: str = ""

    @property
    def says_well(self) -> bool:
        return self.problem == WORKS


def report(
    said: Statement, *, address: str, browser: str, now: datetime, proof: Proof = Proof.DONE, via: Via = Via.FORM
) -> bool:
    """Store what a person says; return False if they have said something about this provider lately.

    Of the address and the browser only keyed hashes are kept, whose key dies after two days.
    """
    return take(said, person(address, browser, now), proof=proof, via=via, now=now)


def take(said: Statement, who: Person, *, proof: Proof, via: Via, now: datetime, may_count: bool = True) -> bool:
    """Store what somebody says, as `report`; with `may_count` False it is kept and never counted."""
    if _is_known_full(said.provider, who):
        return True
    for _ in range(3):
        try:
            return _vote(said, who, proof, via, now, may_count)
        except IntegrityError:  # somebody of the same network was faster: look again
            continue
    logger.warning("A report about %s was lost to others of its network", said.provider.slug)
    return False


@transaction.atomic
def _vote(said: Statement, who: Person, proof: Proof, via: Via, now: datetime, may_count: bool) -> bool:
    heard = _heard(said, who)
    if heard.is_said:
        return False
    if heard.of_network >= MOST_STORED:
        _note_full(said.provider, who)
        return True
    counts = may_count and not said.says_well and not heard.is_counted and heard.is_within_caps(proof)
    scope = scope_of(said.provider, component=said.component, country=said.country, carrier=said.carrier)
    Report.objects.create(
        provider=said.provider,
        scope=scope,
        problem=said.problem,
        says_well=said.says_well,
        country=said.country,
        carrier_text=said.carrier_text[:60],
        comment=said.comment[:280],
        comment_state=CommentState.HELD if said.comment else CommentState.NONE,
        via=via,
        voter=who.voter,
        network=who.network,
        wide=who.wide,
        browser=who.browser,
        window=who.window,
        is_proven=proof is Proof.DONE,
        is_counted=counts,
        at=now,
    )
    if counts:
        _count(scope.id, now.replace(second=0, microsecond=0))
    if counts or said.says_well:
        send = partial(readings_changed.send_robust, Report, provider_id=said.provider.id, organization_id=None)
        transaction.on_commit(send)
    return True


def _is_known_full(provider: Provider, who: Person) -> bool:
    """Tell whether this network's window is full, without the database: a flood must cost next to nothing."""
    try:
        return cache.get(_full_name(provider, who)) is not None
    except RedisError:
        return False


def _note_full(provider: Provider, who: Person) -> None:
    with suppress(RedisError):
        cache.set(_full_name(provider, who), 1, 600)


def _full_name(provider: Provider, who: Person) -> str:
    return f"reports:full:{provider.id}:{who.network}:{who.window.timestamp():.0f}"


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was heard about a provider in a window: of one network, and counted reports of browsers like one."""

    of_network: int
    is_said: bool  # this person has said the same
    is_counted: bool  # this network is
    alike: int
    alike_near: int
    unproven: int

    def is_within_caps(self, proof: Proof) -> bool:
        if proof is not Proof.DONE and (proof is not Proof.MISSING or self.unproven >= MOST_UNPROVEN):
            return False
        return self.alike_near < MOST_ALIKE_NEAR and self.alike < MOST_ALIKE


# One statement in place of four: under a spike each report costs as much as what it asks. Every part has its index.
_HEARD = """
    SELECT network.stored, network.is_said, network.is_counted, browser.alike, browser.near, unproven.number
    FROM (
        SELECT count(*) AS stored, coalesce(bool_or(is_counted), false) AS is_counted,
            coalesce(bool_or(voter = %(voter)s AND says_well = %(says_well)s), false) AS is_said
        FROM monitors_report WHERE provider_id = %(provider)s AND "window" = %(window)s AND network = %(network)s
    ) network, (
        SELECT count(*) AS alike, count(*) FILTER (WHERE wide = %(wide)s) AS near
        FROM monitors_report
        WHERE provider_id = %(provider)s AND "window" = %(window)s AND is_counted AND browser = %(browser)s
    ) browser, (
        SELECT count(*) AS number
        FROM monitors_report
        WHERE provider_id = %(provider)s AND "window" = %(window)s AND is_counted AND NOT is_proven
    ) unproven
"""


def _heard(said: Statement, who: Person) -> _Heard:
    values = {"provider": said.provider.id, "says_well": said.says_well} | asdict(who)
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, values)
        return _Heard(*cursor.fetchone())


def _count(scope_id: int, minute: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitors_reportcount (scope_id, minute, reports) VALUES (%s, %s, 1)"
            " ON CONFLICT (scope_id, minute) DO UPDATE SET reports = monitors_reportcount.reports + 1",
            [scope_id, minute],
        )


def prune(now: datetime) -> int:
    """Delete what is older than 90 days, and answers to partners after two; return how many rows went."""
    old = (
        Report.objects.filter(at__lt=now - KEEP),
        ReportCount.objects.filter(minute__lt=now - KEEP),
        ImportedCount.objects.filter(minute__lt=now - KEEP),
        PartnerRequest.objects.filter(at__lt=now - KEEP_ANSWERS),
    )
    return sum(rows.delete()[0] for rows in old)
