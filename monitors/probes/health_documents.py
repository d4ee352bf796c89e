"""Read what a service says of its own health, in any of the forms that are in use, into one word and its parts.

With a status of its own: health+json (draft-inadarei-api-health-check), Spring Boot's actuator and Quarkus, ASP.NET's health
checks and their UI, NestJS Terminus, Go's (hellofresh, alexliesenfeld). Without one, so that the parts decide:
Laravel's (Spatie), django-health-check, OkComputer, Dropwizard, heptio. In plain text: ASP.NET's own word, Kubernetes' lines.
A word that is not known is never good news.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitors.core.conditions import read_json
from monitors.core.states import State
from monitors.probes.evidence import masked, printable

MAX_COMPONENTS = 100
MAX_DEPTH = 5
_GOOD = (
    "pass", "passed", "passing", "ok", "up", "healthy", "green", "success", "working", "alive", "ready", "running", "available",
    "operational", "serving", "true", "skipped",
)  # fmt: skip
_FAIR = ("warn", "warning", "degraded", "out_of_service", "yellow", "partially available")
_BAD = (
    "fail", "failed", "failing", "error", "down", "unhealthy", "critical", "crashed", "red", "unavailable", "false", "not_serving",
    "service unavailable", "timeout during health check", "not ready",
)  # fmt: skip
STATES: Mapping[str, State] = {
    **dict.fromkeys(_GOOD, State.OPERATIONAL),
    **dict.fromkeys(_FAIR, State.DEGRADED),
    **dict.fromkeys(_BAD, State.MAJOR_OUTAGE),
}
_HOLDERS = {"checks", "components", "results", "entries", "services", "dependencies", "healthchecks", "checkresults"}
_DETAILS = "details"  # Spring 2.0's and Terminus' parts; of one part of Spring's, anything
_FAILURES = "failures"  # hellofresh: what failed, and why
_LABELS = {
    "version",
    "commit",
    "build",
    "release",
    "timestamp",
    "time",
    "date",
    "hostname",
    "host",
    "name",
    "service",
    "id",
}
_NAMES = ("name", "label", "component", "key", "Name", "Component")
_WHY = ("output", "description", "error", "exception", "message", "notificationMessage", "Description")
_LINE = re.compile(r"\[([+-])\]([\w./-]{1,80}) (.{1,200})")  # Kubernetes: [-]etcd failed: reason withheld


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a health document. `state` is UNKNOWN where its word is not known."""

    name: str
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class Health:
    """What a document says of the whole, in its own word, and of its parts."""

    word: str
    state: State
    parts: tuple[Part, ...]


def read(text: str) -> Health | None:
    """Return what a document says, or None where it is none."""
    document = read_json(text)
    if not isinstance(document, dict):
        return _plain(document if isinstance(document, str) else text)
    word = _word(document)
    if not word and not _speaks_of_parts(document):
        return None
    parts = _parts(document)
    if word:
        return Health(word, state_of(word), parts)
    return Health("", max((part.state for part in parts), default=State.OPERATIONAL), parts) if parts else None


def state_of(word: str) -> State:
    """Return what a word means; UNKNOWN for one that we do not know."""
    lowered = word.strip().lower()
    beginning = lowered.partition(":")[0]  # "unavailable: Database error"
    return STATES.get(lowered, STATES.get(beginning, State.UNKNOWN))


def _plain(text: str) -> Health | None:
    lines = _LINE.findall(text)
    word = text.strip()
    if not lines:
        return Health(word, state_of(word), ()) if word.lower() in STATES else None
    parts = tuple(
        Part(name, State.OPERATIONAL if sign == "+" else State.MAJOR_OUTAGE, printable(masked(said)))
        for sign, name, said in lines[:MAX_COMPONENTS]
    )
    return Health("", max(part.state for part in parts), parts)


def _speaks_of_parts(document: Mapping[str, Any]) -> bool:
    """Whether a document without a status of its own is one of health: its parts are held as such, or there is nothing else."""
    if any(key.lower() in _HOLDERS for key in document):
        return True
    values = [value for key, value in document.items() if key.lower() not in _LABELS]
    found = [_word(value, is_part=True) if isinstance(value, dict) else value for value in values]
    return bool(found) and all(isinstance(word, str) and word for word in found) and any(map(_is_known, found))


