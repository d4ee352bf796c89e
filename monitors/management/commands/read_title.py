"""Read titles from standard input and say what they say: the seam by which the reader is measured."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitors.core.titles import TitleReading, read_title


class Command(BaseCommand):
    help = "Read titles from standard input, one a line (with --json: one JSON object a line), and print what they say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help='lines are {"id", "title", "body"?}; one answer a line')

    def handle(self, **options: Any) -> None:
        answer = self._answer if options["json"] else self._text
        self.bad = 0
        try:
            for number, raw in enumerate(sys.stdin.buffer, start=1):
                if line := raw.decode("utf-8", "replace").strip():
                    self.stdout.write(answer(number, line))
                    self.stdout.flush()  # whoever asks line by line waits for it
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if self.bad:
            raise CommandError(
                f'{self.bad} lines could not be read. Each has to be {{"id": …, "title": "…"}}, "body" if wanted.'
            )

    def _answer(self, number: int, line: str) -> str:
        answer = _answer(line)
        if "error" in answer:
            self.bad += 1
            self.stderr.write(f"line {number}: {answer['error']}")
        return json.dumps(answer)

    def _text(self, number: int, line: str) -> str:
        return _as_text(line, read_title(line))


def _answer(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        identity, title, body = asked.get("id"), asked["title"], asked.get("body") or ""
        if not (isinstance(title, str) and isinstance(body, str)):
            raise TypeError("title and body have to be text")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return {"id": None, "error": f"{type(error).__name__}: {error}"[:200]}
    return {"id": identity, **as_json(read_title(title, body))}


def as_json(reading: TitleReading) -> dict[str, Any]:
    return {
        "channels": reading.channels,
        "countries": reading.countries,
        "carriers": [{"name": c.name, "country": c.country, "mccmnc": c.mccmnc} for c in reading.carriers],
        "regions": reading.regions,
        "direction": reading.direction,
        "failure": reading.failure,
        "number_types": reading.number_types,
        "subset": reading.subset,
        "maintenance": reading.maintenance,
        "retroactive": reading.retroactive,
        "no_impact": reading.no_impact,
        "unplaced": reading.unplaced,
    }


def _as_text(title: str, reading: TitleReading) -> str:
    rows = [
        ("channels", reading.channels),
        ("countries", reading.countries),
        ("carriers", [f"{c.name} ({c.country or '?'}) {' '.join(c.mccmnc)}".strip() for c in reading.carriers]),
        ("regions", reading.regions),
        ("direction", [reading.direction] if reading.direction else []),
        ("failure", [reading.failure]),
        ("number types", reading.number_types),
        ("says", [word for word in ("subset", "maintenance", "retroactive", "no_impact") if getattr(reading, word)]),
        ("unplaced", reading.unplaced),
    ]
    return "\n".join([title, *(f"  {name:<13}{', '.join(values)}" for name, values in rows if values)])
