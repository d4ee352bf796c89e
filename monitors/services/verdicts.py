"""Judge the results of checks by all that is known: the monitor's past, its windows, and our own network."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kit.clock import real
from monitors.core.debounce import Track
from monitors.core.guard import Sight, Watch, sight
from monitors.core.observations import Observation
from monitors.core.quorum import View, weigh
from monitors.core.states import Source, State
from monitors.core.verdict import NOISY_WITHIN, Policy, Seen, Word, is_noisy, judge
from monitors.models import Monitor, SourceState, StateChange
from monitors.probes.base import ProbeResult, Reason
from monitors.queries.windows import in_window
from monitors.services.dispatch import Check
from monitors.services.guard import watches
from monitors.services.regions import Regions, is_left_out, is_shared, last_words, panel_of, suspected_regions
from monitors.services.states import track_of

RECHECK_AFTER_S = 10.0  # a first failure, or a first success after one, is confirmed soon
MISSED_CHECKS = 3  # a monitor without a result for this many intervals is no longer fresh


@dataclass(frozen=True, slots=True)
class Finding:
    """A result with the monitor it is of, what was known of it before, and what it says now.

    `word` is None where the result says something about us and nothing about the target. `said` is what its region
    said, whether it counts or not.
    """

    check: Check
    result: ProbeResult
    monitor: Monitor
    before: SourceState | None
    word: Word | None
    said: State = State.UNKNOWN
    is_in_doubt: bool = False

    @property
    def is_news(self) -> bool:
        """Whether there is more to say than "still the same"."""
        before = self.before
        return before is None or self.word is None or before.state != self.word.state or before.pending is not None

    @property
    def begins_spell(self) -> bool:
        """Whether this is the first failure after something else; being blocked counts, as its owner must know why."""
        if self.result.reason == Reason.BLOCKED:
            return self.monitor.last_reason != Reason.BLOCKED.word
        track = track_of(self.before, self.check.slot)
        was_failing = track.state.is_impaired or (track.pending is not None and track.pending.is_impaired)
        return self.word is not None and self.word.state.is_impaired and not was_failing

    @property
    def recheck_in_s(self) -> float | None:
        """In how many seconds to look again, or None: at the next slot. Another region is asked at once."""
        is_round = is_shared(self.monitor) and self.before is not None and self.before.pending is not None
        if self.word is None:
            return 0.0 if is_round else None
        if not self.word.look_again:
            return None
        return RECHECK_AFTER_S if self.is_in_doubt or not is_shared(self.monitor) else 0.0

    @property
    def fresh_for(self) -> timedelta:
        # On a fast clock a check still takes real time to be dispatched.
        check = self.monitor
        return timedelta(seconds=MISSED_CHECKS * check.interval_s + check.timeout_s) + real(5)

    @property
    def observation(self) -> Observation:
        monitor, result, word = self.monitor, self.result, self.word
        assert word is not None
        return Observation(
            source=Source.PROBE,
            ref=f"monitor:{monitor.id}",
            scope_id=monitor.scope_id,
            state=word.state,
            at=self.check.slot,
            reason=f"{monitor.name}: {result.summary} {word.why}".strip(),
            evidence={"reason": result.reason.word, "total_ms": result.total_us // 1000}
            | {name: result.detail[name] for name in ("status", "address") if name in result.detail},
            organization_id=monitor.organization_id,
            confirmations=word.confirmations,
            fresh_for_s=int(self.fresh_for.total_seconds()),
        )


def judged(outcomes: Sequence[tuple[Check, ProbeResult]], *, now: datetime) -> list[Finding]:
    """Return what results say, in the order of their monitors; those of removed monitors are left out.

    Two queries, two more where something fails or is slow, and one for those that several regions check.
    """
    monitors = Monitor.objects.select_related("scope").in_bulk([check.monitor_id for check, _ in outcomes])
    rows = SourceState.objects.filter(ref__in=[f"monitor:{id_}" for id_ in monitors])
    states = {(row.ref, row.scope_id): row for row in rows}
    known = sorted((o for o in outcomes if o[0].monitor_id in monitors), key=lambda outcome: outcome[0].monitor_id)
    shared = [monitor for monitor in monitors.values() if is_shared(monitor)]
    doubtful = {
        check.monitor_id: check.slot for check, result in known if _is_trouble(result, monitors[check.monitor_id])
    }
    planned = in_window(doubtful)
    regions = Regions(watches(), suspected_regions(), last_words(shared)) if doubtful or shared else Regions()
    return [
        _finding(check, result, monitor, states.get((f"monitor:{monitor.id}", monitor.scope_id)), planned, regions, now)
        for check, result in known
        for monitor in [monitors[check.monitor_id]]
    ]


def mark_noisy(changes: Iterable[StateChange], *, now: datetime) -> None:
    """Note which monitors go up and down again and again, and which have come to rest, after confirmed changes."""
    for change in changes:
        monitor = Monitor.objects.filter(id=int(change.ref.removeprefix("monitor:")))
        if not change.new.is_impaired:
            monitor.filter(noisy_since__isnull=False).update(noisy_since=None)
            continue
        # By scope: the parts of a health document have the monitor's ref.
        own = StateChange.objects.filter(ref=change.ref, scope=change.scope_id)
        recent = own.filter(recorded_at__gt=now - NOISY_WITHIN)
        if is_noisy(recent.values_list("recorded_at", flat=True), now=now):
            monitor.filter(noisy_since=None).update(noisy_since=change.at)


def _finding(
    check: Check,
    result: ProbeResult,
    monitor: Monitor,
    before: SourceState | None,
    planned: Collection[int],
    regions: Regions,
    now: datetime,
) -> Finding:
    track, said = track_of(before, check.slot), result.state
    worth = _worth(check, result, track, regions.watches.get(check.region), now)
    left_out = is_left_out(monitor, check.region, regions.suspected)
    if worth is Sight.BLIND:
        said, result = State.UNKNOWN, _disowned(result, "Our own network did not work, so this says nothing")
    elif left_out and result.state.is_impaired:
        result = _disowned(result, "Its region disagrees with all others, so this says nothing")
    seen = Seen(result.state, result.total_us, not (result.reason.is_ours or left_out), in_window=monitor.id in planned)
    policy = _policy(monitor)
    word = judge(seen, track, policy)
    is_slow = word is not None and word.state == State.DEGRADED and result.state == State.OPERATIONAL
    if is_slow and not (is_shared(monitor) and track.state >= State.PARTIAL_OUTAGE):
        result = replace(result, state=State.DEGRADED, reason=Reason.SLOW)
    elif word and word.state == State.MAINTENANCE:
        said = State.MAINTENANCE  # what a region sees in planned work speaks for no outage, now or after it
    elif word and is_shared(monitor):
        view = View(check.region, said, check.slot)
        up_after = policy.checks_of_quiet if policy.is_noisy else 1
        word = weigh(word, view, panel_of(monitor, view, regions, track, up_after=up_after, now=now), track)
    in_doubt = worth is Sight.DOUBT and word is not None and word.state.is_impaired and word.state != track.state
    if word and in_doubt:
        # It waits for the next round of canaries: not confirmed by this one, whatever the monitor asks for.
        word = replace(word, confirmations=max(word.confirmations, track.agreeing + 2), look_again=True)
    return Finding(check, result, monitor, before, word, said, in_doubt)


def _disowned(result: ProbeResult, why: str) -> ProbeResult:
    return replace(result, state=State.UNKNOWN, reason=Reason.NO_NETWORK, summary=f"{why}: {result.summary}")


def _worth(check: Check, result: ProbeResult, track: Track, watch: Watch | None, now: datetime) -> Sight:
    """Return what a failure is worth; one that follows a failure seen with good eyes needs no other proof."""
    if not result.state.is_impaired:
        return Sight.CLEAR
    ended = check.slot + timedelta(microseconds=result.total_us)
    worth = sight(watch, began=check.slot, ended=ended, now=now)
    if worth is Sight.DOUBT and watch and watch.last_good_at and track.pending_since:
        first_ended = track.pending_since + timedelta(seconds=check.timeout_s)
        if track.pending is not None and track.pending.is_impaired and first_ended <= watch.last_good_at:
            return Sight.CLEAR
    return worth


def _is_trouble(result: ProbeResult, monitor: Monitor) -> bool:
    limit = _policy(monitor).slow_above_us
    return result.state.is_impaired or (limit is not None and result.total_us > limit)


def _policy(monitor: Monitor) -> Policy:
    return Policy(
        interval_s=monitor.interval_s,
        confirmations=monitor.confirmations,
        recovery_confirmations=monitor.recovery_confirmations or monitor.confirmations,
        slow_factor=monitor.slow_factor,
        baseline_us=monitor.baseline_us,
        is_noisy=monitor.noisy_since is not None,
    )
