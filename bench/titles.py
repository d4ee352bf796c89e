"""Score the title reader on titles that were labelled by reading them.

    .venv/bin/python -m bench.titles [--wrong]

Real titles of 2023 and 2024: labels in tests/monitors/core/title_labels.csv, the titles in ../shared/data/histories.
Titles of other years and vendors, written by hand: tests/monitors/core/title_samples_{a,b,c}.csv.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from monitors.core.titles import operators, read_title
from monitors.core.titles.words import key_of, words_of

ROOT = Path(__file__).parent.parent
TABLES = ROOT / "tests/monitors/core"
LABELS = TABLES / "title_labels.csv"
HISTORY = ROOT.parent / "shared/data/histories/twilio_2023_2024.jsonl"
FIELDS = ("channels", "countries", "carriers", "maintenance")
ALL_FIELDS = (*FIELDS, "direction", "failure", "types", "subset", "regions", "unplaced")


def titles():
    with HISTORY.open(encoding="utf-8") as lines:
        return {record["incident_id"]: record["title"] for record in map(json.loads, lines)}


def labels(half):
    """Return (title, row) of the real titles of a half."""
    by_id = titles()
    with LABELS.open(newline="", encoding="utf-8") as lines:
        return [(by_id[row["id"]], row) for row in csv.DictReader(lines) if row["half"] == half]


def samples(half):
    """Return (title, row) of the hand-written titles of a part, "a", "b" or "c"."""
    with (TABLES / f"title_samples_{half}.csv").open(newline="", encoding="utf-8") as lines:
        return [(row["title"], row) for row in csv.DictReader(lines, delimiter="|")]


def expected(row):
    carriers = (cell.rpartition("/") for cell in _listed(row["carriers"]))
    return {
        "channels": set(row["channels"].split()),
        "countries": set(row["countries"].split()),
        "carriers": {f"{_own_name(name, country)}/{country}" for name, _, country in carriers},
        "maintenance": {row["maintenance"] or "no"},
        "direction": {row.get("direction") or "none"},
        "failure": {row.get("failure")},
        "types": set((row.get("types") or "").split()),
        "subset": {row.get("subset") == "y"},
        "regions": set(_listed(row.get("regions"))),
        "unplaced": set(_listed(row.get("unplaced"))),
    }


def read(title):
    reading = read_title(title)
    return {
        "channels": set(reading.channels),
        "countries": set(reading.countries),
        "carriers": {f"{ref.name}/{ref.country}" for ref in reading.carriers},
        "maintenance": {"yes" if reading.maintenance else "no"},
        "direction": {reading.direction or "none"},
        "failure": {reading.failure},
        "types": set(reading.number_types),
        "subset": {reading.subset},
        "regions": set(reading.regions),
        "unplaced": set(reading.unplaced),
    }


def _listed(cell):
    return list(filter(None, (cell or "").split(";")))


def _own_name(name, country):
    """Return the table's name of an operator that a label calls by any of its names."""
    found = operators.shipped().of(key_of(words_of(name)), [country])
    return found[0].name if found else name


def scores(rows, fields=FIELDS):
    """Return {field: (precision, recall, F1, the labels it has)} and the titles that are read otherwise."""
    right, found, real = defaultdict(int), defaultdict(int), defaultdict(int)
    wrong = []
    for title, row in rows:
        truth, told = expected(row), read(title)
        for field in fields:
            right[field] += len(truth[field] & told[field])
            found[field] += len(told[field])
            real[field] += len(truth[field])
            if truth[field] != told[field]:
                wrong.append((field, title, truth[field], told[field]))
    return {field: measure(right[field], found[field], real[field]) for field in fields}, wrong


def measure(right, found, real):
    precision, recall = right / found if found else 1.0, right / real if real else 1.0
    if not found and not real:
        return precision, recall, 1.0, real
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0, real


def main(arguments):
    real = [(half, labels(half), FIELDS) for half in ("dev", "held")] if HISTORY.exists() else []
    written = [(f"written {half}", samples(half), ALL_FIELDS) for half in "abc"]
    for name, rows, fields in (*real, *written):
        table, wrong = scores(rows, fields)
        print(f"{name:12} precision  recall     F1   labels")
        for field, (precision, recall, f1, count) in table.items():
            print(f"{field:12}    {precision:6.3f}  {recall:6.3f} {f1:6.3f} {count:8}")
        if "--wrong" in arguments and name != "held":
            for field, title, truth, told in wrong:
                print(f"  {field}: {title}\n      said {sorted(told)}, is {sorted(truth)}")


if __name__ == "__main__":
    main(sys.argv[1:])
