"""Ask an HTTP address, follow where it leads, and judge the answer."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from kit.addresses import AddressRefused, Target, check_url, follow
from monitors.core.states import State
from monitors.probes.base import Answer, Field, Net, Probe, ProbeResult, Reason, Request
from monitors.probes.certificates import explained
from monitors.probes.evidence import chain_shown, describe, hidden, text_of
from monitors.probes.http_rules import (
    ASKING_READERS,
    REDIRECTS,
    REQUEST_FIELDS,
    Asking,
    cleaned,
    judge_asking,
    one_of,
    short_text,
    unreadable_secret,
    whole,
)
from monitors.probes.judging import (
    CONDITION_FIELDS,
    HTTP_NAMES,
    MUST,
    Conditions,
    condition_readers,
    facts_of,
    speaks_of,
    speaks_of_certificates,
)
from monitors.probes.status_hints import hint

MAX_STEPS = 5  # redirects
_REDIRECTING = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a good answer is. Times are milliseconds."""

    asking: Asking = field(default_factory=Asking)
    expected: tuple[tuple[int, int], ...] = ((200, 399),)
    keyword: str = ""
    keyword_absent: str = ""
    max_response_ms: int | None = None
    redirects: str = REDIRECTS[0]
    conditions: Conditions = field(default_factory=Conditions)

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Rules":
        """Read stored options, which `clean` has made."""
        if not options:  # as most monitors have it
            return _PLAIN
        limit = options.get("max_response_ms")
        return cls(
            asking=Asking.of(options),
            expected=_ranges(str(options.get("expected_status") or "200-399")),
            keyword=str(options.get("keyword") or ""),
            keyword_absent=str(options.get("keyword_absent") or ""),
            max_response_ms=int(str(limit)) if limit else None,
            redirects=str(options.get("redirects") or REDIRECTS[0]),
            conditions=Conditions.of(options, HTTP_NAMES),
        )


_PLAIN = Rules()


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    return cleaned(raw, _READERS, _judge_together)


def _judge_together(options: dict[str, object]) -> dict[str, str]:
    """Return what is wrong between the fields."""
    errors = {"keyword": options.get("keyword"), MUST: speaks_of(options, HTTP_NAMES, {"body"})}
    if options.get("method") == "HEAD" and any(errors.values()):
        return {name: "HEAD gets no body to look into. Choose GET." for name, is_wrong in errors.items() if is_wrong}
    return judge_asking(options)


def _clean_status(raw: str) -> str:
    text = raw.replace(" ", "") or "200-399"
    _ranges(text)
    return text


@lru_cache(maxsize=1000)
def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Return "200-299,301" as ((200, 299), (301, 301)). Raises ValueError."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{3})(?:-(\d{3}))?", part)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 100 <= low <= high <= 999:  # some have numbers of their own
            raise ValueError(f"{part[:20]!r} is not a status. Write 200, or 200-299, or several with commas.")
        found.append((low, high))
    return tuple(found)


_READERS = {
    **ASKING_READERS,
    "expected_status": _clean_status,
    "keyword": short_text("A keyword"),
    "keyword_absent": short_text("A keyword"),
    "max_response_ms": whole("The limit in milliseconds", 1, 99_999),
    "redirects": one_of(REDIRECTS, "Redirects"),
    **condition_readers(HTTP_NAMES),
}


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    if unreadable := unreadable_secret(options, PROBE):
        return unreadable
    rules = Rules.of(options)
    answer, steps = await travel(
        judged(target, tuple(net.allowed)),
        rules,
        timeout_s,
        net,
        closely=in_full or speaks_of_certificates(options),
    )
    state, reason, summary = judge(answer, rules, options, is_lost=len(steps) > MAX_STEPS + 1)
    detail = {} if reason == Reason.OK and not in_full else describe(answer, steps, rules.asking.secrets)
    summary = hidden(summary, rules.asking.secrets)
    return ProbeResult(state, reason, answer.total_us, answer.phases, summary, detail)


@lru_cache(maxsize=10_000)
def judged(target: str, allowed: tuple[str, ...]) -> Target:
    """Return a target, judged by its text, which means the same at each check. Raises AddressRefused."""
    return check_url(target, allowed=allowed)


async def travel(
    target: Target, rules: Rules, timeout_s: float, net: Net, *, closely: bool = False
) -> tuple[Answer, list[str]]:
    """Ask, and follow redirects within the whole time; return the last answer and every address on the way."""
    until = time.monotonic() + timeout_s
    asking = rules.asking
    request = Request(target, asking.method, asking.headers, asking.body.encode(), asking.offers_http2, closely)
    steps, before = [str(target)], Answer(Reason.OK)
    while True:
        answer = await net.fetch(request, max(0.001, until - time.monotonic()))
        if len(steps) > 1:  # with the time of all steps
            total_us, phases = before.total_us + answer.total_us, before.phases + answer.phases
            answer = replace(answer, total_us=total_us, phases=phases)
        before = answer
        if answer.reason != Reason.OK or answer.status not in _REDIRECTING:
            break
        if not (location := answer.header("location")):
            break
        if rules.redirects == "never" or _is_explicit(answer.status, rules):
            break
        following = _next(request, answer.status, location, net)
        if rules.redirects == "same host" and following.target.host != request.target.host:
            break
        steps.append(str(following.target))
        if len(steps) > MAX_STEPS + 1:
            break
        request = following
    return answer, steps


