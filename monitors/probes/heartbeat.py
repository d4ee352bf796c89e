"""A job that reports to us: late, failed, too long under way, or on time. Nothing is asked; what came in is judged."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from kit.zones import zone_named
from monitors.core.conditions import Names, Type
from monitors.core.states import State
from monitors.probes.base import KNOWN, Field, Net, Probe, ProbeResult, Reason, failed
from monitors.probes.http_rules import cleaned, short_text

DAY_S = 86_400
_SPAN = re.compile(r"(\d{1,5})\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": DAY_S}
NAMES: Names = {"duration": Type.DURATION}


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job should report: every `period_s` seconds, or as `cron` says in `zone`; each with some grace."""

    period_s: int
    grace_s: int
    cron: str = ""
    zone: str = "UTC"
    longest_s: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Schedule":
        longest = str(options.get("longest") or "")
        return cls(
            period_s=seconds(str(options.get("period") or "1d")),
            grace_s=seconds(str(options.get("grace") or "5m")),
            cron=str(options.get("cron") or ""),
            zone=str(options.get("zone") or "UTC"),
            longest_s=seconds(longest) if longest else None,
        )

    def next_after(self, at: datetime) -> datetime:
        """Return when the next report is due after one at `at`, without the grace; in UTC."""
        if self.cron:
            return next(CronSim(self.cron, at.astimezone(zone_named(self.zone)))).astimezone(UTC)
        return at + timedelta(seconds=self.period_s)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a job has said, up to `now`."""

    now: datetime
    began_at: datetime | None = None
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    exit_code: int | None = None
    duration_us: int | None = None

    @classmethod
    def of(cls, known: Mapping[str, object]) -> "Heard":
        times = {
            name: datetime.fromisoformat(str(known[name])) if known.get(name) else None
            for name in ("now", "began_at", "succeeded_at", "failed_at")
        }
        code, took = known.get("exit_code"), known.get("duration_us")
        return cls(
            **times,  # type: ignore[arg-type]  # `now` is always known
            exit_code=None if code is None else int(str(code)),
            duration_us=None if took is None else int(str(took)),
        )


def seconds(text: str) -> int:
    """Return "90m" in seconds. Raises ValueError."""
    match = _SPAN.fullmatch(text.strip().lower())
    found = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 10 <= found <= 400 * DAY_S:
        raise ValueError(f"{text[:20]!r} is no time. Write a number with s, m, h or d, as in 90m; at least 10s.")
    return found


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "period": _clean_span,
        "cron": _clean_cron,
        "zone": _clean_zone,
        "grace": _clean_span,
        "longest": _clean_span,
    }
    return cleaned(raw, readers, _judge_schedule)


def _clean_span(raw: str) -> str:
    text = short_text("A time", 20)(raw).strip()
    if text:
        seconds(text)
    return text


def _clean_cron(raw: str) -> str:
    text = " ".join(short_text("A cron line", 200)(raw).split())
    if text:
        try:
            next(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration) as error:
            raise ValueError(
                f"{text[:60]!r} is no cron line ({error}). Write five fields, as in 30 4 * * 1-5."
            ) from error
    return text


def _clean_zone(raw: str) -> str:
    zone = raw.strip() or "UTC"
    if zone not in _zones():
        raise ValueError(f"{zone[:60]!r} is no time zone. Write one as in Europe/Berlin.")
    return zone


def _judge_schedule(options: Mapping[str, object]) -> dict[str, str]:
    if options.get("cron") and options.get("period"):
        return {"cron": "Give either a period or a cron line, and leave the other empty."}
    if not (options.get("cron") or options.get("period")):
        return {"period": "Say how often the job runs, as in 1d, or give a cron line below."}
    return {}


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    schedule, known = Schedule.of(options), options.get(KNOWN)
    heard = known.get("heard") if isinstance(known, Mapping) else None
    if not isinstance(heard, Mapping):
        return failed(Reason.NOT_KNOWN_YET, "Nothing is known of this job yet.")
    return judge(schedule, Heard.of(heard))


def judge(schedule: Schedule, heard: Heard) -> ProbeResult:
    """Return what a job's reports mean now. A job that has never reported is unknown, never good."""
    ended_at = max(filter(None, (heard.succeeded_at, heard.failed_at)), default=None)
    is_running = heard.began_at is not None and (ended_at is None or heard.began_at > ended_at)
    if not (ended_at or is_running):
        return failed(Reason.NOT_KNOWN_YET, "No ping yet. This monitor starts with the first one.")
    if is_running and (fault := _overdue(schedule, heard)):
        return fault
    if heard.failed_at and heard.failed_at == ended_at and not is_running:
        code = "" if heard.exit_code is None else f" with exit code {heard.exit_code}"
        return failed(Reason.HEARTBEAT_FAILED, f"The job failed{code} at {_text(heard.failed_at, schedule)}.")
    if not is_running and ended_at and (fault := _late(schedule, ended_at, heard.now)):
        return fault
    took_us = heard.duration_us or 0
    took = f" and took {took_us / 1e6:.1f} s" if took_us else ""
    words = "The job is running." if is_running else f"The last ping came at {_text(ended_at, schedule)}{took}."
    return ProbeResult(State.OPERATIONAL, Reason.OK, took_us, summary=words)


def _overdue(schedule: Schedule, heard: Heard) -> ProbeResult | None:
    """A run that began must end within its longest time, or within the grace where none is given."""
    assert heard.began_at is not None
    longest_s = schedule.longest_s or schedule.grace_s
    if heard.now <= heard.began_at + timedelta(seconds=longest_s):
        return None
    words = f"The job began at {_text(heard.began_at, schedule)} and has not ended within {_span(longest_s)}."
    return failed(Reason.HEARTBEAT_OVERDUE, words)


def _late(schedule: Schedule, last: datetime, now: datetime) -> ProbeResult | None:
    due = schedule.next_after(last)
    if now <= due + timedelta(seconds=schedule.grace_s):
        return None
    words = f"A ping was due at {_text(due, schedule)}, with {_span(schedule.grace_s)} of grace; the last came at {_text(last, schedule)}."
    return failed(Reason.HEARTBEAT_LATE, words)


def _text(at: datetime | None, schedule: Schedule) -> str:
    return f"{at.astimezone(zone_named(schedule.zone)):%F %H:%M} {schedule.zone}" if at else "no time"


@lru_cache(maxsize=1)
def _zones() -> set[str]:
    return available_timezones()


def _span(seconds_: int) -> str:
    unit = next((u for u in ("d", "h", "m") if seconds_ % _SECONDS[u] == 0), "s")
    return f"{seconds_ // _SECONDS[unit]} {unit}"


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> None:
    """Nothing is connected to."""


PROBE = Probe(
    label="Heartbeat",
    target_label="Job",
    fields=(
        Field("period", "Runs every", help="As in 5m, 1h or 1d. Empty if it runs by a cron line."),
        Field("cron", "Cron line", help="As in 30 4 * * 1-5, instead of a period."),
        Field("zone", "Time zone", initial="UTC", help="Of the cron line, as in Europe/Berlin."),
        Field("grace", "Grace", initial="5m", help="How much later a ping may come before the job counts as late."),
        Field("longest", "Longest run", help="From start to end, if the job reports its start. Empty: the grace."),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    is_waiting=True,
)
