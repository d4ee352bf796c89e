"""Organizations that follow, incidents that happen, and a far side to send to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts import services
from alerts.models import Channel, Notification
from incidents.models import Impact, Incident, IncidentEvent, Sighting
from monitors.core.states import Source, State
from monitors.models import Follow, Scope
from tests.factories import FollowFactory, IncidentFactory, MembershipFactory, RouteFactory
from tests.http_server import Handler, HttpServer

NOW = datetime(2026, 1, 24, 23, 30, tzinfo=UTC)
SECRET = "T0K3NT0K3NT0K3N"
SIGNING = "whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl"


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def make_channel(organization, kind: str = "email", **config: str) -> Channel:
    """Return a channel of `organization`, by default an e-mail address of its own."""
    config = config or {"address": f"ops-{Channel.objects.count()}@example.com"}
    user = MembershipFactory(organization=organization).user
    return services.create_channel(organization, kind, "", config, user=user, now=NOW)


def make_route(scope: Scope, channel: Channel):
    """Let a channel's organization follow `scope`, as if before anything happened."""
    followed = Follow.objects.filter(organization=channel.organization, scope=scope).first() or FollowFactory(
        organization=channel.organization, scope=scope
    )
    return RouteFactory(organization=channel.organization, follow=followed, channel=channel)


def make_incident(organization, *scopes: Scope, state: State = State.DEGRADED) -> Incident:
    """Return an open incident of `organization`, seen in `scopes` by its receipts."""
    incident = IncidentFactory(
        organization=organization, provider=scopes[0].provider, state=state, worst=state, confidence=0.9, started_at=NOW
    )
    for scope in scopes:
        impair(incident, scope)
    return incident


def impair(incident: Incident, scope: Scope) -> Impact:
    Sighting.objects.create(
        incident=incident, source=Source.DELIVERY, ref="receipts:1", scope=scope, state=incident.state,
        first_at=NOW, seen_at=NOW, reason="12 of 14 messages failed",
    )  # fmt: skip
    return Impact.objects.create(incident=incident, scope=scope, state=incident.state, began_at=NOW)


def happen(incident: Incident, kind: str, state: State | None = None) -> IncidentEvent:
    """Record an incident's next event."""
    number = incident.events.count() + 1
    if kind == "resolved":
        Incident.objects.filter(id=incident.id).update(resolved_at=at(5), state=State.OPERATIONAL)
        incident.impacts.update(ended_at=at(5))
        state = State.OPERATIONAL
    return IncidentEvent.objects.create(
        incident=incident, number=number, kind=kind, state=state if state is not None else incident.state,
        at=NOW, summary=kind,
    )  # fmt: skip


def route_all(now: datetime = NOW) -> int:
    events = 0
    while services.route_next(now=now):
        events += 1
    return events


def heard() -> list[tuple[int, str]]:
    """Return (channel, transition) of every notification, oldest first."""
    return list(Notification.objects.order_by("id").values_list("channel_id", "transition"))


@dataclass
class FarSide:
    """A local HTTP server that keeps what is posted to it. `answers` are given in turn, the last for ever."""

    port: int = 0
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=lambda: [(200, "ok", {})])
    delay_s: float = 0.0
    hold: threading.Event | None = None  # answers wait for it
    bodies: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/services/{SECRET}"

    def take(self, headers, body: bytes) -> tuple[int, str, dict[str, str]]:
        self.bodies.append(json.loads(body))
        self.keys.append(headers.get("webhook-id", ""))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def far_side(**options) -> Iterator[FarSide]:
    side = FarSide(**options)

    class FarHandler(Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, words, headers = side.take(self.headers, body)
            if side.hold:
                side.hold.wait(20)
            threading.Event().wait(side.delay_s)
            self.answer(status, words.encode(), headers)

    server = HttpServer(FarHandler)
    side.port = server.server_port
    try:
        yield side
    finally:
        if side.hold:
            side.hold.set()
        server.close()