def _is_explicit(status: int, rules: Rules) -> bool:
    """Whether the owner asked for this very redirect: then it is the answer, and not a way to one."""
    return any(300 <= low <= status <= high for low, high in rules.expected)


def _next(request: Request, status: int, location: str, net: Net) -> Request:
    """Return the request that follows a redirect. Raises AddressRefused, which says who leads there."""
    try:
        target = follow(request.target, location, allowed=net.allowed)
    except AddressRefused as error:
        host = request.target.host
        raise AddressRefused(str(error) if host in str(error) else f"{host} redirects, but: {error}") from error
    if target.origin != request.target.origin:  # another party: it gets nothing but the question
        method = "HEAD" if request.method == "HEAD" else "GET"
        return Request(target, method, offers_http2=request.offers_http2, closely=request.closely)
    if (status == 303 and request.method not in ("GET", "HEAD")) or (request.method == "POST" and status in (301, 302)):
        return replace(request, target=target, method="GET", body=b"")
    return replace(request, target=target)


def judge(
    answer: Answer, rules: Rules, options: Mapping[str, object], *, is_lost: bool = False
) -> tuple[State, Reason, str]:
    """Return what an answer means under the rules, with one sentence for people."""
    asked, took_ms = rules.asking.method, answer.total_us / 1000
    if answer.reason != Reason.OK:
        state = State.UNKNOWN if answer.reason.is_ours else State.MAJOR_OUTAGE
        more = explained(answer.reason, {"certificates": chain_shown(answer.certificates)})
        return state, answer.reason, f"{asked}: {answer.trouble}{more}"
    if is_lost:
        return State.MAJOR_OUTAGE, Reason.TOO_MANY_REDIRECTS, f"{asked}: more than {MAX_STEPS} redirects."
    if not any(low <= answer.status <= high for low, high in rules.expected):
        wanted = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in rules.expected)
        more = hint(answer, has_credentials=bool(rules.asking.secrets))
        return State.MAJOR_OUTAGE, Reason.STATUS, f"{asked} answered {answer.status}; expected {wanted}.{more}"
    if fault := _judge_keywords(answer, rules):
        return State.MAJOR_OUTAGE, *fault
    # Most monitors have no conditions, and their answers need not be taken apart.
    if rules.conditions and (failure := rules.conditions.judge(facts_of(answer, options))):
        return failure
    if rules.max_response_ms and took_ms > rules.max_response_ms:
        return State.DEGRADED, Reason.SLOW, f"{asked} took {took_ms:.0f} ms; the limit is {rules.max_response_ms} ms."
    return State.OPERATIONAL, Reason.OK, f"{asked} answered {answer.status} in {took_ms:.0f} ms."


def _judge_keywords(answer: Answer, rules: Rules) -> tuple[Reason, str] | None:
    if not (rules.keyword or rules.keyword_absent):
        return None
    asked, text = rules.asking.method, text_of(answer)
    if rules.keyword and rules.keyword not in text:
        if answer.is_truncated:
            what = f"{asked} answered more than {len(answer.body):,} bytes, without {rules.keyword!r} in those."
            return Reason.BODY_TRUNCATED, what
        return Reason.KEYWORD, f"{asked} answered {answer.status} without {rules.keyword!r}."
    if rules.keyword_absent and rules.keyword_absent in text:
        return Reason.KEYWORD, f"{asked} answered {answer.status} with {rules.keyword_absent!r}."
    return None


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_url(target, allowed=allowed, own=own)


PROBE = Probe(
    label="HTTP(S)",
    target_label="Address",
    fields=(
        REQUEST_FIELDS[0],
        Field("expected_status", "Expected status", initial="200-399", help="As in 200-299,401. A redirect you name is not followed."),
        Field("keyword", "Must contain", help="The body must have it, in the same case."),
        Field("keyword_absent", "Must not contain", help="The body must not have it, in the same case.", is_extra=True),
        *CONDITION_FIELDS,
        Field("max_response_ms", "Slow above", "whole", help="Milliseconds; a slower answer counts as degraded."),
        Field("redirects", "Redirects", "choice", REDIRECTS[0], REDIRECTS, help="At most five, and never to a private address.", is_extra=True),
        *REQUEST_FIELDS[1:],
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=HTTP_NAMES,
)  # fmt: skip
