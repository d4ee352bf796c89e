"""Read settings from the environment; a bad value stops the process and names itself."""

import os
import re
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the setting, or the content of the file that NAME_FILE points to.

    Raises ImproperlyConfigured if neither is set and there is no default.
    """
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path!r}, which cannot be read: {error.strerror}."
            ) from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it, or {name}_FILE to a file that holds it.")
    if default is None and not value.strip():
        raise ImproperlyConfigured(f"{name} is empty. Give it a value, or set {name}_FILE to a file that holds it.")
    return value


def whole(name: str, default: int, *, at_least: int = 0, unit: str = "") -> int:
    raw = os.environ.get(name, str(default))
    if not re.fullmatch(r"\d{1,12}", raw) or int(raw) < at_least:
        of = f" of {unit}" if unit else ""
        raise ImproperlyConfigured(f"{name} must be a whole number{of}, {at_least} or more, not {raw!r}.")
    return int(raw)


def seconds(name: str, default: int, *, at_least: int = 0) -> int:
    return whole(name, default, at_least=at_least, unit="seconds")


def number(name: str, default: float) -> float:
    raw = os.environ.get(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e6:
        raise ImproperlyConfigured(f"{name} must be a number above 0, not {raw!r}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    raw = os.environ.get(name, "1" if default else "0").lower()
    if raw not in ("1", "true", "yes", "0", "false", "no"):
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return raw in ("1", "true", "yes")


def words(name: str, default: str | None = "") -> list[str]:
    """Return a list of values separated by commas or blanks, also from the file that NAME_FILE points to."""
    found = [word for word in re.split(r"[,\s]+", text(name, default)) if word]
    if default is None and not found:
        raise ImproperlyConfigured(f"{name} is empty. Set it to one or more values, separated by commas.")
    return found


def moment(name: str) -> datetime | None:
    """Return an aware time, or None if the setting is absent."""
    raw = os.environ.get(name)
    if not raw:
        return None
    try:
        value = datetime.fromisoformat(raw)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise ImproperlyConfigured(
            f"{name} must be a time with its zone such as 2026-01-24T22:00:00+00:00, not {raw!r}."
        )
    return value


def url(name: str, default: str | None, schemes: tuple[str, ...]) -> str:
    """Return a URL with one of the schemes. What follows them may hold a password and is never shown."""
    value = text(name, default)
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in schemes:
        shown = scheme if separator else "a value without ://"
        raise ImproperlyConfigured(f"{name} must start with {' or '.join(s + '://' for s in schemes)}, not {shown!r}.")
    return value


def port(name: str, default: int) -> int:
    """Return a port to listen on. From 32768 on lies the outgoing range, where fixed ports fail at random."""
    value = whole(name, default, at_least=1)
    if value > 32767:
        raise ImproperlyConfigured(f"{name} must be a port from 1 to 32767, not {value}.")
    return value
