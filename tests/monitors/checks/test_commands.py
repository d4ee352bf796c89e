"""check_monitor and list_monitors."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from monitors.models import CheckResult, Monitor, SourceState
from tests.factories import MonitorFactory
from tests.kit.servers import answer, serving

pytestmark = pytest.mark.django_db


def output(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_check_monitor_shows_everything_and_stores_nothing(settings):
    with serving(answer(b"hello\nworld", "Server: test", "Set-Cookie: id=1")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        monitor = MonitorFactory(name="API", target=server.url)
        before = Monitor.objects.values().get()
        shown = output("check_monitor", str(monitor.id)).splitlines()
    assert shown[0] == "API: operational (ok)"
    assert [line.split()[0] for line in shown[2:8]] == ["total", "dns", "connect", "tls", "first", "transfer"]
    assert shown[8:] == [
        f"  steps       {server.url}/",
        "  address     127.0.0.1",
        "  http_version HTTP/1.1",
        "  status      200",
        "  < content-length: 11",
        "  < server: test",
        "  < set-cookie: •••",
        "  body, 11 bytes:",
        "  | hello",
        "  | world",
    ]
    assert (CheckResult.objects.count(), SourceState.objects.count()) == (0, 0)
    assert Monitor.objects.values().get() == before


def test_an_unknown_monitor_is_refused_with_the_way_out():
    with pytest.raises(CommandError) as refused:
        output("check_monitor", "4711")
    assert str(refused.value) == "There is no monitor 4711. Try: manage.py list_monitors"


def test_list_monitors():
    monitor, other = MonitorFactory(name="API"), MonitorFactory()
    assert [line.split()[0] for line in output("list_monitors").splitlines()] == [str(monitor.id), str(other.id)]
    shown = output("list_monitors", "--organization", monitor.organization.slug)
    assert shown.split() == [
        str(monitor.id), monitor.organization.slug, "unknown", "never", "API", monitor.target,
    ]  # fmt: skip
    with pytest.raises(CommandError, match="There is no organization 'nobody'"):
        output("list_monitors", "--organization", "nobody")
