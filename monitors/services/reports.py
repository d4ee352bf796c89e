"""Take people's reports in: one vote per person and window, one counted vote per network.

Whatever becomes of a report, who sends it is answered the same: nobody can learn here how to be counted twice.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
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
    theirs = Report.objects.filter(provider=said.provider, network=who.network, window=who.window)
    before = list(theirs.values_list("voter", "says_well", "is_counted"))
    if any(voter == who.voter and well == said.says_well for voter, well, _ in before):
        return False
    if len(before) >= MOST_STORED:
        _note_full(said.provider, who)
        return True
    is_first = not any(counted for _, _, counted in before)
    counts = may_count and is_first and not said.says_well and _is_within_caps(said.provider, who, proof)
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


def _is_within_caps(provider: Provider, who: Person, proof: Proof) -> bool:
    if proof not in (Proof.DONE, Proof.MISSING):
        return False
    counted = Report.objects.filter(provider=provider, window=who.window, is_counted=True)
    if proof is Proof.MISSING and counted.filter(is_proven=False)[:MOST_UNPROVEN].count() >= MOST_UNPROVEN:
        return False
    alike = counted.filter(browser=who.browser)
    if alike.filter(wide=who.wide)[:MOST_ALIKE_NEAR].count() >= MOST_ALIKE_NEAR:
        return False
    return alike[:MOST_ALIKE].count() < MOST_ALIKE


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
