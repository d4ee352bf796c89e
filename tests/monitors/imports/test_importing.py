"""From a file to monitors and back: planned, made once, exported without secrets, and read back exactly."""

import json
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from kit.clock import clock
from monitors.core.schedule import first_slot_after
from monitors.imports.statuswire import write
from monitors.models import Monitor
from monitors.queries.exporting import drafts, without_secrets
from monitors.services import importing
from monitors.services.importing import Fate, carry_out, plan
from monitors.services.scopes import own_scope, scope_of
from tests.factories import ComponentFactory, MonitorFactory, OrganizationFactory, ProviderFactory
from tests.monitors.imports.test_uptime_kuma import backup

pytestmark = pytest.mark.django_db

# Addresses that need no look-up. Nothing is sent to them.
KUMA = backup(
    {"name": "Shop", "url": "https://1.1.1.1/health", "basic_auth_user": "me", "basic_auth_pass": "hush-hush",
     "tags": [{"name": "env", "value": "prod"}], "active": 0},
    {"name": "Inside", "url": "http://10.0.0.7/"},
    {"name": "Container", "type": "docker"},
    {"name": "Nightly", "type": "push", "interval": 86400, "maxretries": 3, "timeout": 48},
)  # fmt: skip


@pytest.fixture
def organization():
    return OrganizationFactory()


def carried(organization, text):
    done = carry_out(organization.id, plan(organization.id, text), now=clock())
    return [(line.fate, line.name) for line in done.lines]


def ours(*monitors):
    return yaml.safe_dump({"statuswire": 1, "monitors": list(monitors)})


def test_a_plan_says_what_becomes_of_each_entry_and_makes_nothing(organization):
    planned = plan(organization.id, KUMA)
    assert [(line.fate, line.name, line.kind) for line in planned.lines] == [
        (Fate.NEW, "Shop", "HTTP(S)"),
        (Fate.REFUSED, "Inside", "HTTP(S)"),
        (Fate.REFUSED, "Container", ""),
        (Fate.NEW, "Nightly", "Heartbeat"),
    ]
    assert "10.0.0.7" in planned.lines[1].why
    assert planned.lines[3].lost == ("Its push address: let the job ping the new one.",)
    assert (planned.new, planned.there, planned.refused) == (2, 0, 2)
    assert not Monitor.objects.exists()


def test_the_same_file_twice_makes_nothing_twice(organization):
    carried(organization, KUMA)
    before = list(Monitor.objects.order_by("id").values())
    assert [fate for fate, _ in carried(organization, KUMA)] == [Fate.THERE, Fate.REFUSED, Fate.REFUSED, Fate.THERE]
    assert list(Monitor.objects.order_by("id").values()) == before
    assert len(before) == 2


def test_a_monitor_is_made_as_a_person_would_have_made_it(organization):
    carried(organization, KUMA)
    shop, nightly = Monitor.objects.order_by("id")
    assert (shop.name, shop.interval_s, shop.timeout_s, shop.confirmations) == ("Shop", 60, 20, 2)
    assert (shop.is_paused, shop.tags, shop.scope.component.name) == (True, ["env:prod"], "Shop")
    assert "hush-hush" not in json.dumps(shop.options)
    assert nightly.heartbeat.token


def test_what_a_file_makes_is_not_all_checked_in_one_moment(organization):
    now = clock()
    text = ours(*({"name": f"M{n}", "target": f"https://1.1.1.{n}/"} for n in range(3)))
    carry_out(organization.id, plan(organization.id, text), now=now)
    due = list(Monitor.objects.order_by("id").values_list("next_check_at", flat=True))
    assert due == [first_slot_after(m.id, m.interval_s, now) for m in Monitor.objects.order_by("id")]


def test_two_imports_of_one_plan_at_once_make_it_once(organization):
    first, second = plan(organization.id, KUMA), plan(organization.id, KUMA)
    carry_out(organization.id, first, now=clock())
    assert carry_out(organization.id, second, now=clock()).there == 2
    assert Monitor.objects.count() == 2


