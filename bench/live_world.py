"""What the outside world of a labelled world does to a running product: callbacks, reports, and a status page."""

import hashlib
import hmac
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

STARTS = datetime.fromisoformat("2026-03-02T00:00:00+00:00")  # minute 0 of every world
CODES = {1: ("undelivered", "outage"), 2: ("undelivered", "ambiguous"), 3: ("undelivered", "sender")}  # by outcome
NAMES = {"sms": "SMS", "verify": "Verify", "voice": "Voice", "api": "REST API", "console": "Console"}


def moment(minute: float) -> datetime:
    """Return when a minute of the world is, on the product's clock."""
    return STARTS + timedelta(minutes=float(minute))


@dataclass(frozen=True, slots=True)
class Hook:
    """Where one tenant's receipts of one provider go, and what they are signed with."""

    url: str
    secret: str

    def request(self, receipts: list[dict[str, str]], at: datetime) -> dict[str, Any]:
        """Return the arguments of a signed POST: our own generic format, docs/RECEIPTS.md."""
        body = json.dumps({"receipts": receipts}).encode()
        stamp = str(int(at.timestamp()))
        signed = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-StatusWire-Timestamp": stamp,
            "X-StatusWire-Signature": f"sha256={signed}",
        }
        return {"url": self.url, "content": body, "headers": headers}


@dataclass
class Callbacks:
    """Every receipt of a world from a minute on, in slices of time: {(provider, tenant): receipts}."""

    simulate: ModuleType
    world: Any
    carriers: dict[tuple[str, str], str]  # our name of each (country, carrier)
    since: int
    _due: list[tuple[float, int, int, dict[str, str]]] = field(default_factory=list)
    _at: int = 0

    def __post_init__(self) -> None:
        for provider in range(self.world.cfg.providers):
            messages = self.world.data[provider]["msgs"]
            columns = (messages[name].tolist() for name in ("cell", "tenant", "t", "done", "cls"))
            for n, (cell, tenant, began, done, outcome) in enumerate(zip(*columns, strict=True)):
                if began >= self.since:
                    self._due.append((began, provider, tenant, self._receipt(n, cell, "sent")))
                if math.isfinite(done) and done >= self.since:
                    status, fault = CODES.get(int(outcome), ("delivered", ""))
                    self._due.append((done, provider, tenant, self._receipt(n, cell, status, fault)))
        self._due.sort(key=lambda due: due[0])

    def until(self, minute: float) -> dict[tuple[int, int], list[dict[str, str]]]:
        """Return what came in since the last call."""
        found: dict[tuple[int, int], list[dict[str, str]]] = defaultdict(list)
        while self._at < len(self._due) and self._due[self._at][0] < minute:
            _, provider, tenant, receipt = self._due[self._at]
            found[provider, tenant].append(receipt)
            self._at += 1
        return found

    def _receipt(self, n: int, cell: int, status: str, fault: str = "") -> dict[str, str]:
        component, country, carrier, _ = self.simulate.CELLS[cell]
        place = {"service": component, "country": country, "carrier": self.carriers[country, carrier]}
        said = {"id": f"m{n}", "status": status, "to": f"+999{n:010d}", **place}
        return said | ({"fault": fault} if fault else {})


def reports(simulate: ModuleType, world: Any, carriers: dict[tuple[str, str], str], since: int) -> Iterator[Any]:
    """Yield (minute, provider, address, the form's fields) of everybody who reports, in the order of time."""
    found = []
    countries = list(simulate.COUNTRIES)
    for provider in range(world.cfg.providers):
        crowd = world.data[provider]["crowd"]
        fields = (crowd[name].tolist() for name in ("t", "prefix", "component", "country", "carrier"))
        for at, prefix, component, country, carrier in zip(*fields, strict=True):
            if at < since:
                continue
            names = [name for name, _ in simulate.COUNTRIES[countries[country]][3]]
            form = {"country": countries[country]}
            if component >= 0:
                form["component"] = f"service:{simulate.COMPONENTS[component]}"
            if carrier >= 0:
                form["carrier"] = carriers[countries[country], names[carrier]]
            # The network is the /24; its number has up to 26 bits.
            address = f"{11 + (prefix >> 16) % 100}.{prefix >> 8 & 255}.{prefix & 255}.{1 + prefix % 250}"
            found.append((at, provider, address, form))
    return iter(sorted(found, key=lambda report: report[0]))


class StatusPage:
    """One provider's page in Statuspage's JSON, as it reads at a minute of the world."""

    def __init__(self, provider: int, world: Any, countries: dict[str, str]) -> None:
        self._name = f"Provider {provider}"
        posts = [post for post in world.data[provider]["official"] if post["kind"] == "incident"]
        self._posts = list(enumerate(sorted(posts, key=lambda post: post["at"])))
        self._countries = countries

    def document(self, name: str, minute: float) -> dict[str, Any] | None:
        page = {"id": self._name.lower().replace(" ", ""), "name": self._name, "url": "", "time_zone": "Etc/UTC"}
        posts = [self._incident(n, post, minute) for n, post in self._posts if post["at"] <= minute][::-1]
        if name == "summary.json":
            unresolved = [post for post in posts if post["status"] != "resolved"]
            status = {"indicator": "minor" if unresolved else "none", "description": ""}
            parts = {"components": list(self._components()), "scheduled_maintenances": [], "status": status}
            return {"page": page, "incidents": unresolved, **parts}
        if name == "incidents.json":
            return {"page": page, "incidents": posts[:50]}
        return {"page": page, "scheduled_maintenances": []} if name == "scheduled-maintenances.json" else None

    def _components(self) -> Iterator[dict[str, Any]]:
        common = {"status": "operational", "description": None, "group": False, "group_id": None, "showcase": False}
        for position, (key, name) in enumerate(NAMES.items()):
            yield {"id": key, "name": name, "position": position, "only_show_if_degraded": False, **common}

    def _incident(self, n: int, post: dict[str, Any], minute: float) -> dict[str, Any]:
        is_over = post["until"] <= minute
        posted, changed = moment(post["at"]).isoformat(), moment(post["until"] if is_over else post["at"]).isoformat()
        status = "resolved" if is_over else "investigating"
        update = {"id": f"{n}-{status}", "status": status, "body": self._title(post), "incident_id": str(n)}
        times = {"created_at": changed, "updated_at": changed, "display_at": changed, "affected_components": None}
        return {
            "id": f"post{n}",
            "name": self._title(post),
            "status": status,
            "impact": "minor",
            "created_at": posted,
            "started_at": posted,
            "updated_at": changed,
            "resolved_at": changed if is_over else None,
            "shortlink": "",
            "incident_updates": [update | times],
            "components": [],
        }

    def _title(self, post: dict[str, Any]) -> str:
        """The scope in words, as vendors write it: our reader has to find it there."""
        component, country, carrier = post["scope"]
        if component in ("api", "console"):
            return f"{NAMES[component]} Errors"
        where = " ".join(filter(None, (carrier, self._countries[country] if country else "")))
        return f"{NAMES[component]} Delivery Delays" + (f" to {where}" if where else "")
