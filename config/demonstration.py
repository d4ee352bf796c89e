"""The demo's settings: the same product, a clock that runs fast, and demo.server as the outside world."""

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command

from demo.script import ENDS, STARTS
from kit import clock as clocks
from kit.clock import Pace

MINUTES = int(os.environ.get("DEMO_MINUTES", "10"))  # in which the day is played
COMMAND = [sys.executable, "-m", "demo.server"]


def is_on() -> bool:
    return "DEMO_PORT" in os.environ


def folder(base: Path) -> Path:
    """Return the demo's own data folder, emptied at each start."""
    return Path(os.environ.get("DEMO_DIR", str(base / "var" / "demo")))


def environment(var: Path, port: int) -> dict[str, str]:
    """Return what every process of the demo is given on top of the environment."""
    outside, smtp = port + 1, port + 2
    return {
        "VAR_DIR": str(var),
        "CLOCK_ORIGIN": datetime.now(UTC).isoformat(),
        "CLOCK_START": STARTS.isoformat(),
        "CLOCK_SPEED": str(round((ENDS - STARTS).total_seconds() / (MINUTES * 60), 2)),
        "ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{outside}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
        "TRUSTED_PROXIES": "1",  # the people of the demo come from many addresses
        "REPORT_WORK": "2",  # and one process does the work of all their browsers
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{port}"),
        "DEMO_PORT": str(outside),
        "DEMO_SMTP_PORT": str(smtp),
        "DEMO_HOOK_TOKEN": secrets.token_urlsafe(24),
        "DEMO_AUTH_TOKEN": secrets.token_urlsafe(24),
    }


def stage() -> None:
    """Set up the demo's organization and let its day begin now, for this process and those it starts from here on."""
    origin = datetime.now(UTC)
    os.environ["CLOCK_ORIGIN"] = origin.isoformat()
    clocks.configure(Pace(origin, STARTS, float(os.environ["CLOCK_SPEED"])))
    call_command("stage_demo")


def words() -> str:
    """Return what to look at, for the person who started the demo."""
    outside = f"http://127.0.0.1:{os.environ['DEMO_PORT']}"
    return (
        f"The outside world: {outside}   its mailbox: {outside}/mail   its Slack: {outside}/slack\n"
        f"A day of Twilio passes in {MINUTES} minutes, from {STARTS:%d %b %Y %H:%M} UTC."
    )
