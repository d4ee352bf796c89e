"""Who changed what about monitors is on record, in one statement for any number, and without a secret."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kit.clock import clock
from monitors.models import Monitor, MonitorChange
from monitors.queries.configuration import configuration
from monitors.services import bulk
from monitors.services import monitors as services
from monitors.services.changes import CHANGES_KEPT
from monitors.services.importing import carry_out, plan
from monitors.services.monitors import Settings
from monitors.services.scopes import own_scope
from monitors.tasks.upkeep import daily_upkeep
from tests.factories import MonitorFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPTIONS = {
    "method": "GET", "headers": [["X-Env", "prod"]], "body": "", "auth": "bearer", "auth_secret": "hush-hush",
    "expected_status": "200", "keyword": "", "max_response_ms": 800,
}  # fmt: skip
WANTED = Settings("API", "http", "http://127.0.0.1:8100/a?token=hush-1", OPTIONS, 60, 10, 2)


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def organization():
    return OrganizationFactory()


@pytest.fixture
def made(organization, person):
    return services.create(organization.id, own_scope(organization.id, "Shop"), WANTED, now=NOON, by=person.id)


def changed(monitor, *, by, **fields):
    """Change fields of what is wanted; an option by its name."""
    options = OPTIONS | {name: fields.pop(name) for name in list(fields) if name in OPTIONS}
    values = {name: getattr(WANTED, name) for name in WANTED.__slots__} | {"options": options} | fields
    services.change(monitor, monitor.scope, Settings(**values), now=NOON + HOUR, by=by)


def told(monitor=None):
    """Return (kind, who, together, edits) of what is on record, in order."""
    rows = MonitorChange.objects.order_by("id")
    rows = rows.filter(monitor=monitor) if monitor else rows
    return [(row.kind, row.by_id, row.together, [tuple(edit) for edit in row.edits]) for row in rows]


def test_who_made_it_is_on_record(made, person):
    assert told() == [("made", person.id, 1, [])]


@pytest.mark.parametrize(
    ("fields", "edits"),
    [
        ({"name": "Shop"}, [("Name", "API", "Shop")]),
        ({"interval_s": 300, "timeout_s": 5}, [("Every", "60 s", "300 s"), ("Timeout", "10 s", "5 s")]),
        ({"confirmations": 1}, [("Confirmed after", "2 checks in a row", "1 check")]),
        ({"slow_factor": None}, [("Slower than usual", "2 times, five checks in a row", "however slow, no trouble")]),
        ({"keyword": "ready"}, [("Must contain", "", "ready")]),
        ({"max_response_ms": ""}, [("Slow above", "800", "")]),
        ({"auth_secret": "hush-new"}, [("Password, token or value", None, None)]),
        ({"auth": "none", "auth_secret": None},
         [("Authentication", "bearer", "none"), ("Password, token or value", "stored, and not shown", "")]),
        ({"headers": [["X-Env", "hush-env"]]}, [("Headers", None, None)]),
        ({"headers": [["X-Env", "prod"], ["X-New", "hush"]]}, [("Headers", "X-Env: •••", "X-Env: •••\nX-New: •••")]),
        ({"target": "http://127.0.0.1:8100/a?token=hush-2"}, [("Address", None, None)]),
        ({"target": "http://127.0.0.1:8100/b?token=hush-1"},
         [("Address", "http://127.0.0.1:8100/a?token=•••", "http://127.0.0.1:8100/b?token=•••")]),
    ],
)  # fmt: skip
def test_each_field_is_told_as_it_was_and_is_and_no_secret_ever(made, person, fields, edits):
    kept = {} if "auth_secret" in fields else {"auth_secret": "•••"}
    changed(made, by=person.id, **kept, **fields)
    assert told()[1:] == [("changed", person.id, 1, edits)]
    assert "hush" not in str(MonitorChange.objects.values_list("edits", flat=True))


def test_a_form_that_changes_nothing_leaves_no_trace(made, person):
    changed(made, by=person.id, auth_secret="•••")
    assert len(told()) == 1


def test_what_it_is_about_is_told_by_name(made, person, organization):
    services.change(
        made, own_scope(organization.id, "Till"), Settings(**{n: getattr(WANTED, n) for n in WANTED.__slots__}
        | {"options": OPTIONS | {"auth_secret": "•••"}}), now=NOON, by=person.id,
    )  # fmt: skip
    assert told()[1:] == [("changed", person.id, 1, [("Is about", "Shop", "Till")])]


def test_a_header_of_a_step_is_told_by_its_name_alone():
    text = 'POST /login\nheader: X-Shop: hush\nbody: {"password": "hush-2"}\nexpect: status == 200'
    monitor = MonitorFactory(kind="steps", options={"steps": text})
    shown = dict(configuration(monitor))["Steps"]
    assert shown == 'POST /login\nheader: X-Shop: •••\nbody: {"password": "•••"}\nexpect: status == 200'


def test_what_is_undone_is_not_on_record(made, person):
    with transaction.atomic():
        services.pause(made, now=NOON, by=person.id)
        transaction.set_rollback(True)
    assert (Monitor.objects.get().is_paused, len(told())) == (False, 1)


@pytest.mark.parametrize(
    ("act", "edit"),
    [
        (lambda o, ids, **who: bulk.pause(o, ids, **who), ("Checks", "running", "paused")),
        (lambda o, ids, **who: bulk.tag(o, ids, "eu", **who), ("Tag", "", "eu")),
        (lambda o, ids, **who: bulk.untag(o, ids, "old", **who), ("Tag", "old", "")),
        (lambda o, ids, **who: bulk.mute(o, ids, until=NOON + HOUR, **who),
         ("Alerts", "sent", "muted until 29 Mar 2026, 13:00 UTC")),
    ],
)  # fmt: skip
def test_what_is_done_to_many_is_one_insert_and_told_of_each(organization, person, act, edit):
    monitors = MonitorFactory.create_batch(3, organization=organization, tags=["old"])
    stranger = MonitorFactory(tags=["old"])
    ids = [monitor.id for monitor in (*monitors, stranger)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act(organization.id, ids, by=person.id, now=NOON)
    assert sum('INSERT INTO "monitors_monitorchange"' in query["sql"] for query in asked) == 1
    assert told() == [("changed", person.id, 3, [edit])] * 3
    assert told(stranger) == []


def test_what_was_so_already_is_not_told(organization, person):
    monitor = MonitorFactory(organization=organization, tags=["eu"], muted_until=NOON - HOUR)
    ids, who = [monitor.id], {"by": person.id, "now": NOON}
    bulk.resume(organization.id, ids, **who)
    bulk.tag(organization.id, ids, "eu", **who)
    bulk.untag(organization.id, ids, "us", **who)
    bulk.mute(organization.id, ids, until=None, **who)  # the last one was over by itself
    assert told() == []


def test_pause_and_resume_of_one_are_told_once_each(made, person):
    for _ in range(2):
        services.pause(made, now=NOON, by=person.id)
    for _ in range(2):
        services.resume(made, now=NOON, by=person.id)
    edits = [("Checks", "running", "paused")], [("Checks", "paused", "running")]
    assert told()[1:] == [("changed", person.id, 1, list(edit)) for edit in edits]


def test_an_import_is_one_insert_for_all_it_makes(organization, person):
    entries = [{"name": f"Shop {n}", "kind": "tcp", "target": f"1.1.1.1:{8000 + n}"} for n in range(5)]
    entries.append({"name": "Inside", "kind": "tcp", "target": "10.0.0.7:8000"})
    planned = plan(organization.id, yaml.safe_dump({"statuswire": 1, "monitors": entries}))
    with CaptureQueriesContext(connection) as asked:
        carry_out(organization.id, planned, now=NOON, by=person.id)
    assert sum('INSERT INTO "monitors_monitorchange"' in query["sql"] for query in asked) == 1
    assert told() == [("imported", person.id, 5, [])] * 5
    assert set(MonitorChange.objects.values_list("monitor__name", flat=True)) == {f"Shop {n}" for n in range(5)}


def test_upkeep_forgets_what_is_older_than_two_years(organization, person):
    monitor, now = MonitorFactory(organization=organization), clock()
    for at in (now - CHANGES_KEPT - HOUR, now - CHANGES_KEPT + HOUR, now):
        bulk.mute(organization.id, [monitor.id], until=at + HOUR, by=person.id, now=at)
    daily_upkeep()
    assert [row.at for row in MonitorChange.objects.order_by("at")] == [now - CHANGES_KEPT + HOUR, now]


def test_who_has_left_leaves_the_record(made, person):
    person.delete()
    assert told() == [("made", None, 1, [])]
