"""The key of a day's reports dies: in Valkey, in its journal on disk, and in a process that had one of its own."""

import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from redis import Redis
from redis.exceptions import ConnectionError as NoValkey

from kit import embedded
from monitors.services import report_people
from monitors.services.report_people import bury_keys, key_of
from monitors.tasks.upkeep import daily_upkeep

SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture(autouse=True)
def no_keys():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def journalled():
    """A Valkey with a journal on disk, as `make up` starts it: (its URL, its folder)."""
    folder = Path(tempfile.mkdtemp(prefix="swk-"))
    folder.chmod(0o755)
    at = embedded.place(folder)
    process = embedded.start_valkey(at)
    yield at.valkey_url, at.home
    embedded.stop(process)
    shutil.rmtree(at.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def on_disk(folder, word):
    return any(word in file.read_bytes() for file in folder.rglob("*.aof"))


def test_a_key_is_gone_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(report_people, "KEY_LIVES_S", 1)
    first = key_of(SATURDAY)
    assert key_of(SATURDAY) == first != key_of(SUNDAY)
    time.sleep(1.1)
    assert key_of(SATURDAY) != first


def test_a_key_of_the_process_s_own_lives_while_the_other_is_out_of_reach(monkeypatch):
    def gone(*_):
        raise NoValkey("gone")

    with monkeypatch.context() as broken:
        broken.setattr(cache, "get", gone)
        own = key_of(SATURDAY)
        assert key_of(SATURDAY) == own
        assert key_of(SUNDAY) != own
        assert list(report_people._own_keys) == [SUNDAY]
    assert key_of(SATURDAY) != own
    assert report_people._own_keys == {}


def test_a_key_that_is_gone_stands_in_no_journal(journalled, settings):
    settings.CACHE_URL, folder = journalled
    with Redis.from_url(settings.CACHE_URL) as client:
        client.set("reports:key:2026-11-21", "the-key-of-that-day", px=100)
        time.sleep(0.15)
        assert client.get("reports:key:2026-11-21") is None
        assert on_disk(folder, b"the-key-of-that-day")
        bury_keys()
        for _ in range(100):
            if not (client.info("persistence")["aof_rewrite_in_progress"] or on_disk(folder, b"the-key")):
                break
            time.sleep(0.05)
    assert not on_disk(folder, b"the-key-of-that-day")


@pytest.mark.django_db
def test_the_hourly_upkeep_buries_them(journalled, settings):
    settings.CACHE_URL, _ = journalled
    with Redis.from_url(settings.CACHE_URL) as client:
        before = client.info("commandstats").get("cmdstat_bgrewriteaof", {"calls": 0})["calls"]
        daily_upkeep()
        assert client.info("commandstats")["cmdstat_bgrewriteaof"]["calls"] == before + 1


def test_without_valkey_the_upkeep_goes_on(settings, caplog):
    settings.CACHE_URL = "unix:///nowhere/valkey.sock"
    bury_keys()
    assert "the next run will see to it" in caplog.text
