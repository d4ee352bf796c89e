"""The conditions of a monitor, of any kind: what must hold, else it is down, and what should, else degraded."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitors.core.conditions import Condition, Facts, Names, Type, evaluate, leaves, parse, paths, percentiles
from monitors.core.states import State
from monitors.probes.base import KNOWN, Answer, Field, Reason
from monitors.probes.evidence import text_of

MAX_CONDITIONS = 10  # of each sort
MUST, SHOULD = "conditions", "degraded_conditions"

CONDITION_FIELDS = (
    Field(MUST, "Must hold, else down", "lines", help='One per line: status < 400, body.user.name == "x", certificate_days > 14.'),
    Field(SHOULD, "Should hold, else degraded", "lines", help="As total < 800ms, or p95(5m) < 800ms over earlier checks."),
)  # fmt: skip

TIMES: Names = dict.fromkeys(("total", "dns", "connect", "tls", "first_byte", "transfer"), Type.DURATION)
HTTP_NAMES: Names = {
    "status": Type.NUMBER,
    "body": Type.BODY,
    "header": Type.HEADERS,
    **TIMES,
    "certificate_days": Type.NUMBER,
    "bytes": Type.NUMBER,
    "http_version": Type.TEXT,
    "address": Type.TEXT,
}


@dataclass(frozen=True, slots=True)
class Conditions:
    must: tuple[Condition, ...] = ()
    should: tuple[Condition, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, object], names: Names) -> "Conditions":
        """Read stored options. Raises ConditionError, which `clean` has ruled out."""
        if not (options.get(MUST) or options.get(SHOULD)):
            return _NONE
        return cls(
            *(tuple(parse(line, names) for line in lines_of(str(options.get(name) or ""))) for name in (MUST, SHOULD))
        )

    def __bool__(self) -> bool:
        return bool(self.must or self.should)

    def judge(self, facts: Facts) -> tuple[State, Reason, str] | None:
        """Return what failed, with the failing value, or None. What is not known yet fails nothing."""
        for conditions, state in ((self.must, State.MAJOR_OUTAGE), (self.should, State.DEGRADED)):
            failed = [found for found in (evaluate(c, facts) for c in conditions) if found.holds is False]
            if failed:
                why = "; ".join(why for found in failed for why in found.why)
                return state, Reason.CONDITION, f"{why}."[:500]
        return None


_NONE = Conditions()


def condition_readers(names: Names) -> dict[str, Callable[[str], object]]:
    """Return readers of the two fields, which keep the text as it was written."""

    def read(raw: str) -> str:
        lines = lines_of(raw)
        if len(lines) > MAX_CONDITIONS:
            raise ValueError(f"{len(lines)} conditions are too many. At most {MAX_CONDITIONS}; join some with and.")
        for line in lines:
            parse(line, names)
        return "\n".join(lines)

    return {MUST: read, SHOULD: read}


def lines_of(raw: str) -> list[str]:
    return [line.strip() for line in raw.splitlines() if line.strip()]


def looks_back(options: Mapping[str, object], names: Names) -> Iterator[tuple[int, int]]:
    """Give each (percent, window in seconds) of earlier checks that the conditions speak of."""
    if any("(" in str(options.get(name) or "") for name in (MUST, SHOULD)):
        found = Conditions.of(options, names)
        for condition in (*found.must, *found.should):
            yield from ((p.percent, p.window_s) for p in percentiles(condition))


def speaks_of(options: Mapping[str, object], names: Names, wanted: Collection[str]) -> bool:
    """Whether what must hold speaks of one of the `wanted` names."""
    return any(
        operand.name in wanted
        for condition in Conditions.of(options, names).must
        for leaf in leaves(condition)
        for operand in paths(leaf)
    )


def speaks_of_certificates(options: Mapping[str, object]) -> bool:
    """Whether a condition, of the whole or of a step, may need the certificates of the very connection that it judges."""
    return any("certificate" in str(options.get(name) or "") for name in (MUST, SHOULD, "steps"))


def past_of(options: Mapping[str, object]) -> dict[tuple[int, int], int | None]:
    """Return the percentiles that a check was told, in microseconds."""
    known = options.get(KNOWN)
    rows = known.get("past", []) if isinstance(known, dict) else []
    return {(percent, window_s): microseconds for percent, window_s, microseconds in rows}


def facts_of(answer: Answer, options: Mapping[str, object]) -> Facts:
    """Return what conditions may say about an HTTP answer."""
    phases, certificates = answer.phases, answer.certificates
    values: dict[str, object] = {
        "status": answer.status,
        "total": answer.total_us,
        "dns": phases.dns,
        "connect": phases.connect,
        "tls": phases.tls,
        "first_byte": phases.first_byte,
        "transfer": phases.transfer,
        "bytes": len(answer.body),
        "http_version": answer.http_version,
        "address": answer.address,
    }
    if certificates and certificates[0].days_left is not None:
        values["certificate_days"] = certificates[0].days_left
    return Facts(values, first_of_each(answer.headers), text_of(answer), past_of(options))


def first_of_each(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name, value)
    return found
