"""What many would write first: one Celery task per check, with httpx and the ORM. Only bench.probing runs it."""

import time
from datetime import datetime

import httpx

from config.celery import app

client = httpx.Client(timeout=10)  # shared: a fresh one would cost 14 ms more each


@app.task(name="bench.check")
def check(monitor_id, slot):
    from monitors.models import CheckResult, Monitor

    monitor = Monitor.objects.get(id=monitor_id)
    began = time.perf_counter()
    state = 0 if client.get(monitor.target, headers={"Connection": "close"}).is_success else 4
    total_us = int((time.perf_counter() - began) * 1e6)
    CheckResult.objects.create(
        monitor_id=monitor_id, slot=datetime.fromisoformat(slot), state=state, reason=0, total_us=total_us,
        dns=0, connect=0, tls=0, first_byte=0, transfer=0,
    )  # fmt: skip
    Monitor.objects.filter(id=monitor_id).update(last_check_at=slot, last_state=state, last_total_us=total_us)


def send(monitor_ids, rate):
    """Send a task for each monitor, again and again, at `rate` a second: what beat would do."""
    from django.utils import timezone

    began, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - began) * rate)
        for number in range(sent, due):
            check.apply_async((monitor_ids[number % len(monitor_ids)], timezone.now().isoformat()), queue="naive")
        sent = due
        time.sleep(0.1)


if __name__ == "__main__":
    import sys

    import django

    django.setup()
    send([int(word) for word in sys.argv[2:]], float(sys.argv[1]))
