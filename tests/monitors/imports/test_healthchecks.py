"""Listings of the API of Healthchecks."""

import json

import pytest

from monitors.imports import Draft, Refused, Unreadable, read
from monitors.probes import probe_kinds

LOST = ("Its ping address: let the job ping the new one.",)


def listing(*checks):
    """A listing as /api/v3/checks/ gives it; each of `checks` says only what is special about it."""
    usual = {
        "name": "Backup", "slug": "backup", "tags": "prod db", "desc": "", "grace": 3600, "n_pings": 7,
        "status": "up", "started": False, "last_ping": "2026-11-20T04:30:00+00:00", "next_ping": None,
        "manual_resume": False, "methods": "", "subject": "", "subject_fail": "", "start_kw": "", "success_kw": "",
        "failure_kw": "", "filter_subject": False, "filter_body": False, "channels": "",
        "ping_url": "https://hc.example.com/ping/31365bce-8da9-4729-8ff3-aaa71d56b712",
    }  # fmt: skip
    return json.dumps({"checks": [usual | check for check in checks]})


def test_a_check_becomes_a_heartbeat():
    source, found = read(listing({"timeout": 86400}, {"schedule": "15 5 * * 1-5", "tz": "Europe/Riga", "grace": 900}))
    assert source.label == "Healthchecks"
    assert [found[0].options, found[1].options] == [
        {"period": "1d", "grace": "1h"},
        {"cron": "15 5 * * 1-5", "zone": "Europe/Riga", "grace": "15m"},
    ]
    assert found[0] == Draft(
        "Backup",
        "heartbeat",
        "Backup",
        {"period": "1d", "grace": "1h"},
        confirmations=1,
        tags=("prod", "db"),
        lost=LOST,
    )


@pytest.mark.parametrize(
    ("check", "name", "is_paused"),
    [
        ({"status": "paused"}, "Backup", True),
        ({"name": ""}, "backup", False),
        ({"name": "", "slug": ""}, "Check of checks[0]", False),
    ],
)
def test_names_and_pauses(check, name, is_paused):
    draft = read(listing({"timeout": 60} | check))[1][0]
    assert (draft.name, draft.is_paused) == (name, is_paused)


def test_what_is_lost_is_said():
    check = {"timeout": 60, "channels": "a,b", "filter_http_body": True, "status": "paused"}
    check |= {"methods": "POST", "desc": "Runs at night"}
    assert read(listing(check))[1][0].lost == (
        *LOST,
        "Its notifications: set up routes under Alerts.",
        "Its words in emails and bodies: a ping says by its address how the job went.",
        "That a ping resumes it: resume it yourself.",
        "That only POST counts as a ping: GET and HEAD do here as well.",
        "Its description.",
    )


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({}, "checks[0].timeout is missing, and so is checks[0].schedule."),
        ({"timeout": "soon"}, "checks[0].timeout must be a whole number, and is a text."),
        ({"schedule": "Mon *-*-1 04:00"}, "Its schedule 'Mon *-*-1 04:00' is no cron line of five fields."),
        ({"timeout": 60, "grace": -1}, "checks[0].grace must be a whole number, and is a number."),
        ({"timeout": 60, "tags": ["a"]}, "checks[0].tags must be a text, and is a list."),
    ],
)
def test_what_cannot_be_is_refused(check, words):
    found = read(listing(check))[1][0]
    assert isinstance(found, Refused)
    assert words in found.why


@pytest.mark.parametrize(
    ("schedule", "cron", "zone"),
    [
        ("daily", "0 0 * * *", "UTC"),
        ("Mon..Fri,Sun 09:00", "0 9 * * 1-5,7", "UTC"),
        ("*-*-* 04:05:00", "5 4 * * *", "UTC"),
        ("*:0/15", "0/15 * * * *", "UTC"),
        ("*-1,7-01 03:30", "30 3 1 1,7 *", "UTC"),
        ("saturday *-*-* 10:30 Europe/Riga", "30 10 * * 6", "Europe/Riga"),
        ("*-*~1 1:00", None, None),
        ("2026-01-01", None, None),
        ("*:00:30", None, None),
        ("Fri..Mon 1:00", None, None),
        ("Mon\nTue", None, None),
        ("Mooday 1:00", None, None),
    ],
)
def test_a_schedule_of_systemd_becomes_a_cron_line_where_one_says_the_same(schedule, cron, zone):
    found = read(listing({"schedule": schedule, "tz": "UTC"}))[1][0]
    if cron is None:
        assert isinstance(found, Refused)
    else:
        assert found.options == {"grace": "1h", "cron": cron, "zone": zone}
        probe_kinds()["heartbeat"].clean(found.options)


def test_one_check_alone_and_one_of_a_key_that_only_reads():
    row = json.loads(listing({"timeout": 60}))["checks"][0]
    keyless = {key: value for key, value in row.items() if key not in ("ping_url", "channels")} | {"unique_key": "a6"}
    assert [read(json.dumps(document))[1][0].name for document in (row, keyless)] == ["Backup", "Backup"]


def test_a_check_that_is_no_object_is_said_with_its_place():
    with pytest.raises(Unreadable, match=r"checks\[0\] must be an object of keys and values, and is a text."):
        read('{"checks": ["x"]}')
