"""Counts that others made: a file is loaded whole or not at all, and twice is once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from kit.clock import clock
from monitors.core.cells import Cell
from monitors.core.report_rows import COLUMNS, Unreadable
from monitors.models import ImportedCount, Report, ReportCount, Scope
from monitors.queries.crowd import report_buckets
from monitors.queries.report_habits import usual_reports
from monitors.services.report_imports import Loaded, load
from tests.factories import CarrierFactory, ComponentFactory, OrganizationFactory, ProviderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HEAD = ",".join(COLUMNS) + "\n"
GOOD = "twilio,sms,JP,NTT DOCOMO,2026-11-21T10:05Z,7,downdetector\n"


@pytest.fixture(autouse=True)
def twilio():
    CarrierFactory(name="NTT DOCOMO", country="JP")
    return ProviderFactory(slug="twilio", name="Twilio", category="comms")


def put(text, *, is_json=False, is_dry=False):
    return load(text, is_json=is_json, is_dry=is_dry, now=NOW)


def stored():
    return list(ReportCount.objects.order_by("minute", "scope_id").values_list("reports", "imported"))


def test_a_count_lands_in_its_scope_and_minute():
    assert put(HEAD + GOOD) == Loaded(1, 0, 0, (), is_stored=True)
    row = ReportCount.objects.select_related("scope__component", "scope__carrier").get()
    assert (row.scope.component.service, row.scope.country, row.scope.carrier.name) == ("sms", "JP", "NTT DOCOMO")
    assert (row.minute, row.reports, row.imported) == (datetime(2026, 11, 21, 10, 5, tzinfo=UTC), 0, 7)


def test_the_same_file_again_changes_nothing():
    put(HEAD + GOOD)
    assert put(HEAD + GOOD) == Loaded(0, 0, 1, (), is_stored=True)
    assert stored() == [(0, 7)]


@pytest.mark.parametrize("number", [0, 3, 40])
def test_another_number_of_the_same_source_corrects_it(number):
    put(HEAD + GOOD)
    assert put(HEAD + GOOD.replace(",7,", f",{number},")) == Loaded(0, 1, 0, (), is_stored=True)
    assert stored() == [(0, number)]


def test_sources_add_up_and_do_not_touch_our_own_reports():
    put(HEAD + GOOD)
    ReportCount.objects.update(reports=2)
    put(HEAD + GOOD.replace("downdetector", "support desk"))
    assert (stored(), ImportedCount.objects.count()) == ([(2, 14)], 2)


def test_the_same_line_twice_is_one():
    assert put(HEAD + GOOD * 3).new == 1
    assert stored() == [(0, 7)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,,,,2026-11-21T10:05Z,7,x", "There is no provider “nobody”."),
        ("twilio,Toaster,,,2026-11-21T10:05Z,7,x", "Twilio has no component “Toaster”."),
        ("twilio,,ZZ,,2026-11-21T10:05Z,7,x", "“ZZ” is no country."),
        ("twilio,,JP,Nobody Mobile,2026-11-21T10:05Z,7,x", "No carrier “Nobody Mobile” is known in JP."),
        ("twilio,,,NTT DOCOMO,2026-11-21T10:05Z,7,x", "No carrier “NTT DOCOMO” is known in no country."),
        ("twilio,,,,yesterday,7,x", "minute “yesterday” is no time"),
        ("twilio,,,,2026-11-21T10:05,7,x", "minute “2026-11-21T10:05” has no zone"),
        ("twilio,,,,2026-11-21T12:06Z,7,x", "minute 2026-11-21 12:06 UTC is in the future"),
        ("twilio,,,,2026-08-01T12:06Z,7,x", "minute 2026-08-01 12:06 UTC is more than 90 days ago"),
        ("twilio,,,,0001-01-01T00:00+14:00,7,x", "minute “0001-01-01T00:00+14:00” is no time of this world"),
        ("twilio,,,,2026-11-21T10:05Z,-1,x", "count “-1” must be a whole number"),
        ("twilio,,,,2026-11-21T10:05Z,1e3,x", "count “1e3” must be"),
        ("twilio,,,,2026-11-21T10:05Z,٣,x", "count “٣” must be"),
        ("twilio,,,,2026-11-21T10:05Z,1000001,x", "count “1000001” must be"),
        ("twilio,,,,2026-11-21T10:05Z,,x", "count is missing"),
        (",,,,2026-11-21T10:05Z,7,x", "provider is missing"),
        ("twilio,,,,2026-11-21T10:05Z,7,<script>", "source has letters"),
        ("twilio,,,,2026-11-21T10:05Z,7,x,more", "it has more than 7 columns"),
        ("twilio,sms,JP,NTT DOCOMO,2026-11-21T10:05Z,8,downdetector", "line 2 says 7 for the same source"),
    ],
)
def test_one_bad_row_is_named_and_nothing_is_half_loaded(row, reason):
    loaded = put(HEAD + GOOD + row + "\n")
    assert [(refusal.line, refusal.reason.startswith(reason)) for refusal in loaded.refused] == [(3, True)]
    assert (loaded.is_stored, stored(), Scope.objects.count()) == (False, [], 0)


def test_what_one_organization_watches_is_not_found():
    ProviderFactory(slug="own", organization=OrganizationFactory())
    assert put(HEAD + GOOD.replace("twilio", "own")).refused[0].reason.startswith("There is no provider")


@pytest.mark.parametrize(
    "text", ["", "a,b\n", "provider,minute,count,source,extra\n", 'provider,minute,count,source\n"x']
)
def test_a_csv_file_that_is_none_is_refused_whole(text):
    if text.endswith('"x'):
        assert put(text).refused
    else:
        with pytest.raises(Unreadable):
            put(text)


@pytest.mark.parametrize("text", ["", "{}", "{", "[" * 100_000, '"x"', "null"])
def test_a_json_file_that_is_none_is_refused_whole(text):
    with pytest.raises(Unreadable):
        put(text, is_json=True)


@pytest.mark.parametrize("row", [None, 5, [], {}, {"provider": True}, {"provider": {"a": 1}}, {"weight": 1}])
def test_a_json_row_that_is_none_is_named(row):
    assert [refusal.line for refusal in put(json.dumps([row]), is_json=True).refused] == [1]


def test_json_and_csv_say_the_same():
    row = dict(zip(COLUMNS, GOOD.strip().split(","), strict=True)) | {"count": 7}
    put(HEAD + GOOD)
    assert put(json.dumps([row]), is_json=True) == Loaded(0, 0, 1, (), is_stored=True)


def test_a_dry_run_says_what_would_be_and_stores_nothing():
    assert put(HEAD + GOOD, is_dry=True) == Loaded(1, 0, 0, (), is_stored=False)
    assert (stored(), Scope.objects.count()) == ([], 0)


def test_a_vendor_s_own_component_is_found_by_its_name(twilio):
    component = ComponentFactory(provider=twilio, name="TaskRouter")
    put(HEAD + GOOD.replace("sms", "taskrouter"))
    assert ReportCount.objects.get().scope.component == component


def test_imported_counts_stand_in_the_chart_and_in_no_detector(twilio):
    put(HEAD + GOOD)
    at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert report_buckets(twilio.id, at, at + timedelta(minutes=14)) == [(at, 7)]
    assert usual_reports(twilio.id, [Cell()], NOW + timedelta(days=2)) == {Cell(): 0.0}
    assert not Report.objects.exists()


def test_the_command_shows_a_table_and_fails_where_anything_is_refused(tmp_path, capsys):
    minute = f"{clock():%FT%H:%M}Z"
    file = tmp_path / "counts.csv"
    file.write_text("\ufeff" + HEAD + f"twilio,,,,{minute},7,x\n" + f"nobody,,,,{minute},7,x\n")
    with pytest.raises(CommandError, match="1 rows refused, so nothing was stored"):
        call_command("import_reports", str(file))
    assert capsys.readouterr().out.startswith("      3  There is no provider “nobody”.")
    file.write_text(HEAD + f"twilio,,,,{minute},7,x\n")
    call_command("import_reports", str(file), dry_run=True)
    call_command("import_reports", str(file))
    assert capsys.readouterr().out == (
        "Nothing stored, as asked: 1 new, 0 corrected, 0 as before.\nStored: 1 new, 0 corrected, 0 as before.\n"
    )


@pytest.mark.parametrize(
    ("name", "content"), [("x.txt", b""), ("x.csv", b"\xff\xfe"), ("x.csv", b"a\x00"), ("x.json", b"")]
)
def test_a_file_that_cannot_be_read_is_an_error_in_words(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_reports", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_reports", str(tmp_path / "none.csv"))
