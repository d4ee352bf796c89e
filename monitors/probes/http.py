"""Ask an HTTP address, follow where it leads, and judge the answer."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from kit.addresses import Target, check_url, follow
from monitors.core.states import State
from monitors.probes.base import Answer, BadOptions, Field, Net, Phases, Probe, ProbeResult, Reason, Request
from monitors.probes.evidence import describe, is_secret_name, masked, text_of

METHODS = ("GET", "HEAD", "POST")
MAX_STEPS = 5  # redirects
MAX_HEADERS = 20
_REDIRECTS = (301, 302, 303, 307, 308)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What we say about the connection ourselves, and what opens the doors of cloud machines.
_OURS = {
    "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "trailer", "upgrade",
    "expect", "keep-alive", "proxy-connection", "metadata-flavor", "metadata", "x-aws-ec2-metadata-token",
    "x-google-metadata-request", "x-forwarded-for", "x-forwarded-host",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What a good answer is. Times are milliseconds."""

    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    expected: tuple[tuple[int, int], ...] = ((200, 399),)
    keyword: str = ""
    max_response_ms: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Rules":
        """Read stored options, which `clean` has made."""
        raw_headers, limit = options.get("headers") or [], options.get("max_response_ms")
        assert isinstance(raw_headers, list)
        return cls(
            method=str(options.get("method") or "GET"),
            headers=tuple((str(name), str(value)) for name, value in raw_headers),
            body=str(options.get("body") or ""),
            expected=_ranges(str(options.get("expected_status") or "200-399")),
            keyword=str(options.get("keyword") or ""),
            max_response_ms=int(str(limit)) if limit else None,
        )


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    errors: dict[str, str] = {}
    options: dict[str, object] = {"method": raw.get("method", "").strip().upper() or "GET"}
    if options["method"] not in METHODS:
        errors["method"] = f"The method must be one of {', '.join(METHODS)}."
    for name, read in (
        ("expected_status", _clean_status),
        ("keyword", _clean_keyword),
        ("max_response_ms", _clean_limit),
        ("headers", _clean_headers),
        ("body", _clean_body),
    ):
        try:
            options[name] = read(raw.get(name, ""))
        except ValueError as error:
            errors[name] = str(error)
    if options.get("body") and options["method"] != "POST":
        errors["body"] = "Only POST sends a body. Empty this field, or choose POST."
    if errors:
        raise BadOptions(errors)
    return {name: value for name, value in options.items() if value}


def _clean_status(raw: str) -> str:
    text = raw.replace(" ", "") or "200-399"
    _ranges(text)
    return text


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Return "200-299,301" as ((200, 299), (301, 301)). Raises ValueError."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{3})(?:-(\d{3}))?", part)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 100 <= low <= high <= 599:
            raise ValueError(f"{part[:20]!r} is not a status. Write 200, or 200-299, or several with commas.")
        found.append((low, high))
    return tuple(found)


def _clean_keyword(raw: str) -> str:
    if len(raw) > 200:
        raise ValueError("A keyword has at most 200 characters.")
    return raw


def _clean_limit(raw: str) -> int | None:
    if not raw.strip():
        return None
    if not re.fullmatch(r"\d{1,5}", raw.strip()) or int(raw) == 0:
        raise ValueError(f"{raw[:20]!r} is not a whole number of milliseconds from 1 to 99999.")
    return int(raw)


def _clean_body(raw: str) -> str:
    if len(raw) > 10_000:
        raise ValueError("A body has at most 10,000 characters.")
    return raw


def _clean_headers(raw: str) -> list[list[str]]:
    lines = [line for line in raw.replace("\r\n", "\n").split("\n") if line.strip()]
    if len(lines) > MAX_HEADERS:
        raise ValueError(f"{len(lines)} headers are too many. At most {MAX_HEADERS} are sent.")
    return [_clean_header(line) for line in lines]


def _clean_header(line: str) -> list[str]:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _TOKEN.fullmatch(name):
        raise ValueError(f"{line[:40]!r} is not a header. Write one per line, as in Accept: application/json.")
    if name.lower() in _OURS:
        raise ValueError(f"{name} cannot be set: StatusWire sets it itself, or it could open other doors.")
    if is_secret_name(name) or masked(line) != line:
        raise ValueError(
            f"{name} looks like a secret, and options are not encrypted yet. Watch an address that needs none."
        )
    if len(value) > 1000 or not value.isprintable() or not value.isascii():
        raise ValueError(f"The value of {name} must be at most 1,000 printable ASCII characters.")
    return [name, value]


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    rules = Rules.of(options)
    answer, steps = await _travel(check_url(target, allowed=net.allowed), rules, timeout_s, net)
    state, reason, summary = judge(answer, rules, is_lost=len(steps) > MAX_STEPS + 1)
    detail = {} if reason == Reason.OK and not in_full else describe(answer, steps)
    return ProbeResult(state, reason, answer.total_us, answer.phases, summary, detail)


