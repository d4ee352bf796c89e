"""Store the results that say what was known already: nearly all of them, and so in one statement.

A result is steady when the check was good and not slow, and its monitor is known to be up with no doubt pending, or
nothing is known of it yet: a first word that is good is no news. Whatever else there is to say of a result,
monitors.services.verdicts judges. So are all results of health documents, which speak of their parts as well.
"""

from collections.abc import Sequence
from datetime import timedelta

from kit.clock import real
from monitors.core.states import Source, State
from monitors.core.verdict import SLOW_AT_LEAST_US
from monitors.probes.base import ProbeResult, Reason
from monitors.services.copying import fill_inbox
from monitors.services.dispatch import Check, plain_cursor
from monitors.services.verdicts import MISSED_CHECKS

COVER_EVERY = timedelta(seconds=30)  # the span in which a monitor saw something grows in steps of this

# The rows are locked in order of their ids, as everywhere.
_STEADY = """
    WITH steady AS (
        SELECT inbox.*, word.id AS word_id, 'monitor:' || inbox.monitor_id AS ref, monitor.organization_id, monitor.name,
            monitor.scope_id, scope.provider_id, cardinality(regions) > 1 AS is_shared,
            %(missed)s * interval_s + timeout_s AS fresh_s
        FROM checks_inbox AS inbox
        JOIN monitors_monitor AS monitor ON monitor.id = inbox.monitor_id AND monitor.fence = inbox.fence
        JOIN monitors_scope AS scope ON scope.id = monitor.scope_id
        -- "+ 0": always by ref, whose index is exact; by scope there may be thousands.
        LEFT JOIN monitors_sourcestate AS word ON word.ref = 'monitor:' || inbox.monitor_id
            AND word.scope_id + 0 = monitor.scope_id
        WHERE NOT is_paused AND kind <> 'health' AND inbox.state = %(good)s AND inbox.reason = 0
          AND (word.id IS NULL OR word.state = %(good)s AND pending IS NULL AND observed_at <= slot)
          AND (slow_factor IS NULL OR baseline_us IS NULL
               OR total_us <= greatest(slow_factor * baseline_us, baseline_us + %(slow_at_least)s))
        ORDER BY monitor.id
        FOR NO KEY UPDATE OF monitor
    ), monitors AS (
        UPDATE monitors_monitor AS monitor
        SET last_check_at = slot, last_state = state, last_total_us = total_us, last_reason = '', leased_until = NULL
        FROM steady WHERE monitor.id = monitor_id
    ), words AS (
        UPDATE monitors_sourcestate AS word SET observed_at = slot, fresh_for_s = fresh_s + %(margin_s)s
        FROM steady WHERE word.id = word_id AND word.pending IS NULL
    ), first_words AS (
        INSERT INTO monitors_sourcestate
            (organization_id, source, ref, scope_id, state, since, observed_at, fresh_for_s, agreeing, reason, evidence)
        SELECT organization_id, %(source)s, ref, scope_id, state, slot, slot, fresh_s + %(margin_s)s, 0,
            name || ': its first check was good.', '{}'
        FROM steady WHERE word_id IS NULL
        ON CONFLICT DO NOTHING
    ), covered AS (
        SELECT DISTINCT ON (steady.ref) steady.ref, slot, span.id, span.ended_at
        FROM steady JOIN monitors_coverage AS span ON span.ref = steady.ref
            AND ended_at >= slot - fresh_s * interval '1 second' - %(margin)s - %(cover_every)s AND began_at <= slot
        ORDER BY steady.ref, span.ended_at DESC
    ), extended AS (
        UPDATE monitors_coverage AS span SET ended_at = slot
        FROM covered WHERE span.id = covered.id AND covered.ended_at <= slot - %(cover_every)s
    ), begun AS (
        INSERT INTO monitors_coverage (ref, began_at, ended_at)
        SELECT ref, slot, slot FROM steady WHERE ref NOT IN (SELECT ref FROM covered)
    ), said AS (
        INSERT INTO monitors_regionword AS word (monitor_id, region, state, since, at, total_us)
        SELECT monitor_id, region, state, slot, slot, total_us FROM steady WHERE is_shared
        ON CONFLICT (monitor_id, region) DO UPDATE SET state = excluded.state, at = excluded.at,
            total_us = excluded.total_us,
            since = CASE WHEN word.state = excluded.state THEN word.since ELSE excluded.since END
        WHERE word.at <= excluded.at
    ), stored AS (
        INSERT INTO monitors_checkresult
            (monitor_id, slot, state, reason, total_us, dns, connect, tls, first_byte, transfer, region)
        SELECT monitor_id, slot, state, reason, total_us, dns, connect, tls, first_byte, transfer, region FROM steady
        ON CONFLICT DO NOTHING
    )
    SELECT monitor_id, provider_id, organization_id FROM steady
"""


def record_steady(outcomes: Sequence[tuple[Check, ProbeResult]]) -> dict[int, tuple[int | None, int]]:
    """Store the steady ones among results; return their monitors, each with its provider and organization.

    Called within a transaction, with at most one result of a monitor.
    """
    good = [outcome for outcome in outcomes if outcome[1].reason == Reason.OK]
    if not good:
        return {}
    margin = real(5)
    values = {
        "missed": MISSED_CHECKS,
        "good": int(State.OPERATIONAL),
        "source": Source.PROBE.value,
        "slow_at_least": SLOW_AT_LEAST_US,
        "margin": margin,
        "margin_s": int(margin.total_seconds()),
        "cover_every": COVER_EVERY,
    }
    with plain_cursor() as cursor:
        fill_inbox(cursor, good)
        rows = cursor.execute(_STEADY, values).fetchall()
    return {monitor_id: (provider_id, organization_id) for monitor_id, provider_id, organization_id in rows}
