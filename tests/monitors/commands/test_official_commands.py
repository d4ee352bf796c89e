"""manage.py ingest, poll and load_catalogue."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kit.addresses import check_url
from monitors import catalogue
from monitors.formats import formats
from monitors.models import Component, Feed, OfficialPost, Provider
from tests.factories import FeedFactory, ProviderFactory

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).parents[4] / "shared" / "data" / "payloads"
BODY = {
    "page": {"id": "abcdefghijkl", "name": "Twilio", "url": "https://status.example.com"},
    "status": {"indicator": "minor"},
    "components": [{"id": "a", "name": "SMS", "status": "degraded_performance"}, {"id": "b", "name": "Voice", "status": "odd"}],
    "incidents": [
        {"id": "i", "name": "SMS Delivery Delays", "status": "identified", "impact": "minor",
         "created_at": "2026-01-24T23:09:00Z", "incident_updates": [
             {"id": "u", "status": "identified", "body": "Slow.", "created_at": "2026-01-24T23:09:00Z"}]}],
    "scheduled_maintenances": [],
}  # fmt: skip


@pytest.fixture
def body(tmp_path):
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(BODY))
    return path


def run(*args):
    out = StringIO()
    call_command(*map(str, args), stdout=out)
    return out.getvalue()


def ingested(*args):
    return json.loads(run("ingest", *args, "--json"))


def test_a_stored_body_goes_through_the_code_of_a_poll(body):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    got = ingested("statuspage_v2", body, "--provider", "twilio", "--at", "2026-01-24T23:30:00+00:00")
    assert got["counts"] == {
        "components": 2, "groups": 0, "components_by_state": {"degraded": 1, "unknown": 1}, "incidents": 1,
        "incidents_open": 1, "maintenances": 0, "maintenances_open": 0, "notices": 0, "updates": 1, "placed": 1,
        "unplaced": 0, "scopes": 1, "state_changes": 2,
    }  # fmt: skip
    assert (got["unknown_words"], got["headline"], got["stored"]) == ({"odd": 1}, "degraded", True)
    assert got["scopes"] == [
        {"service": "sms", "component": "SMS", "country": "", "carrier": None, "region": "", "state_now": "degraded"}
    ]
    assert [(p["title"], p["began_at"], p["scopes"]) for p in got["incidents"]] == [
        ("SMS Delivery Delays", "2026-01-24T23:09:00+00:00", ["SMS"])
    ]
    assert list(got) == [
        "provider", "format", "at", "stored", "page", "headline", "lists_everything_open", "counts", "components",
        "incidents", "maintenances", "notices", "scopes", "unplaced", "unknown_words",
    ]  # fmt: skip


def test_a_second_body_changes_only_what_is_new(body):
    ProviderFactory(slug="twilio", category="comms")
    args = ("statuspage_v2", body, "--provider", "twilio", "--at")
    first, second = ingested(*args, "2026-01-24T23:30:00Z"), ingested(*args, "2026-01-24T23:31:00Z")
    assert (first["counts"]["state_changes"], second["counts"]["state_changes"]) == (2, 0)
    assert (Feed.objects.count(), OfficialPost.objects.count(), Component.objects.count()) == (1, 1, 2)


def test_a_dry_run_stores_nothing(body):
    ProviderFactory(slug="twilio", category="comms")
    text = run("ingest", "statuspage_v2", body, "--provider", "twilio", "--dry-run")
    assert "- incident, identified" in text
    assert text.endswith("Nothing was stored.\n")
    assert (Feed.objects.count(), OfficialPost.objects.count(), Component.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["statuspage_v2", "BODY", "--provider", "nobody"], "There is no provider 'nobody'. Load the catalogue"),
        (["of_old", "BODY", "--provider", "twilio"], "There is no format 'of_old'. Choose one of: "),
        (["statuspage_v2", "/nowhere.json", "--provider", "twilio"], "/nowhere.json cannot be read: No such file"),
        (["statuspage_history", "BODY", "--provider", "twilio"], "is not readable as Statuspage history: "),
        (["statuspage_v2", "BODY", "--provider", "twilio", "--at", "noon"], "--at must be a time such as "),
    ],
)
def test_what_cannot_be_done_says_what_to_do(body, args, says):
    ProviderFactory(slug="twilio")
    with pytest.raises(CommandError, match="(?s)^.*" + says.replace("(", r"\(")):
        run("ingest", *(str(body) if arg == "BODY" else arg for arg in args))
    assert Feed.objects.count() == 0


def test_a_provider_is_made_on_request(body):
    ingested("statuspage_v2", body, "--provider", "new-one", "--create")
    assert Provider.objects.get().name == "New One"


@pytest.mark.needs_shared
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared here")
@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("statuspage_v2/twilio_summary_20200616.json", (65, 8, 2, 9, 16)),
        ("statuspage_v2/cloudamqp_maintenance.json", (23, 0, 0, 1, 2)),
        ("statuspage_v2/github_incident.json", (2, 0, 1, 2, 4)),
        ("statuspage_v2/anthropic_scheduled_maintenances_20260915.json", (0, 0, 0, 2, 8)),
        ("statuspage_v2/discord/discord_incidents.json", (0, 0, 1, 0, 4)),
        ("twilio/twilio_scheduled_maintenances_20260924.json", (0, 0, 0, 2, 4)),
        ("twilio/twilio_history_p1_2026q3.json", (0, 0, 2, 6, 8)),
    ],
)
def test_real_bodies_give_what_is_in_them(file, counts):
    format_ = "statuspage_history" if "history" in file else "statuspage_v2"
    got = ingested(format_, SHARED / file, "--provider", "twilio", "--create")["counts"]
    assert tuple(got[name] for name in ("components", "groups", "incidents", "maintenances", "updates")) == counts


def test_poll_says_which_sources_there_are():
    with pytest.raises(CommandError, match="There is no provider and no feed 'nobody' with a feed"):
        run("poll", "nobody")


def test_poll_prints_why_a_feed_cannot_be_read():
    FeedFactory(provider=ProviderFactory(slug="twilio", name="Twilio"), url="http://10.0.0.1/api/v2/summary.json")
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 feeds could not be read"):
        call_command("poll", "twilio", stdout=out)
    assert "document summary: no answer, 10.0.0.1 is not a public address." in out.getvalue()


def test_the_catalogue_loads_and_loads_again():
    first, second = run("load_catalogue"), run("load_catalogue")
    entries = catalogue.read()
    assert first.startswith(f"{len(entries)} providers in the catalogue: {len(entries)} made, 0 filled in, ")
    assert f"{len(entries)} providers in the catalogue: 0 made, 0 filled in, 0 feeds made, " in second
    twilio = Feed.objects.get(provider__slug="twilio")
    assert (twilio.format, twilio.url, twilio.interval_s, twilio.is_enabled) == (
        "statuspage_v2", "https://status.twilio.com/api/v2/summary.json", 60, True,
    )  # fmt: skip


def test_first_polls_are_spread_over_the_interval():
    run("load_catalogue")
    times = sorted(Feed.objects.values_list("next_poll_at", flat=True))
    assert len(set(times)) == len(times) > 300
    assert 60 < (times[-1] - times[0]).total_seconds() <= 120


def test_what_an_operator_changed_stays(tmp_path):
    path = tmp_path / "providers.csv"
    path.write_text(
        ",".join(catalogue.COLUMNS)
        + "\ntwilio,Twilio,comms,https://www.twilio.com,https://s.example.com,statuspage_v2,https://s.example.com/api/v2/summary.json,,,\n"
    )
    ProviderFactory(slug="twilio", name="Our Twilio")
    FeedFactory(provider=Provider.objects.get(), url="https://mirror.example.com/api/v2/summary.json")
    run("load_catalogue", "--file", path)
    row = Provider.objects.get()
    assert (row.name, row.homepage, Feed.objects.get().url) == (
        "Our Twilio", "https://www.twilio.com", "https://mirror.example.com/api/v2/summary.json",
    )  # fmt: skip
    run("load_catalogue", "--file", path, "--overwrite")
    assert Provider.objects.get().name == "Twilio"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n", "The first line must be slug,name,"),
        (",".join(catalogue.COLUMNS) + "\nx,y\n", "Line 2 must have 10 fields"),
        (",".join(catalogue.COLUMNS) + "\nx,X,ai,,,,,,,\nx,Y,ai,,,,,,,\n", "Line 3 has the slug 'x'"),
    ],
)
def test_a_bad_catalogue_names_the_line(tmp_path, text, says):
    path = tmp_path / "providers.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=says):
        run("load_catalogue", "--file", path)


def test_the_shipped_catalogue_is_sound():
    entries = catalogue.read()
    assert len(entries) >= 400
    assert sum(entry.format in formats() for entry in entries) >= 350
    assert {entry.slug for entry in entries if entry.format in formats() and not entry.feed} == set()
    for address in (a for entry in entries for a in (entry.homepage, entry.status_page, entry.feed) if a):
        check_url(address)
