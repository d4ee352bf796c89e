"""Take failures out of uptime that the other regions did not see: what counts is the verdict, not each region's word.

The first region that fails begins a round, and its check is stored before anybody knows how that ends. Where it ends
with "up", the failures of the round say nothing about the target, and neither does each later one that stays alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection

from monitors.core.debounce import step
from monitors.core.states import State
from monitors.probes.base import Reason
from monitors.services.regions import is_shared
from monitors.services.states import track_of
from monitors.services.verdicts import Finding

_DISOWN = """
    UPDATE monitors_checkresult AS result SET state = -1, reason = %s
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS round (id, since, until)
    WHERE monitor_id = id AND slot >= since AND slot < until AND state >= 3
"""


def without_outvoted(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings whose failed checks count no more where the regions together say that it works."""
    return [
        replace(finding, result=replace(finding.result, state=State.UNKNOWN, reason=Reason.OUTVOTED))
        if finding.result.state >= State.PARTIAL_OUTAGE and _is_up(finding)
        else finding
        for finding in findings
    ]


def take_back(findings: Sequence[Finding]) -> list[datetime]:
    """Let the failures of rounds that end with "up" count no more; return when these rounds began. Within a transaction."""
    rounds = [
        (finding.monitor.id, finding.before.pending_since, finding.check.slot)
        for finding in findings
        if finding.before is not None and finding.before.pending_since is not None and _is_up(finding)
    ]
    if not rounds:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DISOWN, [int(Reason.OUTVOTED), *(list(column) for column in zip(*rounds, strict=True))])
    return [since for _, since, _ in rounds]


def _is_up(finding: Finding) -> bool:
    """Whether several regions check this monitor, and its state is up now with no doubt left."""
    if finding.word is None or not is_shared(finding.monitor):
        return False
    at = finding.check.slot
    after = step(
        track_of(finding.before, at), finding.word.state, at=at, confirmations=finding.word.confirmations
    ).track
    return after.pending is None and after.state == State.OPERATIONAL
