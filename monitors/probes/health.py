"""Ask a service for its own health document, with a component for each part that it names."""

from collections.abc import Collection, Mapping

from kit.addresses import Target, check_url
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.evidence import describe, hidden, printable, text_of
from monitors.probes.health_documents import Health, Part, read
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

ANSWERS = ((200, 299), (500, 599))  # a sick service answers 503 and still says what ails it
_ASKING = ("headers", "auth", "auth_name", "auth_secret")


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
    found = read(text)
    if found is None:
        if status >= 500:
            return State.MAJOR_OUTAGE, Reason.STATUS, f"The address answered {status}, without a health document.", []
        return State.MAJOR_OUTAGE, Reason.UNEXPECTED_ANSWER, _NONE, []
    ignored = _names(str(options.get("ignored") or ""))
    parts = [part for part in found.parts if part.name not in ignored]
    return _together(found, status, parts, bool(ignored))


_NONE = "The answer is no health document: it has no status. For a page that is there or not, choose HTTP(S)."


def _names(text: str) -> set[str]:
    """Return names with commas or lines between them; with blanks, where there is neither, as names may have some."""
    if "," in text or "\n" in text:
        return {name.strip() for name in text.replace(",", "\n").split("\n")} - {""}
    return {*text.split(), text.strip()} - {""}


def _together(found: Health, status: int, parts: list[Part], picks: bool) -> tuple[State, Reason, str, list[Part]]:
    """Join what the document says of itself and of its parts; its own word counts unless parts were left out."""
    failing = [part for part in parts if part.state != State.OPERATIONAL]
    worst = max((_weight(part.state) for part in failing), default=State.OPERATIONAL)
    whole = _weight(found.state) if found.word else State.OPERATIONAL
    if whole == State.DEGRADED and found.state == whole:
        worst = min(worst, whole)  # it says itself that what has failed is not all of it
    state = worst if picks and parts else max(whole, State.MAJOR_OUTAGE if status >= 500 else worst)
    word = printable(found.word)[:40]
    if state == State.OPERATIONAL:
        count = f"{len(parts)} component{'' if len(parts) == 1 else 's'}"
        return state, Reason.OK, f"Healthy ({word}), with {count}." if word else f"Healthy, with {count}.", parts
    named = "; ".join(f"{part.name}: {part.words}" for part in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    says = (
        f"The service says {word}{', which is no word that we know' if found.state == State.UNKNOWN else ''}."
        if word
        else ""
    )
    says = says or ("" if failing else f"The address answered {status}, and no component says why.")
    return state, Reason.UNHEALTHY, f"{says} {named}{more}".strip()[:500], parts


def _weight(state: State) -> State:
    """A word that we do not know counts as degraded: it is no good news, and no proof of an outage."""
    return State.DEGRADED if state == State.UNKNOWN else state


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_url(target, allowed=allowed, own=own)


PROBE = Probe(
    label="Health document",
    target_label="Address",
    fields=(
        Field(
            "ignored",
            "Leave out",
            help="Names of components, as they are shown, with commas between them; then the others decide alone.",
        ),
        *CONDITION_FIELDS,
        *(field for field in REQUEST_FIELDS if field.name in _ASKING),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=HTTP_NAMES,
)
