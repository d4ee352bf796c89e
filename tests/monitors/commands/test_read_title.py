"""manage.py read_title: the seam by which the reader is measured."""

import io
import json
import subprocess
import sys

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
    [b"nope", b"[1]", b'"x"', b"null", b"{}", b"7", b'{"id": 1}', b'{"id": 1, "title": null}', b'{"id": 1, "title": "SMS", "body": 7}',
     b"[" * 100_000, b"\xff\xfe"],
)  # fmt: skip
def test_a_bad_line_is_told_and_the_others_are_answered(monkeypatch, line):
    lines, error = run(monkeypatch, line + b'\n{"id": 2, "title": "\\ud800 SMS in Chile"}\n', json=True)
    bad, good = map(json.loads, lines)
    assert (bad["id"], bool(bad["error"]), good["id"], good["countries"]) == (None, True, 2, ["CL"])
    assert error.startswith("1 lines could not be read")


def test_a_bad_line_is_told_by_its_number(monkeypatch, capsys):
    lines, error = run(monkeypatch, b'{"id": 1, "title": "SMS"}\n\nnope\n', json=True)
    assert (len(lines), error[:7], capsys.readouterr().err[:22]) == (2, "1 lines", "line 3: JSONDecodeErro")


def test_a_title_may_be_long_empty_or_without_id(monkeypatch):
    asked = [
        {"title": ""},
        {"id": 7, "title": "SMS to Chile " * 80_000, "body": "x" * 1_000_000},
        {"id": "c", "title": "a\x00\x1b[31mb"},
    ]
    lines, error = run(monkeypatch, "\n".join(map(json.dumps, asked)).encode(), json=True)
    told = [json.loads(line) for line in lines]
    assert ([row["id"] for row in told], told[1]["countries"], error) == ([None, 7, "c"], ["CL"], None)


def test_an_answer_is_out_before_the_next_question_is_asked():
    command = [sys.executable, "manage.py", "read_title", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for number in range(2):
            process.stdin.write(json.dumps({"id": number, "title": "SMS"}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_reader_that_leaves_early_is_no_error():
    ask = f"{sys.executable} manage.py read_title --json < /dev/stdin | head -1"
    lines = json.dumps({"id": 1, "title": "SMS"}) + "\n"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", ask], input=lines * 3_000, capture_output=True, text=True)
    assert (done.returncode, done.stderr, json.loads(done.stdout)["id"]) == (0, "", 1)


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
