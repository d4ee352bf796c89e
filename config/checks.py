"""Settings that contradict each other: `manage.py check` names them, and `up` and `run` refuse to start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.checks import register as register_check


def register() -> None:
    register_check(contradictions)


def contradictions(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what does not fit together; ids are statuswire.E… for what cannot work and W… for what is a risk."""
    return [*_production(), *_addresses(), *_services(), *_clock()]


def _production() -> list[CheckMessage]:
    if settings.LOCAL:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error(
                "DEBUG=1 with LOCAL=0 would show settings and code to visitors.",
                hint="Set DEBUG=0, or LOCAL=1 on a machine of your own.",
                id="statuswire.E001",
            )
        )
    if len(settings.SECRET_KEY) < 32:
        found.append(
            Error(
                f"SECRET_KEY has {len(settings.SECRET_KEY)} characters, which can be guessed.",
                hint='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
                id="statuswire.E002",
            )
        )
    if settings.ALLOWED_PRIVATE_HOSTS:
        found.append(
            Warning(
                f"ALLOWED_PRIVATE_HOSTS lets every organization reach {', '.join(settings.ALLOWED_PRIVATE_HOSTS)}.",
                hint="Keep it only where all organizations of the installation are trusted.",
                id="statuswire.W001",
            )
        )
    if settings.EMAIL_URL.startswith("file:"):
        found.append(
            Warning(
                "EMAIL_URL is not set: mail is written to a folder, and nobody gets it.",
                hint="Set EMAIL_URL=smtp+tls://user:password@host:587",
                id="statuswire.W002",
            )
        )
    return found


def _addresses() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SECURE_PROXY_SSL_HEADER and settings.PUBLIC_URL.startswith("http://"):
        found.append(
            Error(
                f"BEHIND_TLS_PROXY=1, but PUBLIC_URL is {settings.PUBLIC_URL}.",
                hint="Set PUBLIC_URL to the https:// address that people open, or BEHIND_TLS_PROXY=0.",
                id="statuswire.E003",
            )
        )
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        found.append(
            Warning(
                "BEHIND_TLS_PROXY=1 with TRUSTED_PROXIES=0: everybody seems to come from the proxy's address.",
                hint="Set TRUSTED_PROXIES to the number of proxies of yours, usually 1.",
                id="statuswire.W003",
            )
        )
    if not settings.LOCAL and settings.PUBLIC_URL.startswith("http://"):
        found.append(
            Warning(
                f"PUBLIC_URL is {settings.PUBLIC_URL}: passwords and cookies travel in the clear.",
                hint="Serve it by https://, and set PUBLIC_URL to that.",
                id="statuswire.W004",
            )
        )
    return found


def _services() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.EMBEDDED_VALKEY and not settings.EMBEDDED_POSTGRES and settings.BROKER_URL.startswith("amqp"):
        found.append(
            Warning(
                "DATABASE_URL and BROKER_URL name servers of yours, but CHANNEL_URL and CACHE_URL do not, so every "
                "machine has its own channels and live pages only hear of their own machine.",
                hint="Set VALKEY_URL=redis://host:6379/0: RabbitMQ carries tasks, not channels.",
                id="statuswire.W005",
            )
        )
    if settings.DATABASE_POOL == 1:
        found.append(
            Error(
                "DATABASE_POOL=1 would let one slow page stop all others.",
                hint="Set it to 10 or more for the web process, and to 0 for workers.",
                id="statuswire.E004",
            )
        )
    return found


def _clock() -> list[CheckMessage]:
    if settings.LOCAL or settings.CLOCK_SPEED == 1.0:
        return []
    return [
        Error(
            f"CLOCK_SPEED={settings.CLOCK_SPEED:g} with LOCAL=0: a real service must keep real time.",
            hint="Unset CLOCK_SPEED, CLOCK_ORIGIN and CLOCK_START.",
            id="statuswire.E005",
        )
    ]
