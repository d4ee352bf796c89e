"""A public page in the shape of Atlassian Statuspage's API, which everybody's tools read.

Statuspage has no word for "we do not know". We say "unknown" there, for a component as for the page:
a tool that does not know the word must not take it for good news.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitors.core.states import State
from pages.core.public import PageView, PublicIncident, PublicMaintenance, RowView, Words

Json = dict[str, object]

COMPONENT = {
    State.UNKNOWN: "unknown",
    State.OPERATIONAL: "operational",
    State.MAINTENANCE: "under_maintenance",
    State.DEGRADED: "degraded_performance",
    State.PARTIAL_OUTAGE: "partial_outage",
    State.MAJOR_OUTAGE: "major_outage",
}
IMPACT = {
    State.UNKNOWN: "unknown",
    State.OPERATIONAL: "none",
    State.MAINTENANCE: "maintenance",
    State.DEGRADED: "minor",
    State.PARTIAL_OUTAGE: "major",
    State.MAJOR_OUTAGE: "critical",
}


def status(view: PageView, url: str) -> Json:
    """Return status.json; `url` is the page's own address."""
    return {"page": _page(view, url), "status": {"indicator": IMPACT[view.state], "description": view.banner}}


def summary(view: PageView, url: str) -> Json:
    """Return summary.json: the page, its components, and what is open or planned."""
    components = _components(view)
    by_id = {str(component["id"]): component for component in components}
    return {
        **status(view, url),
        "components": components,
        "incidents": [_incident(incident, view, url, by_id) for incident in view.incidents],
        "scheduled_maintenances": [_maintenance(m, view, url, by_id) for m in view.maintenances],
    }


def _page(view: PageView, url: str) -> Json:
    return {
        "id": view.slug, "name": view.title, "url": url, "time_zone": "Etc/UTC", "updated_at": _time(view.as_of),
    }  # fmt: skip


def _components(view: PageView) -> list[Json]:
    found: list[Json] = []
    for number, group in enumerate(view.groups, start=1):
        group_id = f"group-{number}" if group.name else None
        if group_id:
            members = [str(row.id) for row in group.rows]
            heading = _component(group_id, group.name, group.state, len(found), None, view)
            found.append(heading | {"group": True, "components": members})
        found += [_row(row, len(found) + n, group_id, view) for n, row in enumerate(group.rows)]
    return found


def _row(row: RowView, position: int, group_id: str | None, view: PageView) -> Json:
    return _component(str(row.id), row.name, row.state, position, group_id, view)


def _component(id_: str, name: str, state: State, position: int, group_id: str | None, view: PageView) -> Json:
    return {
        "id": id_,
        "name": name,
        "status": COMPONENT[state],
        "position": position,
        "description": None,
        "group_id": group_id,
        "group": False,
        "page_id": view.slug,
        "showcase": True,
        "only_show_if_degraded": False,
        "updated_at": _time(view.as_of),
    }


def _incident(incident: PublicIncident, view: PageView, url: str, components: Mapping[str, Json]) -> Json:
    touched = [(str(row_id), name, state) for row_id, name, state in incident.rows]
    return {
        "id": incident.uid,
        "name": incident.title,
        "status": incident.phase,
        "impact": IMPACT[incident.worst],
        "page_id": view.slug,
        "shortlink": f"{url}incidents/{incident.uid}/",
        "created_at": _time(incident.started_at),
        "started_at": _time(incident.started_at),
        "updated_at": _time(incident.words[0].at),
        "monitoring_at": None,
        "resolved_at": _time(incident.ended_at),
        "components": [components[row_id] for row_id, _, _ in touched],
        "incident_updates": _updates(incident.uid, incident.words, touched),
    }


def _maintenance(planned: PublicMaintenance, view: PageView, url: str, components: Mapping[str, Json]) -> Json:
    uid = f"maintenance-{planned.id}"
    return {
        "id": uid,
        "name": planned.title,
        "status": planned.phase,
        "impact": "maintenance",
        "page_id": view.slug,
        "shortlink": planned.url or url,
        "created_at": _time(planned.posted_at),
        "updated_at": _time(planned.words[0].at if planned.words else planned.posted_at),
        "scheduled_for": _time(planned.starts_at),
        "scheduled_until": _time(planned.ends_at),
        "resolved_at": None,
        "components": [components[str(row_id)] for row_id, _ in planned.rows],
        "incident_updates": _updates(uid, planned.words, []),
    }


def _updates(uid: str, words: Sequence[Words], touched: Iterable[tuple[str, str, State]]) -> list[Json]:
    """Return the words, newest first; the newest says how the components are affected."""
    affected = [
        {"code": id_, "name": name, "old_status": "operational", "new_status": COMPONENT[state]}
        for id_, name, state in touched
    ]
    return [
        {
            "id": f"{uid}-{len(words) - n}",
            "incident_id": uid,
            "status": one.phase,
            "body": one.body,
            "created_at": _time(one.at),
            "display_at": _time(one.at),
            "updated_at": _time(one.edited_at or one.at),
            "affected_components": affected if n == 0 else [],
        }
        for n, one in enumerate(words)
    ]


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
