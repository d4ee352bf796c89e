"""Messages for the tests of channels."""

from dataclasses import replace
from datetime import UTC, datetime

from alerts.channels.base import Message
from monitors.core.states import State

OPENED = Message(
    transition="opened",
    state=State.DEGRADED,
    subject="[DEGRADED] Twilio: SMS to NTT DOCOMO (Japan)",
    headline="Twilio: SMS to NTT DOCOMO (Japan) is degraded since 08:09 JST.",
    facts=(("State", "Degraded (confirmed, 92% sure)"), ("Where", "SMS to NTT DOCOMO (Japan)")),
    quotes=(("Twilio said at 08:31 JST (investigating)", "We are investigating.\nMore at 09:00."),),
    url="https://status.example/incidents/0123456789abcdef/",
    manage_url="https://status.example/o/acme/alerts/",
    why="You follow Twilio: SMS.",
    key="K3y_of-this",
    thread="0123456789abcdef",
    at=datetime(2026, 1, 24, 23, 21, tzinfo=UTC),
    written_at=datetime(2026, 1, 24, 23, 22, tzinfo=UTC),
)


def hostile(text: str) -> Message:
    """Return a message that holds `text` wherever other people's words may stand."""
    return replace(
        OPENED,
        subject=f"[DOWN] {text}",
        headline=f"{text} is down.",
        facts=((text, text),),
        quotes=((f"{text} said", text),),
        why=f"You follow {text}.",
    )
