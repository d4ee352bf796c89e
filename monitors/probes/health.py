"""Read a service's own health document, with a component for each part that it names.

Three forms are known: health+json (draft-inadarei-api-health-check), Spring Boot's actuator, ASP.NET's
health checks. A word that is not known is never good news.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kit.addresses import Target, check_url
from monitors.core.conditions import read_json
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.evidence import describe, hidden, masked, printable, text_of
from monitors.probes.http import Rules, judged, travel
from monitors.probes.http_rules import (
    ASKING_READERS,
    REQUEST_FIELDS,
    cleaned,
    judge_asking,
    short_text,
    unreadable_secret,
)
from monitors.probes.judging import (
    CONDITION_FIELDS,
    HTTP_NAMES,
    Conditions,
    condition_readers,
    facts_of,
    speaks_of_certificates,
)

MAX_COMPONENTS = 100
MAX_DEPTH = 5
ANSWERS = ((200, 299), (500, 599))  # a sick service answers 503 and still says what ails it
_ASKING = ("headers", "auth", "auth_name", "auth_secret")
_STATES = {
    **dict.fromkeys(("pass", "ok", "up", "healthy"), State.OPERATIONAL),
    **dict.fromkeys(("warn", "degraded", "out_of_service"), State.DEGRADED),
    **dict.fromkeys(("fail", "error", "down", "unhealthy"), State.MAJOR_OUTAGE),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a health document. `state` is UNKNOWN where its word is not known."""

    name: str
    state: State
    words: str


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {name: ASKING_READERS[name] for name in _ASKING}
    readers |= {"ignored": short_text("The list", 1000), **condition_readers(HTTP_NAMES)}
    return cleaned(raw, readers, judge_asking)


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    if unreadable := unreadable_secret(options, PROBE):
        return unreadable
    rules = Rules.of(options)
    closely = in_full or speaks_of_certificates(options)
    answer, steps = await travel(judged(target, tuple(net.allowed)), rules, timeout_s, net, closely=closely)
    found = describe(answer, steps, rules.asking.secrets)
    state, reason, summary, parts = _judged(answer.reason, answer.trouble, answer.status, text_of(answer), options)
    if reason == Reason.OK and (failure := Conditions.of(options, HTTP_NAMES).judge(facts_of(answer, options))):
        state, reason, summary = failure
    shown = [
        {"name": part.name, "state": part.state.word, "words": hidden(part.words, rules.asking.secrets)}
        for part in parts
    ]
    detail = {**found, "components": shown} if in_full or reason != Reason.OK else {"components": shown}
    return ProbeResult(state, reason, answer.total_us, answer.phases, hidden(summary, rules.asking.secrets), detail)


def _judged(
    reason: Reason, trouble: str, status: int, text: str, options: Mapping[str, object]
) -> tuple[State, Reason, str, list[Part]]:
    if reason != Reason.OK:
        return State.UNKNOWN if reason.is_ours else State.MAJOR_OUTAGE, reason, trouble, []
    if not any(low <= status <= high for low, high in ANSWERS):
        return State.MAJOR_OUTAGE, Reason.STATUS, f"The address answered {status}; expected 200 or 503.", []
    document = read_json(text)
    whole = _word(document)
    if not isinstance(document, dict) or not whole:
        if status >= 500:
            return State.MAJOR_OUTAGE, Reason.STATUS, f"The address answered {status}, without a health document.", []
        return State.MAJOR_OUTAGE, Reason.UNEXPECTED_ANSWER, "The answer is no health document: it has no status.", []
    ignored = set(str(options.get("ignored") or "").replace(",", "\n").split())
    parts = [part for part in parts_of(document) if part.name not in ignored]
    return _together(_STATES.get(whole.lower(), State.UNKNOWN), whole, status, parts, bool(ignored))


def _together(
    whole: State, word: str, status: int, parts: list[Part], picks: bool
) -> tuple[State, Reason, str, list[Part]]:
    """Join what the document says of itself and of its parts; its own word counts unless parts were left out."""
    failing = [part for part in parts if part.state != State.OPERATIONAL]
    worst = max((_weight(part.state) for part in failing), default=State.OPERATIONAL)
    state = worst if picks and parts else max(_weight(whole), State.MAJOR_OUTAGE if status >= 500 else worst)
    if state == State.OPERATIONAL:
        count = f"{len(parts)} component{'' if len(parts) == 1 else 's'}"
        return state, Reason.OK, f"Healthy ({printable(word)[:40]}), with {count}.", parts
    named = "; ".join(f"{part.name}: {part.words}" for part in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    return state, Reason.UNHEALTHY, f"The service says {printable(word)[:40]}. {named}{more}".strip()[:500], parts


def _weight(state: State) -> State:
    """A word that we do not know counts as degraded: it is no good news, and no proof of an outage."""
    return State.DEGRADED if state == State.UNKNOWN else state


def parts_of(document: Mapping[str, Any]) -> list[Part]:
    """Return the components of a health document, those inside others as "db/primary"."""
    found: dict[str, Part] = {}
    for part in _walk(document, "", 0):
        found.setdefault(part.name, part)
        if len(found) >= MAX_COMPONENTS:
            break
    return list(found.values())


def _walk(document: Mapping[str, Any], above: str, depth: int) -> Iterator[Part]:
    if depth >= MAX_DEPTH:
        return
    for key in ("checks", "components", "results", "entries", "details"):  # RFC draft; Spring 2.3+; ASP.NET; Spring 2.0
        children = document.get(key)
        pairs = children.items() if isinstance(children, dict) else _named(children)
        for name, child in pairs:
            for one in child if isinstance(child, list) else [child]:
                if isinstance(one, dict) and _word(one):
                    path = f"{above}{printable(str(name))[:80]}"
                    yield _part(path, one)
                    yield from _walk(one, f"{path}/", depth + 1)


def _named(children: object) -> Iterator[tuple[object, object]]:
    """Give (name, component) of a list of components, as some ASP.NET writers make it."""
    for child in children if isinstance(children, list) else []:
        if isinstance(child, dict):
            yield child.get("name") or child.get("component") or child.get("key") or "?", child


def _part(name: str, one: Mapping[str, Any]) -> Part:
    word = _word(one)
    said = next(
        (str(one[key]) for key in ("output", "description", "error", "exception", "message") if one.get(key)), ""
    )
    words = printable(masked(f"{word}{f' ({said[:300]})' if said else ''}"))[:200]
    return Part(name, _STATES.get(word.lower(), State.UNKNOWN), words)


def _word(document: object) -> str:
    """Return the status word of a document or a component, or nothing."""
    if not isinstance(document, dict):
        return ""
    status = document.get("status", document.get("Status"))
    if isinstance(status, dict):  # Spring 1: {"status": {"code": "UP"}}
        status = status.get("code")
    return status if isinstance(status, str) else ""


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_url(target, allowed=allowed, own=own)


PROBE = Probe(
    label="Health document",
    target_label="Address",
    fields=(
        Field("ignored", "Leave out", help="Names of components, as they are shown; then the others decide alone."),
        *CONDITION_FIELDS,
        *(field for field in REQUEST_FIELDS if field.name in _ASKING),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=HTTP_NAMES,
)
