"""manage.py read_title: the seam by which the reader is measured."""

import io
import json

import pytest
from django.core.management import CommandError, call_command


def run(monkeypatch, text, **options):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))
    out = io.StringIO()
    try:
        call_command("read_title", stdout=out, **options)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), None


def test_each_line_has_its_answer(monkeypatch):
    asked = b'{"id": "a", "title": "SMS Delivery Delays to NTT Docomo in Japan"}\n{"id": 2, "title": "SMS", "body": "in Chile"}\n'
    lines, error = run(monkeypatch, asked, json=True)
    first, second = map(json.loads, lines)
    assert first == {
        "id": "a",
        "channels": ["sms"],
        "countries": ["JP"],
        "carriers": [{"name": "NTT DOCOMO", "country": "JP", "mccmnc": ["44010"]}],
        "regions": [],
        "direction": "outbound",
        "failure": "delay",
        "number_types": [],
        "subset": False,
        "maintenance": False,
        "retroactive": False,
        "no_impact": False,
        "unplaced": [],
    }
    assert (second["id"], second["countries"], error) == (2, ["CL"], None)


@pytest.mark.parametrize(
    "line",
    [b"nope", b"[1]", b'"x"', b"null", b"{}", b'{"id": 1}', b'{"id": 1, "title": null}', b'{"id": 1, "title": "SMS", "body": 7}',
     b"[" * 100_000, b"\xff\xfe"],
)  # fmt: skip
def test_a_bad_line_is_told_and_the_others_are_answered(monkeypatch, line):
    lines, error = run(monkeypatch, line + b'\n{"id": 2, "title": "\\ud800 SMS in Chile"}\n', json=True)
    bad, good = map(json.loads, lines)
    assert (bad["id"], bool(bad["error"]), good["id"], good["countries"]) == (None, True, 2, ["CL"])
    assert error.startswith("1 lines could not be read")


def test_without_json_it_prints_what_a_title_says(monkeypatch):
    lines, _ = run(monkeypatch, b"SMS Delivery Delays to Foonet in Brazil\n")
    assert lines == [
        "SMS Delivery Delays to Foonet in Brazil",
        "  channels     sms",
        "  countries    BR",
        "  direction    outbound",
        "  failure      delay",
        "  unplaced     Foonet",
    ]