def test_two_alike_in_the_file_are_two_monitors_once(organization):
    text = ours(*[{"name": "A", "target": "https://1.1.1.1/"}] * 2)
    assert [fate for fate, _ in carried(organization, text)] == [Fate.NEW, Fate.NEW]
    assert [fate for fate, _ in carried(organization, text)] == [Fate.THERE, Fate.THERE]
    Monitor.objects.first().delete()
    assert [fate for fate, _ in carried(organization, text)] == [Fate.THERE, Fate.NEW]


def test_what_is_too_much_at_once_is_put_off_and_made_the_next_time(organization, monkeypatch):
    monkeypatch.setattr(importing, "MOST_AT_ONCE", 2)
    text = ours(*({"name": f"M{n}", "target": f"https://1.1.1.{n}/"} for n in range(3)))
    assert plan(organization.id, text).lines[2].why == importing.LATER
    assert [fate for fate, _ in carried(organization, text)] == [Fate.NEW, Fate.NEW, Fate.REFUSED]
    assert [fate for fate, _ in carried(organization, text)] == [Fate.THERE, Fate.THERE, Fate.NEW]


def test_all_or_nothing(organization, monkeypatch):
    planned = plan(organization.id, ours(*[{"name": f"M{n}", "target": "https://1.1.1.1/"} for n in range(3)]))
    broken = planned.lines[2].drafted.settings
    object.__setattr__(broken, "interval_s", 1)  # the database refuses it
    with pytest.raises(Exception, match="monitor_interval_floor"):
        carry_out(organization.id, planned, now=clock())
    assert not Monitor.objects.exists()


