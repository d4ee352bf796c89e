"""What the page of one monitor shows: uptime, response times, why it says what it says, and its first failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from accounts.models import Organization
from monitors.core.quorum import wanted_of
from monitors.core.states import State
from monitors.core.sums import Sums
from monitors.core.verdict import Policy
from monitors.core.windows import Span, merged
from monitors.models import CheckEvidence, Monitor, RegionWatch, SourceState
from monitors.probes.base import Reason
from monitors.queries.configuration import configuration
from monitors.queries.history import DAY, Checked, Stretch, stretches, sums_in, timeline, total
from monitors.queries.monitor_charts import AskedCharts, Charts, charts
from monitors.queries.monitor_parts import PartLine, part_lines
from monitors.queries.monitors import MonitorRow, rows_of
from monitors.queries.regions import RegionLine, region_lines, region_name
from monitors.queries.windows import AHEAD, LONGEST, Reached, in_words, reaching

LINES = 10  # of single checks
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class UptimeTile:
    """`share` is 0.0 to 1.0 of the checks that did not fail, or None without a check; times in milliseconds."""

    label: str
    share: float | None
    checks: int
    failed: int
    planned: int
    down_minutes: int
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One check; times in milliseconds."""

    slot: datetime
    state: State
    reason: str
    region: str
    total_ms: float
    dns_ms: float
    connect_ms: float
    tls_ms: float
    first_byte_ms: float
    transfer_ms: float

    @property
    def spent_ms(self) -> float:
        """What its phases took all in all."""
        return self.dns_ms + self.connect_ms + self.tls_ms + self.first_byte_ms + self.transfer_ms


@dataclass(frozen=True, slots=True)
class MonitorPage:
    row: MonitorRow
    parts: Sequence[PartLine]
    why: Sequence[str]
    charts: Charts
    tiles: Sequence[UptimeTile]
    results: Sequence[ResultLine]  # newest first
    evidence: Sequence[CheckEvidence]  # newest first
    configuration: Sequence[tuple[str, str]]
    checks_kept_days: int
    has_regions: bool

    @property
    def has_times(self) -> bool:
        """Whether any of the results took a measured time: a job that never says when it begins takes none."""
        return any(line.total_ms for line in self.results)

    @property
    def has_phases(self) -> bool:
        return any(line.spent_ms for line in self.results)


def monitor_page(monitor: Monitor, *, asked: AskedCharts, now: datetime) -> MonitorPage:
    """Return the page of a monitor with the charts that are asked for. At most sixteen queries, however old it is."""
    word = SourceState.objects.filter(ref=f"monitor:{monitor.id}", scope=monitor.scope_id).first()
    day = timeline(monitor.id, start=now - DAY, end=now)
    windows = list(reaching(now - DAY, now + AHEAD + LONGEST, monitor_ids=[monitor.id]))
    planned = merged(span for one in windows for span in one.spans if span.start < now)
    parts = stretches(monitor.id, start=_midnight(now, 89), now=now)
    return MonitorPage(
        row=rows_of([monitor], now)[0],
        parts=part_lines(monitor, now),
        why=_why(monitor, word, windows, now),
        charts=charts(monitor, asked, day, parts, word, now=now),
        tiles=_tiles(monitor, day, planned, parts, now),
        results=[_line(checked) for checked in reversed(day[-LINES:])],
        evidence=list(CheckEvidence.objects.filter(monitor=monitor).order_by("-at", "-id")[:5]),
        configuration=configuration(monitor),
        checks_kept_days=kept_days(monitor.organization),
        has_regions=len(settings.PROBE_REGIONS) > 1,
    )


def kept_days(organization: Organization) -> int:
    """Return for how many days single checks of an organization are kept."""
    plan = organization.plan
    return plan.checks_kept_days if plan and plan.checks_kept_days else settings.CHECKS_KEPT_DAYS


