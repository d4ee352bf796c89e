"""Make several requests in a row to one host, with values carried from one to the next; the first fault ends it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from kit.addresses import Target, check_url
from monitors.core.conditions import ABSENT, evaluate, value_at
from monitors.core.states import State
from monitors.probes.base import Answer, Field, Net, Probe, ProbeResult, Reason, Request
from monitors.probes.evidence import describe, hidden
from monitors.probes.http_rules import clean_secret, cleaned, short_text, unreadable_secret, whole
from monitors.probes.judging import HTTP_NAMES, facts_of, speaks_of_certificates
from monitors.probes.step_text import Step, filled, read_steps
from monitors.probes.wires import Watch

MAX_VALUE = 4000  # characters that are carried on
EXAMPLE = "GET /health\nexpect: status == 200"


@dataclass(slots=True)
class Walk:
    """What is carried from step to step: values by name, cookies, and what each step came to."""

    values: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, object]] = field(default_factory=list)

    @property
    def secrets(self) -> list[str]:
        """Everything that was carried: a token that a server gave is as secret as the password it was given for."""
        return [value for value in (*self.values.values(), *self.cookies.values()) if len(value) > 2]


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "steps": _clean_steps,
        "user": short_text("A name", 200),
        "secret": clean_secret,
        "max_total_ms": whole("The limit", 1, 60_000),
    }
    return cleaned(raw, readers, lambda options: {})


def _clean_steps(raw: str) -> str:
    text = short_text("The text", 10_000)(raw).strip() or EXAMPLE
    read_steps(text, HTTP_NAMES)
    return text


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    if unreadable := unreadable_secret(options, PROBE):
        return unreadable
    base, watch = check_url(target, allowed=net.allowed), Watch(timeout_s)
    walk = Walk({name: str(options.get(name) or "") for name in ("user", "secret")})
    for number, step in enumerate(read_steps(str(options.get("steps") or EXAMPLE), HTTP_NAMES), 1):
        request = replace(_request(base, step, walk, net), closely=in_full or speaks_of_certificates(options))
        answer = await net.fetch(request, watch.left_s)
        watch.phases, watch.address = watch.phases + answer.phases, answer.address
        fault = _judged(step, answer, options)
        missing = "" if fault else _carry(step, answer, walk)
        if missing:
            fault = State.MAJOR_OUTAGE, Reason.UNEXPECTED_ANSWER, f"{missing} was not in the answer."
        walk.seen.append({"step": step.title, "status": answer.status, "ms": round(answer.total_us / 1000, 1)})
        if fault:
            state, reason, words = fault
            summary = hidden(f"Step {number}, {step.title}: {words}", walk.secrets)
            return watch.result(state, reason, summary, _shown(answer, walk))
    return _done(options, answer, walk, watch, in_full=in_full)


def _done(options: Mapping[str, object], answer: Answer, walk: Walk, watch: Watch, *, in_full: bool) -> ProbeResult:
    took_ms, limit = watch.total_us / 1000, options.get("max_total_ms")
    detail = _shown(answer, walk) if in_full else {}
    words = f"{len(walk.seen)} step{'' if len(walk.seen) == 1 else 's'} in {took_ms:.0f} ms"
    if limit and took_ms > int(str(limit)):
        return watch.result(State.DEGRADED, Reason.SLOW, f"{words}; the limit is {limit} ms.", _shown(answer, walk))
    return watch.result(State.OPERATIONAL, Reason.OK, f"{words}.", detail)


def _request(base: Target, step: Step, walk: Walk, net: Net) -> Request:
    """Return a step's request, judged like any address: a carried value cannot lead elsewhere."""
    path = filled(step.path, {name: quote(value, safe="") for name, value in walk.values.items()})
    target = check_url(f"{base.scheme}://{base.netloc}{path}", allowed=net.allowed)
    in_json = step.body.lstrip()[:1] in ("{", "[")
    carried = {name: json.dumps(value)[1:-1] for name, value in walk.values.items()} if in_json else walk.values
    headers = [(name, _one_line(filled(value, walk.values))) for name, value in step.headers]
    if in_json and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    if walk.cookies:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in walk.cookies.items())))
    return Request(target, step.method, tuple(headers), filled(step.body, carried).encode())


def _one_line(value: str) -> str:
    """A value that came from a server must not become a header of its own."""
    return "".join(c for c in value if c.isprintable() and c.isascii())


def _judged(step: Step, answer: Answer, options: Mapping[str, object]) -> tuple[State, Reason, str] | None:
    if answer.reason != Reason.OK:
        state = State.UNKNOWN if answer.reason.is_ours else State.MAJOR_OUTAGE
        return state, answer.reason, answer.trouble
    facts = facts_of(answer, options)
    failed = [found for found in (evaluate(condition, facts) for condition in step.expects) if found.holds is False]
    if failed:
        return State.MAJOR_OUTAGE, Reason.CONDITION, "; ".join(why for found in failed for why in found.why)[:400] + "."
    if not step.expects and answer.status >= 400:
        return State.MAJOR_OUTAGE, Reason.STATUS, f"it answered {answer.status}; expected less than 400."
    return None


def _carry(step: Step, answer: Answer, walk: Walk) -> str:
    """Keep what the next steps need; return what was not there."""
    facts = facts_of(answer, {})
    for name, path in step.saves:
        value = value_at(path, facts)
        if value is ABSENT or isinstance(value, dict | list) or value is None:
            return path.source
        walk.values[name] = (json.dumps(value) if isinstance(value, bool) else str(value))[:MAX_VALUE]
    for name, value in answer.headers:
        if name == "set-cookie" and len(walk.cookies) < 20:
            pair, _, content = value.split(";", 1)[0].partition("=")
            walk.cookies[_one_line(pair.strip())[:100]] = _one_line(content.strip())[:MAX_VALUE]
    return ""


def _shown(answer: Answer, walk: Walk) -> dict[str, object]:
    asked = [f"{seen['step']}: {seen['status']} in {seen['ms']} ms" for seen in walk.seen]
    return describe(answer, asked, walk.secrets)


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_url(target, allowed=allowed, own=own)


PROBE = Probe(
    label="Several steps",
    target_label="Address of the host",
    fields=(
        Field("steps", "Steps", "lines", EXAMPLE, help="A block for each step: POST /login, then header:, body:, expect: and save: token = body.access_token. Later steps use {{token}}, {{user}} and {{secret}}."),
        Field("user", "User", help="Stands where you write {{user}}."),
        Field("secret", "Password or key", "secret", help="Stands where you write {{secret}}. Stored encrypted, and masked wherever it appears."),
        Field("max_total_ms", "Slow above", "whole", help="Milliseconds for all steps; slower counts as degraded."),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=HTTP_NAMES,
)  # fmt: skip
