"""manage.py ingest with several bodies: a table of what came of each, and nothing stored."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from monitors.models import Feed, OfficialPost, Provider
from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db
SUMMARY = {
    "page": {"id": "abcdefghijkl", "name": "Twilio", "url": "https://status.example.com"},
    "status": {"indicator": "minor"},
    "components": [{"id": "a", "name": "SMS", "status": "degraded_performance"}],
    "incidents": [
        {"id": "i", "name": "SMS Delivery Delays", "status": "identified", "impact": "minor", "created_at": "2026-01-24T23:09:00Z",
         "incident_updates": [{"id": "u", "status": "identified", "body": "Slow.", "created_at": "2026-01-24T23:09:00Z"}]}],
    "scheduled_maintenances": [],
}  # fmt: skip
STRIPE = {"UptimeStatus": "down", "message": "No"}


@pytest.fixture
def folder(tmp_path):
    inner = tmp_path / "bodies" / "statuspage"
    inner.mkdir(parents=True)
    (inner / "twilio_summary.json").write_text(json.dumps(SUMMARY))
    (inner.parent / "stripe.json").write_text(json.dumps(STRIPE))
    (inner.parent / "INDEX.md").write_text("# Notes")
    return tmp_path / "bodies"


def run(*args):
    out = StringIO()
    call_command("ingest", *map(str, args), stdout=out)
    return out.getvalue()


def figures(rows):
    return {row["body"]: (row["format"], row["components"], row["incidents"], row["updates"]) for row in rows}


def test_a_folder_is_read_body_by_body_and_nothing_is_stored(folder):
    ProviderFactory(slug="twilio", category="comms")
    rows = json.loads(run(folder, "--json"))
    assert figures(rows) == {
        "statuspage/twilio_summary.json": ("statuspage_v2", 1, 1, 1),
        "bodies/stripe.json": ("stripe_current", 1, 0, 0),
    }
    assert [(row["placed"], row["posts"]) for row in rows if row["posts"]] == [(1, 1)]
    assert (Feed.objects.count(), OfficialPost.objects.count(), Provider.objects.count()) == (0, 0, 1)


def test_the_table_has_a_line_for_each_body_and_one_of_sums(folder):
    head, *lines, sums = run(folder).splitlines()
    assert head.split()[:3] == ["body", "format", "components"]
    assert sorted(line.split()[:2] for line in lines) == [
        ["bodies/stripe.json", "stripe_current"],
        ["statuspage/twilio_summary.json", "statuspage_v2"],
    ]
    assert sums.startswith("2 bodies, 0 unreadable: 2 components, 0 groups, 1 incidents, 0 maintenances, ")


def test_a_body_that_cannot_be_read_has_its_reason_and_the_command_fails(folder):
    bad = folder / "zebra.html"
    bad.write_text("<html><body>Sign in</body></html>")
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 3 bodies could not be read"):
        call_command("ingest", str(folder), stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("bodies/zebra.html")]
    assert "is of no format that we know: " in line


def test_a_format_can_be_given_for_all(folder):
    with pytest.raises(CommandError, match="2 of 2 bodies could not be read"):
        run("slack_v2", folder)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["statuspage_v2"], "Which body is to be read as statuspage_v2"),
        (["of_old", "x.json"], "There is no format 'of_old'"),
        (["EMPTY"], "There is no body in "),
        (["/nowhere.json"], "1 of 1 bodies could not be read"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(tmp_path, args, says):
    with pytest.raises(CommandError, match=says):
        run(*(tmp_path if arg == "EMPTY" else arg for arg in args))


def test_one_body_for_a_provider_needs_no_format(folder):
    ProviderFactory(slug="stripe")
    got = json.loads(run(folder / "stripe.json", "--provider", "stripe", "--json"))
    assert (got["format"], got["stored"], Feed.objects.count()) == ("stripe_current", True, 1)
