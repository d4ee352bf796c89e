"""The examples of docs/RECEIPTS.md, run as they stand against a running server."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from kit.clock import clock
from monitors.models import DeliveryCount, Receipt
from monitors.receipts import receipt_kinds
from monitors.services import applying, receipts
from tests.factories import CarrierFactory, ProviderFactory, ReceiptSourceFactory

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "RECEIPTS.md").read_text()
SECRET = "a secret that is as long as one has to be"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)


@pytest.fixture
def address(live_server, settings):
    settings.PUBLIC_URL = live_server.url
    source = ReceiptSourceFactory(provider=ProviderFactory(category="comms"), kind="generic", token="t0")
    receipts.set_secrets(source, [SECRET])
    return f"{live_server.url}/hooks/generic/t0"


@pytest.mark.django_db(transaction=True)
def test_the_python_examples_work_as_they_stand(address):
    CarrierFactory(name="Telkomsel", country="ID")
    minute = (clock().replace(second=0, microsecond=0) - timedelta(minutes=2)).isoformat()
    exec("\n".join(blocks("python")), {"ADDRESS": address, "SECRET": SECRET, "MINUTE": minute})
    assert sorted(Receipt.objects.values_list("message_id", "status")) == [
        ("order-4711", "delivered"), ("order-4711", "sent"), ("order-4712", "undelivered"),
    ]  # fmt: skip
    assert applying.count_next_minutes(now=clock())
    row = DeliveryCount.objects.get()
    assert (row.started, row.prompt, row.delivered, row.outage, row.sender) == (1200, 1150, 1140, 9, 20)
    assert (row.scope.country, row.scope.carrier.name) == ("ID", "Telkomsel")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
def test_the_shell_example_works_as_it_stands(address):
    (script,) = blocks("sh")
    answer = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": "/usr/bin:/bin", "ADDRESS": address, "SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (answer.stdout, answer.stderr) == ("204\n", "")
    assert Receipt.objects.get().message_id == "order-4713"


def test_every_kind_is_in_the_table_of_senders():
    table = TEXT.partition("## Senders")[2].partition("**Twilio Messaging.**")[0].lower()
    for kind in receipt_kinds().values():
        first = kind.label.partition(":")[0]
        assert first.lower() in table, kind.label
