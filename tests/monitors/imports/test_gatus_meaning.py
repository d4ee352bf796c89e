"""What a condition of Gatus becomes holds for the same answers. Gatus' rules are written down here once more, from its manual."""

import json
import re
from itertools import product

import pytest
import yaml

from monitors.core.conditions import Facts, evaluate, parse
from monitors.imports import read
from monitors.probes import probe_kinds
from monitors.probes.http import Rules

BODIES = (
    "", " \n", "OK", " OK\n", "ok", "5", "12", "[]", "[1, 2, 3]", "{}", '{"status": "UP", "n": 5, "s": "5", "on": true, "t": "true"}',
    '{"status": "UPPER", "n": 4.5, "s": "x", "on": false, "items": [{"id": 1}, {"id": "2"}], "errors": []}',
    '{"n": 30, "s": "30", "errors": null, "items": [], "name": "john.doe"}', "<h1>a/b</h1>\nend",
)  # fmt: skip
STATUSES = (200, 201, 301, 404, 503)
CONDITIONS = (
    "[STATUS] == 200", "[STATUS] != 200", "[STATUS] < 300", "[STATUS] == any(200, 301)", "[STATUS] == pat(2*)",
    "[STATUS] != pat(5??)", "[STATUS] >= 404", "[BODY] == OK", "[BODY] != OK", "[BODY] == pat(*<h1>*)", "[BODY] == pat(OK*)",
    "[BODY] == any(OK, 5)", "[BODY] == 5", "[BODY] > 4", "[BODY].status == UP", "[BODY].status == pat(UP*)",
    "[BODY].status != UP", "[BODY].n == 5", "[BODY].s == 5", "[BODY].n > 4", "[BODY].s >= 5", "[BODY].on == true",
    "[BODY].t == true", "[BODY].on != false", "[BODY].items[0].id == 1", "[BODY].items[1].id == 2", "[BODY].name == pat(john*)",
    "[BODY].name == pat(*.d?e)", "[BODY].n == any(4, 30)", "len([BODY].items) == 2", "len([BODY].items) > 0",
    "len([BODY].name) == 8", "has([BODY].errors) == true", "has([BODY].errors) == false", "has([BODY].items) == true",
    "len([BODY]) == 3", "len([BODY]) > 0", "len([BODY]) <= 2", "len([BODY]) != 2", "len([BODY]) == 0", "len([BODY]) < 1", "has([BODY]) == true", "200 == [STATUS]",
)  # fmt: skip
GONE = object()


def value_of(path: str, body: str):
    """What a path leads to. What is null or not there is no value."""
    try:
        found = json.loads(body)
    except ValueError:
        return GONE
    for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", path):
        try:
            found = found[int(index)] if index else found[name]
        except (KeyError, IndexError, TypeError):
            return GONE
    return GONE if found is None else found


def written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolved(text: str, status: int, body: str) -> str:
    match = re.fullmatch(r"(?:(len|has)\()?\[(STATUS|BODY)\](.*?)\)?", text)
    if not match:
        return text
    function, name, path = match.groups()
    if name == "STATUS":
        return str(status)
    value = value_of(path, body) if path else body.strip()
    if function == "has":
        return written(value is not GONE and value != "" if not path else value is not GONE)
    if function == "len":
        listed = value_of("", body) if not path else value
        value = listed if isinstance(listed, list) or path else value
        return "INVALID" if value is GONE else str(len(value))
    return "INVALID" if value is GONE else written(value)


def is_equal(left: str, right: str) -> bool:
    if match := re.fullmatch(r"pat\((.*)\)", right):
        regex = re.escape(match[1]).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(regex, left, re.S) is not None
    if match := re.fullmatch(r"any\((.*)\)", right):
        return left in [choice.strip() for choice in match[1].split(",")]
    return left == right


def number_of(text: str) -> float:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else 0


def holds_there(condition: str, status: int, body: str) -> bool:
    left, operator, right = condition.split(" ", 2)
    left, right = resolved(left, status, body), resolved(right, status, body)
    if operator in ("==", "!="):
        return is_equal(left, right) is (operator == "==")
    one, other = number_of(left), number_of(right)
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def holds_here(condition: str, status: int, body: str) -> bool:
    endpoint = {"name": "a", "url": "https://a.example.com/", "conditions": [condition]}
    (draft,) = read(yaml.safe_dump({"endpoints": [endpoint]}))[1]
    assert draft.lost == ()
    probe = probe_kinds()["http"]
    options = probe.clean(draft.options)
    if not any(low <= status <= high for low, high in Rules.of(options).expected):
        return False
    facts = Facts({"status": status}, {}, body)
    lines = draft.options.get("conditions", "").splitlines()
    return all(evaluate(parse(line, probe.names), facts).holds for line in lines)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_holds_for_the_same_answers(condition):
    answers = list(
        product(STATUSES if "STATUS" in condition else STATUSES[:1], BODIES if "BODY" in condition else ("",))
    )
    differing = [answer for answer in answers if holds_here(condition, *answer) is not holds_there(condition, *answer)]
    assert differing == []
