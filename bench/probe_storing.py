"""What storing results takes the client in CPU: our binary COPY, and the ORM's bulk_create of the same rows."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median

ROWS = 20_000  # a round
AT_ONCE = 1000  # as the prober stores them


def storing(rounds: int) -> None:
    """Store the same results by both, `rounds` times in turn, and print the client's CPU time per row.

    Both are measured from the results as the engine gives them to the rows in the table.
    """
    ours, orm = [], []
    for number in range(-1, rounds):  # the first warms up, and does not count
        batches = [_outcomes(number, batch) for batch in range(ROWS // AT_ONCE)]
        spent = [_spent(by, batches) for by in (_by_copy, _by_bulk_create)]
        if number >= 0:
            ours.append(spent[0])
            orm.append(spent[1])
    ratios = [theirs / mine for mine, theirs in zip(ours, orm, strict=True)]
    print(f"{ROWS} results a round, {AT_ONCE} at once; CPU of the client, us per row: median (least to most)")
    for label, values, digits in (("COPY, as the prober", ours, 2), ("bulk_create", orm, 2), ("ratio", ratios, 1)):
        print(f"  {label:<22}{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})")


def _outcomes(number, batch):
    from monitors.core.states import State
    from monitors.probes.base import Phases, ProbeResult, Reason
    from monitors.services.dispatch import Check

    slot = datetime.now(UTC) - timedelta(hours=1) + timedelta(minutes=number, milliseconds=batch)
    phases = Phases(1200, 12_000, 25_000, 60_000, 500)
    return [
        (Check(id_, 1, slot, "http", "", {}, 10), ProbeResult(State.OPERATIONAL, Reason.OK, 98_700 + id_, phases))
        for id_ in range(1, AT_ONCE + 1)
    ]


def _spent(store, batches):
    """Return the microseconds of CPU per row that `store` takes; what it has written is removed again."""
    from monitors.models import CheckResult

    before = time.process_time()
    for batch in batches:
        store(batch)
    spent = time.process_time() - before
    assert CheckResult.objects.count() == ROWS
    CheckResult.objects.all().delete()
    return 1e6 * spent / ROWS


def _by_copy(batch):
    from django.db import transaction

    from monitors.services import results
    from monitors.services.copying import fill_inbox
    from monitors.services.dispatch import plain_cursor

    with transaction.atomic(), plain_cursor() as cursor:
        fill_inbox(cursor, batch)
        cursor.execute(results._STORE)  # the very statement


def _by_bulk_create(batch):
    from monitors.models import CheckResult

    rows = [
        CheckResult(
            monitor_id=check.monitor_id, slot=check.slot, state=result.state, reason=result.reason,
            total_us=result.total_us, dns=result.phases.dns // 100, connect=result.phases.connect // 100,
            tls=result.phases.tls // 100, first_byte=result.phases.first_byte // 100,
            transfer=result.phases.transfer // 100, region=check.region,
        )
        for check, result in batch
    ]  # fmt: skip
    CheckResult.objects.bulk_create(rows, batch_size=AT_ONCE)
