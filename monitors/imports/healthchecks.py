"""The checks of Healthchecks, as its API lists them: GET /api/v3/checks/ (and v1, v2); or one of them alone."""

from collections.abc import Mapping
from dataclasses import replace

from monitors.imports.base import Draft, Found, Impossible, Source, each, heartbeat
from monitors.imports.calendar import cron_of
from monitors.imports.parts import Part, Unreadable
from monitors.imports.writing import span, tags_of

_DAY_S, _HOUR_S = 86_400, 3600
_MOST_NAME = 100
_CRON_FIELDS = 5
_WORDS = ("start_kw", "success_kw", "failure_kw", "subject", "subject_fail")
_FILTERS = ("filter_subject", "filter_body", "filter_http_body", "filter_default_fail")


def recognises(document: object) -> bool:
    return isinstance(document, Mapping) and (isinstance(document.get("checks"), list) or _is_check(document))


def _is_check(document: Mapping[object, object]) -> bool:
    return "grace" in document and bool(document.keys() & {"ping_url", "unique_key", "n_pings"})


def read(document: object) -> list[Found]:
    """Return the checks of a listing. Raises Unreadable."""
    whole = Part.of(document)
    parts = [whole] if _is_check(whole.values) and "checks" not in whole.values else whole.parts("checks")
    return each(parts, _name, lambda one: [_draft(one)])


def _draft(one: Part) -> Draft:
    if not (one.has("timeout") or one.has("schedule")):
        raise Unreadable(
            f"{one.at('timeout')} is missing, and so is {one.at('schedule')}. Export through /api/v3/checks/."
        )
    options = {"grace": span(one.number("grace", _HOUR_S))}
    if one.has("schedule"):
        options |= _schedule(one)
    else:
        options["period"] = span(one.number("timeout", _DAY_S))
    lost = _lost(one)
    tags = tags_of(one.text("tags").split(), lost)
    draft = heartbeat(_name(one), options, tags=tags, is_paused=one.text("status") == "paused")
    return replace(draft, lost=tuple(lost))


def _name(one: Part) -> str:
    place = f"Check of {one.place}" if one.place else "Check"
    return (one.text("name") or one.text("slug") or place)[:_MOST_NAME]


def _schedule(one: Part) -> dict[str, str]:
    """Return when a job runs, by a cron line, or by a schedule of systemd that a cron line can say."""
    schedule, zone = one.text("schedule"), one.text("tz", "UTC")
    if len(schedule.split()) == _CRON_FIELDS and not set(schedule) & set(":~"):
        return {"cron": schedule, "zone": zone}
    found = cron_of(schedule)
    if found is None:
        raise Impossible(f"Its schedule {schedule[:60]!r} is no cron line of five fields. Write one in the file.")
    cron, own_zone = found
    return {"cron": cron, "zone": own_zone or zone}


def _lost(one: Part) -> list[str]:
    """Return what is not carried over."""
    lost = ["Its ping address: let the job ping the new one."]
    if one.text("channels"):
        lost.append("Its notifications: set up routes under Alerts.")
    if any(one.text(key) for key in _WORDS) or any(one.flag(key) for key in _FILTERS):
        lost.append("Its words in emails and bodies: a ping says by its address how the job went.")
    if one.text("status") == "paused" and not one.flag("manual_resume"):
        lost.append("That a ping resumes it: resume it yourself.")
    if one.text("methods"):
        lost.append(f"That only {one.text('methods')[:20]} counts as a ping: GET and HEAD do here as well.")
    if one.text("desc"):
        lost.append("Its description.")
    return lost


SOURCE = Source(label="Healthchecks", mark="JSON of /api/v3/checks/", recognises=recognises, read=read)
