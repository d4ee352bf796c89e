"""What the error codes of messaging providers mean, and whose doing they are (error_codes.csv).

The faults are those by which a provider's plugin of monitors.receipts counts; the meanings are in our own short words.
Source of the codes: the providers' public error dictionaries.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitors.receipts.base import Fault

SHIPPED = Path(__file__).parent / "error_codes.csv"
WHOSE: Mapping[Fault, str] = {
    Fault.OUTAGE: "Provider or carrier",
    Fault.AMBIGUOUS: "Not clear",
    Fault.SENDER: "You, the sender",
    Fault.SELF: "Your webhook",
}
NOT_LISTED = "Not in our table"
WITHOUT = "Failed without a code"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code of a provider (its slug)."""

    provider: str
    code: str
    meaning: str
    fault: Fault


def read(path: Path = SHIPPED) -> list[ErrorCode]:
    """Return the codes of a table with the columns provider, code, meaning, fault."""
    with path.open(newline="", encoding="utf-8") as lines:
        return [
            ErrorCode(row["provider"], row["code"], row["meaning"], Fault(row["fault"]))
            for row in csv.DictReader(lines)
        ]


@cache
def shipped() -> Mapping[tuple[str, str], ErrorCode]:
    """The codes of the shipped table, by provider and code; read once per process."""
    return {(row.provider, row.code): row for row in read()}


def meaning_of(provider: str, code: str) -> str:
    """Return what a code means, or that we do not know it. Of "5.1.2" the class says enough: "5.1"."""
    if not code:
        return WITHOUT
    known = next((shipped()[key] for part in _classes(code) if (key := (provider, part)) in shipped()), None)
    return known.meaning if known else NOT_LISTED


def _classes(code: str) -> Iterator[str]:
    while code:
        yield code
        code = code.rpartition(".")[0]
