"""kill -9 of a sender in mid-send: nothing is lost, and at most one message is repeated per kill."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from alerts.models import Notification
from tests.alerts.scenes import SIGNING, far_side, make_channel
from tests.factories import NotificationFactory, OrganizationFactory

KILLS, MESSAGES = 20, 100
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_each_kill_repeats_one_message_at_most(settings):
    luck = random.Random(20260124)
    with far_side(answers=[(204, "", {})], delay_s=0.03) as side:
        settings.ALLOWED_PRIVATE_HOSTS = [side.place]
        organization = OrganizationFactory()
        channels = [make_channel(organization, "webhook", url=side.url, secret=SIGNING) for _ in range(10)]
        rows = [NotificationFactory(channel=channels[n % 10], transition="test") for n in range(MESSAGES)]
        with _nursery(side.place) as nursery:
            for _ in range(KILLS):
                sender = _born(nursery)
                _until_it_sends(side, len(side.keys) + luck.randint(1, 4))
                time.sleep(luck.uniform(0, 0.03))  # somewhere in the next send
                os.kill(sender, signal.SIGKILL)
            sent_before_the_last = len(side.keys)
            sender = _born(nursery)
            _until_all_are_done()
            os.kill(sender, signal.SIGKILL)
            nursery.stdin.close()
            nursery.wait(10)
    assert sent_before_the_last > KILLS  # the kills came in the middle of it
    assert set(Notification.objects.values_list("state", flat=True)) == {"delivered"}
    assert set(side.keys) == {row.key for row in rows}
    assert len(side.keys) - MESSAGES <= KILLS


def _until_it_sends(side, number: int) -> None:
    """Wait until the far side has had so many messages; a sender that is slow to start is not killed before it sends."""
    deadline = time.monotonic() + 30
    while len(side.keys) < number and time.monotonic() < deadline:
        time.sleep(0.005)


def _nursery(place: str) -> subprocess.Popen[str]:
    found = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": str(_database_url(found)),
        "ALLOWED_PRIVATE_HOSTS": place,
        "ALERT_LEASE_S": "1",
        "LOG_LEVEL": "WARNING",
    }
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.alerts.sender"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert nursery.stdout.readline() == "ready\n"
    return nursery


def _database_url(found: dict) -> str:
    from urllib.parse import quote

    password, host = quote(found["PASSWORD"], safe=""), quote(found["HOST"], safe="")
    return f"postgres://{found['USER']}:{password}@{host}/{found['NAME']}"


def _born(nursery: subprocess.Popen[str]) -> int:
    nursery.stdin.write("one more\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def _until_all_are_done(within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while Notification.objects.filter(state="queued").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
