"""The settings as a process sees them, and as docs/OPERATIONS.md tells them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from django.core.cache import cache

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "LOCAL": "0",
    "SECRET_KEY": "k" * 40,
    "SECRET_KEYS": "one,two",
    "DATABASE_URL": "postgres://sw@db.example.com/sw",
    "VALKEY_URL": "redis://valkey.example.com:6379/0",
    "PUBLIC_URL": "https://status.example.com",
    "EMAIL_URL": "smtp+tls://mail.example.com:587",
}


def manage(environment, *arguments, **more):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "VAR_DIR", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=120, **more,
    )  # fmt: skip


def documented():
    """Return the names in the settings table."""
    table = (ROOT / "docs" / "OPERATIONS.md").read_text().split("## Settings")[1].split("\n## ")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def test_every_setting_is_documented_and_nothing_else():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
    assert documented() == read


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SECRET_KEYS", "DATABASE_URL", "VALKEY_URL"])
def test_production_does_not_start_without(missing):
    run = manage({name: value for name, value in PRODUCTION.items() if name != missing}, "check")
    words = f"The settings are not right. {missing} is not set. Set it, or {missing}_FILE to a file that holds it.\n"
    assert (run.returncode, run.stderr) == (1, words)


def test_production_starts_with_all_of_them_and_writes_nothing(tmp_path):
    run = manage({**PRODUCTION, "VAR_DIR": str(tmp_path / "var")}, "check")
    assert (run.returncode, run.stderr, (tmp_path / "var").exists()) == (0, "", False)


def test_what_contradicts_itself_does_not_start():
    run = manage({**PRODUCTION, "DEBUG": "1"}, "run", "beat")
    assert (run.returncode, "(statuswire.E001) DEBUG=1 with LOCAL=0" in run.stderr) == (1, True)


SHOW = "from django.conf import settings as s; print({}, sep='\\n')"


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"),
        ("redis://h:6379/1", "redis://h:6379/1"),
        ("amqp://u:p@h:5672//", "amqp://u:p@h:5672//"),
    ],
)
def test_celery_gets_its_broker_in_its_own_words(broker, expected):
    show = SHOW.format("s.CELERY_BROKER_URL, hasattr(s, 'CELERY_BROKER_TRANSPORT_OPTIONS')")
    run = manage({**PRODUCTION, "BROKER_URL": broker}, "shell", "--no-imports", "-c", show)
    assert run.stdout.split() == [expected, str(not broker.startswith("amqp"))]


@pytest.mark.parametrize(
    ("environment", "postgres", "valkey"),
    [
        ({}, True, True),
        ({"DATABASE_URL": "postgres://h/d"}, False, True),
        ({"VALKEY_URL": "redis://h"}, True, False),
        # RabbitMQ carries tasks only: live pages and the cache still need ours.
        ({"DATABASE_URL": "postgres://h/d", "BROKER_URL": "amqp://h"}, False, True),
        ({"BROKER_URL": "amqp://h", "CHANNEL_URL": "redis://h", "CACHE_URL": "redis://h"}, True, False),
    ],
)
def test_only_services_that_no_url_names_are_ours(environment, postgres, valkey):
    show = SHOW.format("s.EMBEDDED_POSTGRES, s.EMBEDDED_VALKEY")
    run = manage(environment, "shell", "--no-imports", "-c", show)
    assert run.stdout.split() == [str(postgres), str(valkey)]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ["mail.example.com", "25", "-", "-", "False", "False"]),
        ("smtps://u:p@mail.example.com", ["mail.example.com", "465", "u", "p", "True", "False"]),
        ("smtp+tls://mail.example.com", ["mail.example.com", "587", "-", "-", "False", "True"]),
        ("smtp+tls://me%40example.com:p%2Fw%3A@h:2525", ["h", "2525", "me@example.com", "p/w:", "False", "True"]),
    ],
)
def test_mail_is_sent_where_its_url_says_with_a_password_of_any_characters(url, expected):
    show = SHOW.format(
        "s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER or '-', s.EMAIL_HOST_PASSWORD or '-', s.EMAIL_USE_SSL, s.EMAIL_USE_TLS"
    )
    assert manage({**PRODUCTION, "EMAIL_URL": url}, "shell", "--no-imports", "-c", show).stdout.split() == expected


def test_a_data_folder_may_be_named_from_where_one_stands(tmp_path):
    folder = os.path.relpath(tmp_path, ROOT)
    run = manage({"VAR_DIR": folder}, "shell", "--no-imports", "-c", SHOW.format("s.VAR_DIR, s.EMAIL_FILE_PATH"))
    var, mail = run.stdout.split()
    assert (Path(var).resolve(), Path(mail).resolve()) == (tmp_path, tmp_path / "mail")


async def test_the_channel_layer_runs_over_a_unix_socket():
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("readers", channel)
    await layer.group_send("readers", {"type": "page.changed"})
    assert await layer.receive(channel) == {"type": "page.changed"}
    await layer.group_discard("readers", channel)
    await layer.flush()


def test_the_cache_runs_over_a_unix_socket():
    cache.set("key", "value", 5)
    assert cache.get("key") == "value"
