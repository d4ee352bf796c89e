"""Score the title reader on real titles that were labelled by reading them.

    .venv/bin/python -m bench.titles [--wrong]

Labels: tests/monitors/core/title_labels.csv (ids and labels only); the titles are in ../shared/data/histories.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from monitors.core.titles import read_title

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "tests/monitors/core/title_labels.csv"
HISTORY = ROOT.parent / "shared/data/histories/twilio_2023_2024.jsonl"
FIELDS = ("channels", "countries", "carriers", "maintenance")


def titles():
    with HISTORY.open(encoding="utf-8") as lines:
        return {record["incident_id"]: record["title"] for record in map(json.loads, lines)}


def labels():
    with LABELS.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def expected(row):
    return {
        "channels": set(row["channels"].split()),
        "countries": set(row["countries"].split()),
        "carriers": set(filter(None, row["carriers"].split(";"))),
        "maintenance": {row["maintenance"]},
    }


def read(title):
    reading = read_title(title)
    return {
        "channels": set(reading.channels),
        "countries": set(reading.countries),
        "carriers": {f"{ref.name}/{ref.country}" for ref in reading.carriers},
        "maintenance": {"yes" if reading.maintenance else "no"},
    }


def scores(half):
    """Return {field: (precision, recall, F1, the labels it has)} and the titles that are read otherwise."""
    by_id = titles()
    right, found, real = defaultdict(int), defaultdict(int), defaultdict(int)
    wrong = []
    for row in labels():
        if row["half"] != half:
            continue
        truth, told = expected(row), read(by_id[row["id"]])
        for field in FIELDS:
            right[field] += len(truth[field] & told[field])
            found[field] += len(told[field])
            real[field] += len(truth[field])
            if truth[field] != told[field]:
                wrong.append((field, by_id[row["id"]], truth[field], told[field]))
    return {field: measure(right[field], found[field], real[field]) for field in FIELDS}, wrong


def measure(right, found, real):
    precision, recall = right / found if found else 1.0, right / real if real else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0, real


def main(arguments):
    for half in ("dev", "held"):
        table, wrong = scores(half)
        print(f"{half:12} precision  recall     F1   labels")
        for field, (precision, recall, f1, count) in table.items():
            print(f"{field:12}    {precision:6.3f}  {recall:6.3f} {f1:6.3f} {count:8}")
        if "--wrong" in arguments and half == "dev":
            for field, title, truth, told in wrong:
                print(f"  {field}: {title}\n      said {sorted(told)}, is {sorted(truth)}")


if __name__ == "__main__":
    main(sys.argv[1:])
