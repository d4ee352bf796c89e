"""Conditions that people write and read: `status < 400 and body.ready`, `p95(5m) < 800ms`.

`parse` reads one, once; `evaluate` holds it against what a check saw.
"""

from monitors.core.conditions.evaluate import ABSENT, Facts, Outcome, evaluate, read_json
from monitors.core.conditions.parser import parse
from monitors.core.conditions.tokens import MAX_LENGTH, ConditionError
from monitors.core.conditions.tree import Condition, Names, Type, percentiles

__all__ = [
    "ABSENT", "MAX_LENGTH", "Condition", "ConditionError", "Facts", "Names", "Outcome", "Type", "evaluate", "parse",
    "percentiles", "read_json",
]  # fmt: skip
