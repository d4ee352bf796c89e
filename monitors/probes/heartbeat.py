"""A job that reports to us: late, failed, too long under way, or on time. Nothing is asked; what came in is judged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.zones import zone_named
from monitors.core.conditions import Names, Type
from monitors.core.states import State
from monitors.probes.base import KNOWN, Field, Net, Probe, ProbeResult, Reason, failed
from monitors.probes.http_rules import cleaned, short_text
from monitors.probes.job_schedule import Schedule, cron_line, seconds, span_words, zones

HOUR = timedelta(hours=1)
MOST_BETWEEN_ZONES = timedelta(hours=14)
MOST_AFTER_THE_HOUR = timedelta(minutes=10)  # that a job takes whose ping still tells when it began
NAMES: Names = {"duration": Type.DURATION}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a job has said, up to `now`.

    Of the runs that are under way, `began_at` is the start of the oldest, `run` its id, and `latest_at` the start of
    the newest; None where none is. `waits_from` is when it was resumed or its schedule changed.
    """

    now: datetime
    began_at: datetime | None = None
    latest_at: datetime | None = None
    run: str = ""
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    exit_code: int | None = None
    duration_us: int | None = None
    waits_from: datetime | None = None

    @classmethod
    def of(cls, known: Mapping[str, object]) -> "Heard":
        times = {
            name: datetime.fromisoformat(str(known[name])) if known.get(name) else None
            for name in ("now", "began_at", "latest_at", "succeeded_at", "failed_at", "waits_from")
        }
        code, took = known.get("exit_code"), known.get("duration_us")
        return cls(
            **times,  # type: ignore[arg-type]  # `now` is always known
            run=str(known.get("run") or ""),
            exit_code=None if code is None else int(str(code)),
            duration_us=None if took is None else int(str(took)),
        )

    @property
    def ended_at(self) -> datetime | None:
        return max(filter(None, (self.succeeded_at, self.failed_at)), default=None)


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
    text = short_text("A cron line", 200)(raw).strip()
    return cron_line(text) if text else ""


def _clean_zone(raw: str) -> str:
    text = raw.strip() or "UTC"
    zone = zones().get(text.lower().replace(" ", "_"))
    if zone is None:
        raise ValueError(f"{text[:60]!r} is no time zone. Write one as in Europe/Berlin.")
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
    """Return what a job's reports mean now.

    Only a run that ended well makes a job good: a job that has never reported, or only that it began, is unknown, and
    one that failed or was late stays so until a run ends well.
    """
    ended_at = heard.ended_at
    if ended_at is None and heard.began_at is None:
        return failed(Reason.NOT_KNOWN_YET, "No ping yet. This monitor starts with the first one.")
    if fault := _overdue(schedule, heard) or _failure(schedule, heard) or _late(schedule, heard):
        return fault
    if ended_at is None:
        began = _text(heard.began_at, schedule)
        return failed(Reason.NOT_KNOWN_YET, f"The first run began at {began}. What it comes to is known when it ends.")
    took_us = heard.duration_us or 0
    took = f" and took {took_us / 1e6:.1f} s" if took_us else ""
    words = f"The last ping came at {_text(ended_at, schedule)}{took}."
    if heard.began_at:
        words = f"The job has been running since {_text(heard.began_at, schedule)}."
    return ProbeResult(State.OPERATIONAL, Reason.OK, took_us, summary=words)


def _overdue(schedule: Schedule, heard: Heard) -> ProbeResult | None:
    """A run that began must end within its longest time, or within the grace where none is given."""
    if heard.began_at is None or heard.now <= schedule.must_end_at(heard.began_at, heard.waits_from):
        return None
    what = f"Run {heard.run}" if heard.run else "The job"
    words = f"{what} began at {_text(heard.began_at, schedule)} and has not ended within {span_words(schedule.run_s)}."
    return failed(Reason.HEARTBEAT_OVERDUE, words)


def _failure(schedule: Schedule, heard: Heard) -> ProbeResult | None:
    if heard.failed_at is None or heard.failed_at != heard.ended_at:
        return None
    code = "" if heard.exit_code is None else f" with exit code {heard.exit_code}"
    words = f"The job failed{code} at {_text(heard.failed_at, schedule)}.{_again(schedule, heard)}"
    return failed(Reason.HEARTBEAT_FAILED, words)


def _late(schedule: Schedule, heard: Heard) -> ProbeResult | None:
    """A job is late unless it ended, or began, until the grace was over. Let pass what was due, it is unknown."""
    if heard.ended_at is None:
        return None
    due = schedule.next_due(heard.ended_at, heard.waits_from)
    latest = due + timedelta(seconds=schedule.grace_s)
    if heard.waits_from and heard.now <= latest and schedule.next_after(heard.ended_at) <= heard.waits_from:
        since = _text(heard.waits_from, schedule)
        words = (
            f"No run has ended since it was resumed or changed at {since}. The next is due at {_text(due, schedule)}."
        )
        return failed(Reason.NOT_KNOWN_YET, words)
    if heard.now <= latest or (heard.latest_at and heard.ended_at <= heard.latest_at <= latest):
        return None
    words = (
        f"A ping was due at {_text(due, schedule)}, with {span_words(schedule.grace_s)} of grace; "
        f"the last came at {_text(heard.ended_at, schedule)}.{_again(schedule, heard)}{_zone_hint(schedule, heard.ended_at, due)}"
    )
    return failed(Reason.HEARTBEAT_LATE, words)


def _zone_hint(schedule: Schedule, last_at: datetime, due: datetime) -> str:
    """Ask for the zone where a job of a day or more came whole hours too early: the usual reason that one is "late"."""
    early = due - last_at
    hours = -(-early // HOUR)
    is_hours_early = early <= MOST_BETWEEN_ZONES and hours * HOUR - early <= MOST_AFTER_THE_HOUR
    if not (schedule.cron and is_hours_early and schedule.next_after(due + HOUR) - due > MOST_BETWEEN_ZONES):
        return ""
    return f" That was {hours} h too early to count: does the job run by the time of {schedule.zone}?"


def _again(schedule: Schedule, heard: Heard) -> str:
    return f" It has been running again since {_text(heard.latest_at, schedule)}." if heard.latest_at else ""


def _text(at: datetime | None, schedule: Schedule) -> str:
    return f"{at.astimezone(zone_named(schedule.zone)):%F %H:%M} {schedule.zone}" if at else "no time"


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> None:
    """Nothing is connected to."""


PROBE = Probe(
    label="Heartbeat",
    target_label="Job",
    fields=(
        Field("period", "Runs every", help="As in 5m, 1h or 1d. Empty if it runs by a cron line."),
        Field("cron", "Cron line", help="As in 30 4 * * 1-5 or @daily, instead of a period."),
        Field("zone", "Time zone", initial="UTC", help="Of the cron line, as in Europe/Berlin."),
        Field("grace", "Grace", initial="5m", help="How much later a ping may come before the job counts as late."),
        Field("longest", "Longest run", help="From start to end, if the job reports its start. Empty: the grace."),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    is_waiting=True,
)
