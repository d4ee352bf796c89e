"""A wrong setting stops the start and names itself."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

GOOD = [
    (env.text, {"NAME": "x"}, (), "x"),
    (env.text, {}, ("fallback",), "fallback"),
    (env.whole, {"NAME": "0"}, (5,), 0),
    (env.whole, {}, (5,), 5),
    (env.seconds, {"NAME": "90"}, (5,), 90),
    (env.number, {"NAME": "1.5"}, (1.0,), 1.5),
    (env.words, {"NAME": " a, b c,"}, (), ["a", "b", "c"]),
    (env.words, {}, (), []),
    (env.moment, {}, (), None),
    (env.moment, {"NAME": "2026-01-24T22:00:00+00:00"}, (), datetime(2026, 1, 24, 22, tzinfo=UTC)),
    (env.url, {"NAME": "redis://h:1/0"}, ("", ("redis",)), "redis://h:1/0"),
    (env.port, {"NAME": "32767"}, (8000,), 32767),
]
BAD = [
    (env.text, {}, (), "NAME is not set. Set it, or NAME_FILE to a file that holds it."),
    (env.text, {"NAME": ""}, (), "NAME is empty. Give it a value, or set NAME_FILE to a file that holds it."),
    (env.whole, {"NAME": "1m"}, (5,), "NAME must be a whole number, 0 or more, not '1m'."),
    (env.whole, {"NAME": "-1"}, (5,), "NAME must be a whole number, 0 or more, not '-1'."),
    (env.whole, {"NAME": ""}, (5,), "NAME must be a whole number, 0 or more, not ''."),
    (env.seconds, {"NAME": "1.5"}, (5,), "NAME must be a whole number of seconds, 0 or more, not '1.5'."),
    (env.number, {"NAME": "fast"}, (1.0,), "NAME must be a number above 0, not 'fast'."),
    (env.number, {"NAME": "0"}, (1.0,), "NAME must be a number above 0, not '0'."),
    (env.number, {"NAME": "nan"}, (1.0,), "NAME must be a number above 0, not 'nan'."),
    (env.words, {}, (None,), "NAME is not set. Set it, or NAME_FILE to a file that holds it."),
    (env.words, {"NAME": " , "}, (None,), "NAME is empty. Set it to one or more values, separated by commas."),
    (
        env.moment,
        {"NAME": "2026-01-24T22:00:00"},
        (),
        "NAME must be a time with its zone such as 2026-01-24T22:00:00+00:00, not '2026-01-24T22:00:00'.",
    ),
    (env.url, {"NAME": "mysql://me:secret@h/x"}, ("", ("postgres",)), "NAME must start with postgres://, not 'mysql'."),
    (
        env.url,
        {"NAME": "secret@host"},
        ("", ("redis", "unix")),
        "NAME must start with redis:// or unix://, not 'a value without ://'.",
    ),
    (env.port, {"NAME": "32768"}, (8000,), "NAME must be a port from 1 to 32767, not 32768."),
    (env.port, {"NAME": "0"}, (8000,), "NAME must be a whole number, 1 or more, not '0'."),
]


@pytest.fixture
def environment(monkeypatch):
    def set_to(values):
        for name in ("NAME", "NAME_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_to


@pytest.mark.parametrize(("read", "values", "arguments", "expected"), GOOD)
def test_a_right_value_is_read(environment, read, values, arguments, expected):
    environment(values)
    assert read("NAME", *arguments) == expected


@pytest.mark.parametrize(("read", "values", "arguments", "words"), BAD)
def test_a_wrong_value_stops_the_start_with_its_name(environment, read, values, arguments, words):
    environment(values)
    with pytest.raises(ImproperlyConfigured) as stopped:
        read("NAME", *arguments)
    assert str(stopped.value) == words


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("1", True), ("true", True), ("YES", True), ("0", False), ("false", False), ("No", False), (None, True)],
)
def test_a_flag_is_read(environment, raw, expected):
    environment({} if raw is None else {"NAME": raw})
    assert env.flag("NAME", default=True) is expected


def test_a_wrong_flag_stops_the_start(environment):
    environment({"NAME": "on"})
    with pytest.raises(ImproperlyConfigured, match="NAME must be 1 or 0, not 'on'"):
        env.flag("NAME", default=False)


def test_a_secret_may_lie_in_a_file(environment, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    environment({"NAME_FILE": str(tmp_path / "key"), "NAME": "from the environment"})
    assert env.text("NAME") == "from a file"


def test_a_file_that_cannot_be_read_stops_the_start(environment):
    environment({"NAME_FILE": "/nowhere/key"})
    with pytest.raises(
        ImproperlyConfigured, match="NAME_FILE names '/nowhere/key', which cannot be read: No such file"
    ):
        env.text("NAME")
