"""Conditions that people write and read: `status < 400 and body.ready`, `p95(5m) < 800ms`.

`parse` reads one, once; `evaluate` holds it against what a check saw.
"""

from monitors.core.conditions.evaluate import ABSENT, Facts, Outcome, evaluate, read_json, value_at
from monitors.core.conditions.parser import parse, parse_path
from monitors.core.conditions.tokens import MAX_LENGTH, ConditionError
from monitors.core.conditions.tree import Condition, Names, Path, Type, leaves, paths, percentiles

__all__ = [
    "ABSENT", "MAX_LENGTH", "Condition", "ConditionError", "Facts", "Names", "Outcome", "Path", "Type", "evaluate", "leaves", "parse",
    "parse_path", "paths", "percentiles", "read_json", "value_at",
]  # fmt: skip
