"""The vendor's status page at a moment of the script, in Statuspage's JSON."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.script import CASES, ENDS, STARTS, Case

GROUPS = {
    "messaging": ("PROGRAMMABLE MESSAGING", {"sms": "SMS", "mms": "MMS"}),
    "voice": ("PROGRAMMABLE VOICE", {"pstn": "PSTN", "sip": "SIP Interface"}),
    "platform": ("TWILIO PLATFORM", {"console": "Console", "rest-api": "REST API"}),
    "carrier": ("CARRIER NETWORK", {"sms-apac": "SMS, APAC", "sms-europe": "SMS, Europe", "voice-apac": "Voice, APAC"}),
}
MAINTENANCE = (datetime.fromisoformat("2026-01-25T08:00:00+00:00"), datetime.fromisoformat("2026-01-25T10:00:00+00:00"))


def document(name: str, at: datetime) -> dict[str, object] | None:
    """Return the body of one document of the page as it reads at `at`; None: there is no such document."""
    page = {"id": "demotwilio01", "name": "Twilio", "url": "https://status.twilio.com", "time_zone": "Etc/UTC"}
    incidents = [_incident(case, at) for case in CASES if case.posted and case.posted <= at]
    incidents.sort(key=lambda i: str(i["created_at"]), reverse=True)
    open_now = [i for i in incidents if i["status"] != "resolved"]
    maintenance = _maintenance(at)
    if name == "summary.json":
        running = [m for m in maintenance if m["status"] != "completed"]
        status = {"indicator": "minor" if open_now else "none", "description": "Demo"}
        return {
            "page": page,
            "components": list(_components()),
            "incidents": open_now,
            "scheduled_maintenances": running,
            "status": status,
        }
    if name == "incidents.json":
        return {"page": page, "incidents": incidents}
    if name == "scheduled-maintenances.json":
        return {"page": page, "scheduled_maintenances": maintenance}
    if name == "history.json":
        return {"page_status": {"page": {"name": "Twilio", "time_zone": "UTC"}}, "months": [_quiet_month(at)]}
    return None


def _quiet_month(at: datetime) -> dict[str, object]:
    return {"name": f"{at:%B}", "year": at.year, "starts_on": 0, "days": 31, "incidents": []}


def _components() -> Iterator[dict[str, object]]:
    """Yield the page's components. The vendor leaves them green during carrier trouble, as Twilio does."""
    common = {"status": "operational", "description": None, "only_show_if_degraded": False, "showcase": False}
    for place, (group, (title, children)) in enumerate(GROUPS.items()):
        yield {"id": group, "name": title, "group": True, "group_id": None, "position": place, **common}
        for position, (key, name) in enumerate(children.items()):
            yield {"id": key, "name": name, "group": False, "group_id": group, "position": position, **common}


def _stages(case: Case) -> list[tuple[datetime, str, str]]:
    """The vendor's updates in time order: (when, status, words)."""
    if case.posted is None or case.closed is None:
        return []
    half = case.posted + (case.ended - case.posted) / 2
    return [
        (
            case.posted,
            "investigating",
            f"Twilio customers may be experiencing SMS delivery delays to the {case.network}. Our team is actively "
            "investigating this issue. We will provide another update in 2 hours.",
        ),
        (
            half,
            "identified",
            f"SMS delivery to the {case.network} is still delayed. Our carrier partner has identified the cause and is "
            "working to resolve the issue.",
        ),
        (
            case.ended + timedelta(minutes=10),
            "monitoring",
            f"We have observed a recovery in SMS delivery to the {case.network} and are monitoring service stability.",
        ),
        (
            case.closed,
            "resolved",
            f"The incident has been resolved and SMS delivery to the {case.network} is operating normally.",
        ),
    ]


def _incident(case: Case, at: datetime) -> dict[str, object]:
    updates: list[dict[str, object]] = []
    for number, (when, status, words) in enumerate(_stages(case)):
        if when <= at:
            moment = when.isoformat()
            updates.append(
                {
                    "id": f"{case.key}-{number}",
                    "status": status,
                    "body": words,
                    "incident_id": case.key,
                    "created_at": moment,
                    "updated_at": moment,
                    "display_at": moment,
                    "affected_components": None,
                }
            )
    latest = updates[-1]
    posted = case.posted.isoformat() if case.posted else None
    return {
        "id": f"demo{case.key}",
        "name": case.title,
        "status": latest["status"],
        "impact": "minor",
        "created_at": posted,
        "started_at": posted,
        "updated_at": latest["created_at"],
        "monitoring_at": None,
        "resolved_at": latest["created_at"] if latest["status"] == "resolved" else None,
        "shortlink": f"https://status.twilio.com/incidents/demo{case.key}",
        "page_id": "demotwilio01",
        "incident_updates": updates[::-1],
        "components": [],
    }


def _maintenance(at: datetime) -> list[dict[str, object]]:
    begins, ends = MAINTENANCE
    status = "scheduled" if at < begins else "in_progress" if at < ends else "completed"
    announced = (STARTS - timedelta(days=2)).isoformat()
    words = "Our MMS carrier partner in the United States is conducting a maintenance in the window shown."
    return [
        {
            "id": "demomaintenance",
            "name": "United States MMS Carrier Partner Maintenance",
            "status": status,
            "impact": "maintenance",
            "created_at": announced,
            "updated_at": announced if status == "scheduled" else (begins if at < ends else ends).isoformat(),
            "scheduled_for": begins.isoformat(),
            "scheduled_until": ends.isoformat(),
            "monitoring_at": None,
            "resolved_at": ends.isoformat() if at >= ends else None,
            "shortlink": "https://status.twilio.com/incidents/demomaintenance",
            "incident_updates": [
                {
                    "id": "demomaintenance-0",
                    "status": "scheduled",
                    "body": words,
                    "created_at": announced,
                    "updated_at": announced,
                    "display_at": announced,
                    "affected_components": None,
                }
            ],
            "components": [],
        }
    ]


def is_over(at: datetime) -> bool:
    return at >= ENDS