async def _travel(target: Target, rules: Rules, timeout_s: float, net: Net) -> tuple[Answer, list[str]]:
    """Ask, and follow redirects within the whole time; return the last answer and every address on the way."""
    until = time.monotonic() + timeout_s
    request = Request(target, rules.method, rules.headers, rules.body.encode())
    steps, spent_us, phases = [str(target)], 0, Phases()
    while True:
        answer = await net.fetch(request, max(0.001, until - time.monotonic()))
        spent_us, phases = spent_us + answer.total_us, phases + answer.phases
        location = answer.header("location")
        if answer.reason != Reason.OK or answer.status not in _REDIRECTS or not location:
            break
        if _is_explicit(answer.status, rules):
            break
        steps.append(str(_next(request, answer.status, location, net).target))
        if len(steps) > MAX_STEPS + 1:
            break
        request = _next(request, answer.status, location, net)
    return replace(answer, total_us=spent_us, phases=phases), steps


def _is_explicit(status: int, rules: Rules) -> bool:
    """Whether the owner asked for this very redirect: then it is the answer, and not a way to one."""
    return any(300 <= low <= status <= high for low, high in rules.expected)


def _next(request: Request, status: int, location: str, net: Net) -> Request:
    """Return the request that follows a redirect. Raises AddressRefused."""
    # Header values arrive as bytes and are read as Latin-1; addresses are meant as UTF-8.
    text = location.encode("latin-1").decode("utf-8", errors="replace")
    target = follow(request.target, text, allowed=net.allowed)
    if target.origin != request.target.origin:  # another party: it gets nothing but the question
        return Request(target, "HEAD" if request.method == "HEAD" else "GET")
    if request.method == "POST" and status in (301, 302, 303):
        return Request(target, "GET", request.headers)
    return replace(request, target=target)


def judge(answer: Answer, rules: Rules, *, is_lost: bool = False) -> tuple[State, Reason, str]:
    """Return what an answer means under the rules, with one sentence for people."""
    asked = rules.method
    if answer.reason != Reason.OK:
        state = State.UNKNOWN if answer.reason.is_ours else State.MAJOR_OUTAGE
        return state, answer.reason, f"{asked}: {answer.trouble}"
    if is_lost:
        return State.MAJOR_OUTAGE, Reason.TOO_MANY_REDIRECTS, f"{asked}: more than {MAX_STEPS} redirects."
    if not any(low <= answer.status <= high for low, high in rules.expected):
        wanted = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in rules.expected)
        return State.MAJOR_OUTAGE, Reason.STATUS, f"{asked} answered {answer.status}; expected {wanted}."
    if rules.keyword and rules.keyword not in text_of(answer):
        if answer.is_truncated:
            what = f"{asked} answered more than {len(answer.body):,} bytes, without {rules.keyword!r} in those."
            return State.MAJOR_OUTAGE, Reason.BODY_TRUNCATED, what
        return State.MAJOR_OUTAGE, Reason.KEYWORD, f"{asked} answered {answer.status} without {rules.keyword!r}."
    took_ms = answer.total_us / 1000
    if rules.max_response_ms and took_ms > rules.max_response_ms:
        return State.DEGRADED, Reason.SLOW, f"{asked} took {took_ms:.0f} ms; the limit is {rules.max_response_ms} ms."
    return State.OPERATIONAL, Reason.OK, f"{asked} answered {answer.status} in {took_ms:.0f} ms."


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_url(target, allowed=allowed, own=own)


PROBE = Probe(
    label="HTTP(S)",
    target_label="Address",
    fields=(
        Field("method", "Method", "choice", "GET", METHODS),
        Field("expected_status", "Expected status", initial="200-399", help="As in 200-299,401. A redirect you name is not followed."),
        Field("keyword", "Keyword", help="The body must contain it, in the same case."),
        Field("max_response_ms", "Slow above", "whole", help="Milliseconds; a slower answer counts as degraded."),
        Field("headers", "Headers", "lines", help="One per line, as in Accept: application/json. No secrets yet."),
        Field("body", "Body", "lines", help="Sent with POST."),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
)  # fmt: skip
