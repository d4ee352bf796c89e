"""A monitor's options on their way in and out: secrets sealed at rest, and what a check must know of the past."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings

from kit.secrets import SecretUnreadable, Vault
from monitors.core.conditions import ConditionError
from monitors.probes import probe_kinds
from monitors.probes.base import KEPT, KNOWN
from monitors.probes.judging import looks_back
from monitors.queries.looking_back import percentiles
from monitors.queries.synthetic import told
from monitors.services.dispatch import Check
from monitors.services.heartbeats import heard

logger = logging.getLogger(__name__)

SEALED = "sealed"  # the key of a stored secret, which is an object and no text


class SecretNeeded(Exception):
    """A secret has to be entered anew. `field` is the option's name; the text is for people."""

    def __init__(self, field: str) -> None:
        super().__init__("Enter this anew: it was stored for another address, and goes to no other.")
        self.field = field


@cache
def secret_fields(kind: str) -> tuple[str, ...]:
    """Return the options of a kind that are secrets; none of a kind that there is no more."""
    probe = probe_kinds().get(kind)
    return tuple(field.name for field in probe.fields if field.kind == "secret") if probe else ()


def sealed(kind: str, options: Mapping[str, object], monitor_id: int) -> dict[str, object]:
    """Return options as they are stored: secrets sealed, and bound to the monitor and the field."""
    found = dict(options)
    for name in secret_fields(kind):
        if isinstance(found.get(name), str):
            found[name] = {SEALED: _vault().seal(str(found[name]), _purpose(monitor_id, name))}
    return found


def opened(kind: str, options: Mapping[str, object], monitor_id: int) -> dict[str, object]:
    """Return options with their secrets in the clear: for the prober alone.

    A secret that our keys do not open stays sealed; the probe then says SECRET_UNREADABLE.
    """
    found = dict(options)
    for name in secret_fields(kind):
        value = found.get(name)
        if isinstance(value, Mapping):
            try:
                found[name] = _vault().open(str(value.get(SEALED)), _purpose(monitor_id, name))
            except SecretUnreadable as error:
                logger.error("Monitor %s cannot be checked: %s", monitor_id, error)
    return found


def is_same_place(stored: str, target: str) -> bool:
    """Whether two targets are at one host and port, and asked alike."""
    old, new = urlsplit(stored), urlsplit(target)
    return (old.scheme, old.netloc) == (new.scheme, new.netloc) if old.netloc or new.netloc else stored == target


def with_kept(
    kind: str, options: Mapping[str, object], stored: Mapping[str, object], *, same_place: bool
) -> dict[str, object]:
    """Return new options in which each secret that was left as it is comes from the stored ones.

    Only for the same place: else whoever may edit a monitor could have its secret sent to a server of
    their own. Raises SecretNeeded.
    """
    found = dict(options)
    for name in secret_fields(kind):
        if found.get(name) == KEPT:
            if not same_place or name not in stored:
                raise SecretNeeded(name)
            found[name] = stored[name]
    return found


def for_prober(checks: Sequence[Check], *, now: datetime) -> list[dict[str, object]]:
    """Return the options of checks as the prober needs them: secrets open, with what only the database knows."""
    past, jobs, messages = _past(checks, now), _heard(checks, now), _told(checks, now)
    found = []
    for check in checks:
        known: dict[str, object] = {}
        if check.monitor_id in past:
            known["past"] = past[check.monitor_id]
        if check.monitor_id in jobs:
            known["heard"] = jobs[check.monitor_id]  # as of now, not of the slot: a ping may come before that
        if check.monitor_id in messages:
            known["told"] = messages[check.monitor_id]
        options = opened(check.kind, check.options, check.monitor_id)
        found.append({**options, KNOWN: known} if known else options)
    return found


def _past(checks: Iterable[Check], now: datetime) -> dict[int, list[tuple[int, int, int | None]]]:
    """Return (percent, window in seconds, microseconds) of earlier checks, for the conditions that look back."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for check in checks:
        for pair in _windows(check):
            wanted.setdefault(pair, []).append(check.monitor_id)
    found: dict[int, list[tuple[int, int, int | None]]] = {}
    for (percent, window_s), ids in wanted.items():
        for id_, microseconds in percentiles(ids, percent, window_s, now=now).items():
            found.setdefault(id_, []).append((percent, window_s, microseconds))
    return found


def _windows(check: Check) -> list[tuple[int, int]]:
    """Return what a check's conditions look back at; one that cannot be read keeps no other check from being made."""
    probe = probe_kinds().get(check.kind)
    try:
        return list(looks_back(check.options, probe.names)) if probe else []
    except ConditionError as error:
        logger.error("Monitor %s has a condition that cannot be read: %s", check.monitor_id, error.message)
        return []


def _heard(checks: Iterable[Check], now: datetime) -> dict[int, dict[str, object]]:
    kinds = probe_kinds()
    waiting = [check.monitor_id for check in checks if check.kind in kinds and kinds[check.kind].is_waiting]
    return heard(waiting, now=now) if waiting else {}


def _told(checks: Iterable[Check], now: datetime) -> dict[int, dict[str, object]]:
    kinds = probe_kinds()
    sending = [check.monitor_id for check in checks if check.kind in kinds and kinds[check.kind].is_sending]
    return told(sending, now=now) if sending else {}


def _purpose(monitor_id: int, field: str) -> str:
    return f"monitor:{monitor_id}:{field}"


def _vault() -> Vault:
    return Vault(settings.SECRET_KEYS)
