"""Check one monitor by hand."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.models import Monitor
from monitors.probes.base import ProbeResult
from monitors.services import checks


class Command(BaseCommand):
    help = "Check one monitor now and print everything it saw. Stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("monitor_id", type=int)

    def handle(self, *, monitor_id: int, **options: object) -> None:
        monitor = Monitor.objects.filter(id=monitor_id).first()
        if monitor is None:
            raise CommandError(f"There is no monitor {monitor_id}. Try: manage.py list_monitors")
        for line in _lines(monitor, checks.try_monitor(monitor, now=clock())):
            self.stdout.write(line)


def _lines(monitor: Monitor, result: ProbeResult) -> Iterator[str]:
    phases = result.phases
    yield f"{monitor.name}: {result.state.word} ({result.reason.word})"
    yield f"  {result.summary}"
    yield f"  total       {result.total_us / 1000:10.1f} ms"
    for name, microseconds in (
        ("dns", phases.dns),
        ("connect", phases.connect),
        ("tls", phases.tls),
        ("first byte", phases.first_byte),
        ("transfer", phases.transfer),
    ):
        yield f"  {name:<11} {microseconds / 1000:10.1f} ms"
    yield from _seen(result.detail)


def _seen(detail: Mapping[str, object]) -> Iterator[str]:
    for name in ("steps", "address", "http_version", "tls_version", "status", "oddities"):
        if value := detail.get(name):
            yield f"  {name:<11} {' → '.join(map(str, value)) if isinstance(value, list) else value}"
    for certificate in _items(detail, "certificates"):
        yield f"  certificate {certificate['subject']}, by {certificate['issuer']}: {certificate['days_left']} days left"
    for header in _items(detail, "headers"):
        yield f"  < {header[0]}: {header[1]}"
    if body := str(detail.get("body", "")):
        cut = " (cut off)" if detail.get("is_truncated") else ""
        yield f"  body, {detail['body_bytes']} bytes{cut}:"
        yield from (f"  | {line}" for line in body[:2000].splitlines())


def _items(detail: Mapping[str, object], name: str) -> list[dict[str | int, object]]:
    found = detail.get(name, [])
    assert isinstance(found, list)
    return found