def _tiles(
    monitor: Monitor, day: Sequence[Checked], planned: Sequence[Span], parts: Sequence[Stretch], now: datetime
) -> list[UptimeTile]:
    tiles = [_tile(monitor, "24 hours", sums_in(day, planned))]
    return tiles + [
        _tile(monitor, f"{days} days", total(parts, since=_midnight(now, days - 1))) for days in (7, 30, 90)
    ]


def _tile(monitor: Monitor, label: str, sums: Sums) -> UptimeTile:
    times = [round(us / _MILLISECONDS) for us in sums.measured(0.5, 0.95, 0.99) or ()]
    down = round(sums.failed * monitor.interval_s / 60)
    return UptimeTile(label, sums.uptime, sums.checks, sums.failed, sums.planned, down, *times)


def _why(monitor: Monitor, word: SourceState | None, windows: Sequence[Reached], now: datetime) -> list[str]:
    """Return the rules that led to what the monitor says now, as sentences."""
    up_after = monitor.recovery_confirmations or monitor.confirmations
    lines = [f"Down counts after {_checks(monitor.confirmations)}, up after {_checks(up_after)}."]
    if (count := len(monitor.regions)) > 1:
        wanted = wanted_of(count, monitor.quorum)
        lines = [f"Regions check in turn. Down counts when {wanted} of {count} see it fail, and up when fewer do."]
        lines += [_said(line) for line in region_lines(monitor)]
    if word and word.state != State.UNKNOWN and not monitor.is_paused:
        said = word.reason.removeprefix(f"{monitor.name}: ")
        lines.insert(0, f"It says {word.state.word} since {_clock(word.since)}{': ' + said if said else '.'}")
    if word and word.pending is not None and word.pending_since:
        lines.append(
            f"{_checks(word.agreeing)} since {_clock(word.pending_since)} said {word.pending.word}; not yet enough."
        )
    policy = Policy(monitor.interval_s, 0, 0, monitor.slow_factor, monitor.baseline_us)
    if policy.slow_above_us and monitor.baseline_us:
        usual, limit = monitor.baseline_us / _MILLISECONDS, policy.slow_above_us / _MILLISECONDS
        lines.append(
            f"Slow is above {limit:.0f} ms, five times in a row: in the last week 95 of 100 checks took {usual:.0f} ms at most."
        )
    if monitor.noisy_since:
        lines.append(f"It goes up and down since {_clock(monitor.noisy_since)}: up counts after 15 quiet minutes.")
    lines += in_words(windows, now=now)
    if monitor.muted_until and monitor.muted_until > now:
        by = f" by {monitor.muted_by} on {_clock(monitor.muted_at)}" if monitor.muted_by and monitor.muted_at else ""
        lines.append(f"Muted{by} until {_clock(monitor.muted_until)}: it is judged as ever, and nobody is alerted.")
    dark = RegionWatch.objects.filter(region__in=monitor.regions, blind_since__isnull=False).first()
    if dark and dark.blind_since:
        lines.append(
            f"Our own network does not work since {_clock(dark.blind_since)}: failures do not count until it does."
        )
    return lines


def _said(line: RegionLine) -> str:
    if line.at is None or line.since is None:
        return f"{line.name}: not asked yet."
    left_out = (
        " Its word does not count, as it disagrees with all others about several monitors." if line.is_left_out else ""
    )
    return f"{line.name} says {line.state.word} since {_clock(line.since)}, last at {line.at:%H:%M:%S} UTC.{left_out}"


def _line(checked: Checked) -> ResultLine:
    check = checked.check
    known = {reason.value for reason in Reason}
    return ResultLine(
        slot=checked.at,
        state=State(check.state),
        reason=Reason(check.reason).word.replace("_", " ") if check.reason in known else f"reason {check.reason}",
        region=region_name(checked.region),
        total_ms=check.total_us / _MILLISECONDS,
        dns_ms=check.dns / 10,
        connect_ms=check.connect / 10,
        tls_ms=check.tls / 10,
        first_byte_ms=check.first_byte / 10,
        transfer_ms=check.transfer / 10,
    )


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks in a row"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %B, %H:%M} UTC"


def _midnight(now: datetime, days_ago: int) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=days_ago), time(), UTC)
