"""The checks of Healthchecks, as its API lists them: GET /api/v3/checks/ (and v1, v2)."""

from monitors.imports.base import Draft, Found, Impossible, Source, each
from monitors.imports.parts import Part, Unreadable
from monitors.imports.writing import span, tags_of

_DAY_S, _HOUR_S = 86_400, 3600
_MOST_NAME = 100


def recognises(document: object) -> bool:
    return isinstance(document, dict) and isinstance(document.get("checks"), list)


def read(document: object) -> list[Found]:
    """Return the checks of a listing. Raises Unreadable."""
    return each(Part.of(document).parts("checks"), _name, lambda one: [_draft(one)])


def _draft(one: Part) -> Draft:
    if not (one.has("timeout") or one.has("schedule")):
        raise Unreadable(
            f"{one.at('timeout')} is missing, and so is {one.at('schedule')}. Export through /api/v3/checks/."
        )
    name, options = _name(one), {"grace": span(one.number("grace", _HOUR_S))}
    if one.has("schedule"):
        options |= {"cron": _cron(one.text("schedule")), "zone": one.text("tz", "UTC")}
    else:
        options["period"] = span(one.number("timeout", _DAY_S))
    return Draft(
        name=name,
        kind="heartbeat",
        target=name,
        options=options,
        tags=tags_of(one.text("tags").split()),
        is_paused=one.text("status") == "paused",
        lost=tuple(_lost(one)),
    )


def _name(one: Part) -> str:
    return (one.text("name") or one.text("slug") or f"Check of {one.place}")[:_MOST_NAME]


def _cron(schedule: str) -> str:
    if len(schedule.split()) != 5:
        raise Impossible(f"Its schedule {schedule[:60]!r} is no cron line of five fields. Write one in the file.")
    return schedule


def _lost(one: Part) -> list[str]:
    """Return what is not carried over."""
    lost = ["Its ping address: let the job ping the new one."]
    if one.text("channels"):
        lost.append("Its notifications: set up routes under Alerts.")
    if any(one.text(key) for key in ("start_kw", "success_kw", "failure_kw", "subject", "subject_fail")):
        lost.append("Its words in emails and bodies: a ping says by its address how the job went.")
    if one.flag("manual_resume"):
        lost.append("That a ping does not resume it.")
    return lost


SOURCE = Source(label="Healthchecks", mark="JSON of /api/v3/checks/", recognises=recognises, read=read)