def _is_known(word: object) -> bool:
    return isinstance(word, str) and state_of(word) != State.UNKNOWN


def _parts(document: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the components of a document, those inside others as "db/primary"; of several with one name the worst."""
    found: dict[str, Part] = {}
    for part in _walk(document, "", 0):
        before = found.get(part.name)
        if before is None and len(found) >= MAX_COMPONENTS:
            break
        if before is None or _weight(part.state) > _weight(before.state):
            found[part.name] = part
    return tuple(found.values())


def _weight(state: State) -> State:
    return State.DEGRADED if state == State.UNKNOWN else state


def _walk(document: Mapping[str, Any], above: str, depth: int) -> Iterator[Part]:
    if depth >= MAX_DEPTH:
        return
    for name, child in _children(document, is_whole=depth == 0):
        path = f"{above}{printable(str(name))[:80]}"
        if isinstance(child, dict):
            yield _part(path, child)
            yield from _walk(child, f"{path}/", depth + 1)
        else:
            word = str(child).lower() if isinstance(child, bool) else str(child)
            yield Part(path, state_of(word), printable(masked(word))[:200])


def _children(document: Mapping[str, Any], *, is_whole: bool) -> Iterator[tuple[object, Any]]:
    """Give (name, component): an object with a word, or a plain word."""
    has_word = bool(_word(document, is_part=not is_whole))
    for key, value in document.items():
        lowered = key.lower()
        if lowered in _HOLDERS:
            yield from ((name, one) for name, one in _named(value) if _is_part(one))
        elif lowered == _DETAILS:
            yield from ((name, one) for name, one in _named(value) if isinstance(one, dict) and _is_part(one))
        elif lowered == _FAILURES and is_whole:
            yield from ((name, {"status": "failed", "output": one}) for name, one in _named(value))
        elif is_whole and not (has_word and lowered == "status"):
            yield from _beside(key, value, has_word=has_word)


def _beside(key: str, value: object, *, has_word: bool) -> Iterator[tuple[object, Any]]:
    """Give the components that lie beside the status, or in its place: {"db_check": [{"status": "failed"}]}."""
    is_label = key.lower() in _LABELS
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            is_part = _is_known(_word(one, is_part=not has_word))
        else:
            is_part = isinstance(one, str) and one != "" and not (has_word or is_label)
        if is_part:
            yield key, one


def _is_part(one: object) -> bool:
    return bool(_word(one, is_part=True)) if isinstance(one, dict) else isinstance(one, bool | str) and one != ""


def _named(children: object) -> Iterator[tuple[object, Any]]:
    """Give (name, component) of an object or a list of components; one name may have several."""
    if isinstance(children, dict):
        for name, child in children.items():
            for one in child if isinstance(child, list) else [child]:
                yield name, one
    for child in children if isinstance(children, list) else []:
        if isinstance(child, dict):
            yield next((child[key] for key in _NAMES if child.get(key)), "?"), child


def _part(name: str, one: Mapping[str, Any]) -> Part:
    word = _word(one, is_part=True)
    details = one.get(_DETAILS)
    places: Iterable[Mapping[str, Any]] = (one, details) if isinstance(details, dict) else (one,)  # Spring's error
    given = (place.get(key) for place in places for key in _WHY)
    said = next((reason for reason in given if isinstance(reason, str) and reason), "")
    words = printable(masked(f"{word}{f' ({said[:300]})' if said else ''}"))[:200]
    return Part(name, state_of(word), words)


def _word(document: object, *, is_part: bool = False) -> str:
    """Return the status word of a document or a component, or nothing."""
    if not isinstance(document, dict):
        return ""
    for key in ("status", "Status", "outcome", "healthy", *(("success", "ok") if is_part else ())):
        status = document.get(key)
        if isinstance(status, dict):  # Spring 1: {"status": {"code": "UP"}}
            status = status.get("code")
        if isinstance(status, bool):
            return "ok" if status else "failed"
        if isinstance(status, str) and status:
            return status
    return ""