@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        (
            {"name": "A", "kind": "dns", "target": "a.example.com", "options": {"resolver": "192.168.1.53"}},
            "192.168.1.53 is not a public address.",
        ),
        (
            {"name": "A", "kind": "dns", "target": "a.example.com", "options": {"resolver": "1.1.1.1:5353"}},
            "1.1.1.1:5353: a resolver is asked on port 53 and no other.",
        ),
        ({"name": "A"}, "monitors[0].target is missing."),
        ({"name": "A", "target": "https://1.1.1.1/", "knid": "x"}, "monitors[0].knid is not known. There are name,"),
        ({"name": "A", "target": "x", "kind": "grpc"}, "There is no kind 'grpc'. There are"),
        ({"name": "A", "target": "ftp://1.1.1.1/"}, "http"),
        ({"name": "A", "target": "https://1.1.1.1/", "every": "often"}, "monitors[0].every is 'often', which is no time."),
        ({"name": "A", "target": "https://1.1.1.1/", "slow_factor": "nan"}, "monitors[0].slow_factor must be a number"),
        ({"name": "A", "target": "https://1.1.1.1/", "options": {"colour": "red"}}, "HTTP(S) has no option 'colour'."),
        ({"name": "A", "target": "https://1.1.1.1/", "options": {"conditions": "status <"}}, "Must hold, else down:"),
        ({"name": "A", "target": "https://1.1.1.1/?token=•••"}, "Write the secret there."),
        ({"name": "A\0", "target": "https://1.1.1.1/"}, "null byte"),
        ({"name": "A\u202eB", "target": "https://1.1.1.1/"}, "characters that cannot be shown"),
        ({"name": "A", "target": "https://1.1.1.1/" + "x" * 3000}, "longer than 2,048"),
        ({"name": "A", "kind": "heartbeat", "target": "A", "options": {"cron": "every day"}}, "Cron line:"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_key_or_the_reason(organization, monitor, words):
    line = plan(organization.id, ours(monitor)).lines[0]
    assert line.fate == Fate.REFUSED
    assert words in line.why


def test_numbers_beyond_our_bounds_are_brought_within_and_said(organization):
    one = {
        "name": "A",
        "target": "https://1.1.1.1/",
        "every": "5s",
        "timeout": "90s",
        "confirmations": 9,
        "tags": ["a!"],
        "slow_factor": 1,
        "regions": ["home", "moon"],
        "quorum": 3,
    }
    line = plan(organization.id, ours(one)).lines[0]
    assert line.lost == (
        "Every 5 s: it becomes 10 s.",
        "Timeout 90 s: it becomes 10 s.",
        "Confirmed after 9 checks: it becomes 5 checks.",
        "Slower than usual 1.0 times: it becomes 1.2 times.",
        "The region moon: there is none of that name here.",
        "Down when 3 regions: it becomes 1 regions.",
        "Some tags: a monitor has ten, of letters, digits and . : / - _.",
    )


STEPS = """\
POST /login
body: {"user": "{{user}}", "password": "{{secret}}"}
save: token = body.access_token

GET /me
header: Authorization: Bearer {{token}}
expect: body.name == "Ann\""""


@pytest.fixture
def full(organization, settings):
    """An organization with a monitor of each sort."""
    settings.PROBE_REGIONS = ["home", "us", "asia"]
    provider = ProviderFactory(slug="twilio")
    group = ComponentFactory(provider=provider, name="Messaging", is_group=True)
    sms = ComponentFactory(provider=provider, name="SMS", group=group)
    options = {
        "method": "POST", "headers": [["Accept", "text/plain"], ["X-A", "b: c"]], "body": '{\n "a": "é😀"\n}\n',
        "expected_status": "200-299", "keyword": " yes ", "conditions": 'status < 400\nbody.a == "x"',
    }  # fmt: skip
    MonitorFactory(
        organization=organization, name="null", target="https://1.1.1.1/a?b=1", options=options, interval_s=45,
        timeout_s=7, confirmations=3, recovery_confirmations=8, tags=["prod", "a b"], is_paused=True, slow_factor=None,
        regions=[0, 2], quorum=1,
        scope=scope_of(provider, component=sms),
    )  # fmt: skip
    for name, kind, target, options in [
        ("Job", "heartbeat", "Job", {"cron": "30 4 * * 1-5", "zone": "Europe/Berlin", "grace": "5m"}),
        ("DNS", "dns", "example.com", {"type": "MX", "expected": "10 mail.example.com."}),
        ("Port", "tcp", "1.1.1.1:443", {"send": "a\\r\\n", "tls": "yes"}),
        ("Port", "tcp", "1.1.1.1:443", {}),
        ("Log in", "steps", "https://1.1.1.1", {"steps": STEPS, "user": "ann"}),
        ("Cert", "tls", "1.1.1.1", {"warn_days": 14, "min_version": "1.2"}),
    ]:
        MonitorFactory(
            organization=organization, name=name, kind=kind, target=target, options=options,
            scope=own_scope(organization.id, f"System of {name}"),
        )  # fmt: skip
    usual = {"method": "GET", "expected_status": "200-399"}
    whole = scope_of(provider)
    MonitorFactory(
        organization=organization, name="Whole", target="https://1.1.1.1/", options=usual, scope=whole, slow_factor=3.5,
        recovery_confirmations=2,
    )  # fmt: skip
    return organization


def test_an_export_reads_back_exactly(full):
    exported = write(drafts(full.id))
    other = OrganizationFactory()
    fates = [fate for fate, _ in carried(other, exported)]
    assert fates == [Fate.NEW] * 8
    assert drafts(other.id) == drafts(full.id)
    assert write(drafts(other.id)) == exported
    columns = (
        "name", "kind", "target", "options", "interval_s", "timeout_s", "confirmations", "recovery_confirmations",
        "slow_factor", "regions", "quorum", "tags", "is_paused",
    )  # fmt: skip
    both = [
        list(Monitor.objects.filter(organization=one).order_by("name", "id").values_list(*columns))
        for one in (full, other)
    ]
    assert both[1] == both[0]
    assert [fate for fate, _ in carried(full, exported)] == [Fate.THERE] * 8


def test_secrets_are_never_exported(organization):
    text = backup(
        {"url": "https://1.1.1.1/?token=hush-hush", "headers": '{"X-Api-Key": "hush-hush"}', "method": "POST",
         "body": '{"password": "hush-hush"}'}
    )  # fmt: skip
    carried(organization, text)
    exported = write(drafts(organization.id))
    assert "hush" not in exported
    assert "auth_secret: ••• not exported, write it here" in exported
    assert [fate for fate, _ in carried(organization, exported)] == [Fate.THERE]
    line = plan(OrganizationFactory().id, exported).lines[0]
    assert (line.fate, line.why) == (
        Fate.REFUSED, "monitors[0].target has ••• where a secret was. Write the secret there."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a\nbody: {"password": "{{secret}}"}', None),
        ("save: token = body.access_token", None),
        ('body.token == "abc"', None),
        ("header: Authorization: Bearer {{token}}", None),
        ('{"password": "hush-hush", "b": "{{user}}"}', '{"password": "•••", "b": "{{user}}"}'),
        ("header: Authorization: Bearer abcdefgh", "header: Authorization: Bearer •••"),
        ("/login?api_key=hush{{user}}", "/login?api_key=•••"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_names_are_not(text, shown):
    assert without_secrets(text) == (text if shown is None else shown)


def test_a_provider_that_is_unknown_becomes_an_own_system(organization):
    about = {"provider": "nobody", "component": "SMS"}
    planned = plan(organization.id, ours({"name": "A", "target": "https://1.1.1.1/", "about": about}))
    assert planned.lines[0].lost == ("What it is about, nobody, is not known here: it becomes a system of your own.",)
    carry_out(organization.id, planned, now=clock())
    assert Monitor.objects.get().scope.component.name == "A"


def test_the_commands(organization, tmp_path):
    file, out = tmp_path / "backup.json", StringIO()
    file.write_text(KUMA)
    call_command("import_monitors", str(file), organization=organization.slug, dry_run=True, stdout=out)
    assert out.getvalue().endswith("Uptime Kuma: 2 would be made, 0 already there, 2 cannot be.\n")
    assert not Monitor.objects.exists()
    call_command("import_monitors", str(file), organization=organization.slug, stdout=out)
    assert out.getvalue().endswith("Uptime Kuma: 2 made, 0 already there, 2 cannot be.\n")
    exported = StringIO()
    call_command("export_monitors", organization=organization.slug, stdout=exported)
    assert exported.getvalue() == write(drafts(organization.id))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "is no UTF-8 text"),
        (b"x" * 10_000_000, "800,001 bytes; 800,000 can be read"),
        (b"a: 1", "This is none of the files that StatusWire reads."),
        (b"statuswire: 1", "This file of StatusWire has no monitors in it."),
        (b"statuswire: 2", "statuswire must be 1"),
        (b"statuswire: 1\nmonitors: x", "monitors must be a list, and is a text."),
        (b"statuswire: 1\nmonitors: [" + b"{}," * 5001 + b"]", "5,001 monitors are too many at once."),
    ],
)
def test_a_file_that_cannot_be_read_is_said(organization, tmp_path, content, words):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("import_monitors", str(file), organization=organization.slug)
    assert words in str(error.value)


def test_what_is_cut_is_said(organization):
    rows = [{"name": "a" * 101, "tags": [{"name": f"tag {number}"} for number in range(11)], "url": "https://1.1.1.1/"}]
    (line,) = plan(organization.id, backup(*rows)).lines
    assert (len(line.name), len(line.drafted.draft.tags)) == (100, 10)
    assert line.lost == (
        "Some of its tags: a monitor has 10, of at most 30 characters.",
        "The end of its name: a monitor's has at most 100 characters.",
    )


def test_any_whole_number_of_seconds_is_a_period(organization):
    text = json.dumps({"checks": [{"name": "A", "timeout": 100_001, "grace": 31_535_999, "n_pings": 0}]})
    (line,) = plan(organization.id, text).lines
    assert line.drafted.settings.options == {"period": "100001s", "grace": "31535999s"}
