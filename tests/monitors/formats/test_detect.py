"""Which format takes which body: hand-made ones of each format's own shape, and every real one where they are at hand."""

import json
import time
from itertools import islice
from pathlib import Path

import pytest

from monitors.formats import formats
from monitors.formats.base import Claim
from monitors.formats.detect import NotDetected, match, sample_of
from tests.monitors.formats import test_platforms as platforms
from tests.monitors.formats import test_vendors_own as vendors
from tests.monitors.formats.hostile import SPOILED, WHOLE, specimen

PAYLOADS = Path(__file__).parents[4] / "shared" / "data" / "payloads"
AT = "2026-03-01T10:00:00Z"


def page(page_id, **more):
    return {"page": {"id": page_id, "name": "Acme", "url": "https://status.acme.example"}, **more}


COMPONENT = {"id": "c1", "name": "API", "status": "operational"}
QUIET = {"components": [COMPONENT], "incidents": [], "scheduled_maintenances": [], "status": {"indicator": "none"}}
ULID = "01JMDK9XYNY6RXSED6SDWW50WY"


def rss(items="", *, head="<title>Acme Status</title>", root='version="2.0"'):
    return f'<?xml version="1.0" encoding="UTF-8"?><rss {root}><channel>{head}<link>https://a.example</link>{items}</channel></rss>'


def item(title, guid, words=""):
    date = "Sun, 01 Mar 2026 10:00:00 +0000"
    return f"<item><title>{title}</title><guid>{guid}</guid><pubDate>{date}</pubDate><description>{words}</description></item>"


def stream(document):
    push = json.dumps([1, f"4:{json.dumps(document)}\n"])
    return f"<!DOCTYPE html><html><body><script>self.__next_f.push({push})</script></body></html>"


INCIDENTIO_PAGE = {
    "id": ULID, "name": "Acme", "components": [{"id": "c1", "name": "API"}], "ongoing_incidents": [],
}  # fmt: skip
PAGERDUTY = {"summary": {"open_incidents": [], "resolved_incidents": [], "post_status_page_services": [{"id": "P1", "name": "API"}]}}  # fmt: skip
INSTATUS = {"props": {"pageProps": {"site": {"name": "a", "links": "instatus.com"}, "components": [], "activeIncidents": []}}}  # fmt: skip

# (the format, a body that it must be known by)
BODIES = [
    ("statuspage_v2", page("kctbh9vrtdwd", **QUIET)),
    ("statuspage_v2", page("kctbh9vrtdwd", incidents=[])),
    ("statuspage_v2", page("an-other-one", **QUIET)),
    ("incidentio", page(ULID, **QUIET)),
    ("incidentio", {"page_title": "Acme", "page_url": "https://a.example", "ongoing_incidents": []}),
    ("incidentio", stream({"summary": INCIDENTIO_PAGE})),
    (
        "statuspage_history",
        {"page_status": {"page": {"name": "A", "time_zone": "UTC"}}, "months": [{"name": "May", "year": 2026, "incidents": []}]},
    ),
    (
        "statuspage_atom",
        rss(item("Slow", "https://a.example/incidents/abc", "&lt;p&gt;&lt;small&gt;Mar &lt;var data-var='date'&gt;1&lt;/var&gt;")),
    ),
    ("instatus", {"page": {"name": "A", "url": "https://a.example", "status": "UP"}}),
    ("instatus", {"components": [{"id": "c1", "name": "API", "status": "OPERATIONAL"}]}),
    (
        "betterstack",
        {"data": {"id": "7", "type": "status_page", "attributes": {"company_name": "A", "aggregate_state": "operational"}}, "included": []},
    ),
    (
        "statusio",
        {"result": {"status_overall": {"status_code": 100}, "status": [{"id": "a", "name": "API", "status_code": 100, "containers": []}]}},
    ),
    ("uptimerobot", {"status": "ok", "data": [{"monitorId": 1, "name": "API", "statusClass": "success"}]}),
    ("cachet", {"data": [{"id": 1, "name": "API", "status": 1, "status_name": "Operational"}]}),
    ("cachet", {"data": [{"id": "1", "type": "components", "attributes": {"name": "API", "status": {"value": 1, "human": "operational"}}}]}),
    ("cstate", {"summaryStatus": "ok", "systems": [{"name": "API", "status": "ok", "unresolvedIssues": []}]}),
    ("lambstatus", [{"componentID": "1", "name": "API", "status": "Operational"}]),
    ("firehydrant", {"config": {"companyName": "A"}, "conditions": {}, "components": [{"id": "1", "name": "API"}], "incidents": []}),
    ("pagerduty", f'<!DOCTYPE html><html><script id="data">{json.dumps(PAGERDUTY)}</script></html>'),
    (
        "statuspal",
        {"status_page": {"name": "A"}, "services": [{"id": 1, "name": "API", "current_incident_type": None}], "incidents": []},
    ),
    ("sorry", {"response": [{"id": 1, "name": "API", "state": "operational"}]}),
    ("slack_v2", {"status": "ok", "date_created": AT, "active_incidents": []}),
    ("heroku_v4", {"status": [{"system": "Apps", "status": "green"}], "incidents": [], "scheduled": []}),
    ("stripe_current", {"message": "All fine", "UptimeStatus": "up"}),
    ("paypal_api", {"result": [{"name": "API", "category": {"name": "A"}, "status": {"production": "Operational"}}]}),
    ("algolia_api", {"status": {"c1-de": "operational"}}),
    ("psn_json", {"regionName": "SCEA", "status": []}),
    ("apple_js", 'jsonCallback({"services": [{"serviceName": "Mail", "redirectUrl": null, "events": []}]});'),
    ("apple_js", {"services": [{"serviceName": "Mail", "redirectUrl": None, "events": []}]}),
    ("salesforce_trust", [{"key": "NA1", "status": "OK", "isActive": True, "Incidents": [], "Maintenances": []}]),
    ("site24x7", rss(item("api - Operational", "x"), root='version="2.0" xmlns:site24x7="https://www.site24x7.com/rssdefinitions.do#"')),
    ("flashduty_rss", rss(item("Slow", "urn:flashduty:change:1", "Status: resolved"))),
    ("aws_rss", rss(item("Informational message: Slow", "https://status.aws.amazon.com/#ec2-us-east-1_1640000000"))),
    ("azure_rss", rss(head="<title>Azure Status</title>")),
    ("aws_health", [{"arn": "arn:1", "date": "1772359200", "status": "2", "event_log": [], "summary": "Slow", "service_name": "EC2"}]),
    ("google_incidents", [{"id": "a", "begin": AT, "external_desc": "Slow", "updates": [], "uri": "incidents/a", "affected_products": [], "status_impact": "SERVICE_DISRUPTION"}]),
    ("zendesk_ssp", {"data": [{"id": "1", "type": "incident", "attributes": {"title": "Slow", "impact": "minor", "startedAt": AT, "outage": False}}]}),
    ("aws_data", {"archive": [], "current": [{"service_name": "EC2", "summary": "Slow", "date": "1620000000", "status": "1", "description": "", "service": "ec2"}]}),
    ("rootly", {"page": platforms.ROOTLY_PAGE, "status": {"indicator": "none"}, "incidents": []}),
    ("statuscast", platforms.statuscast(("API", "available"))),
    ("gatus", [platforms.gatus("api", "core", (1, True))]),
    ("openstatus", platforms.OPENSTATUS),
    ("kener_rss", platforms.kener("incident-1", "[Incident] API down", "Status: IDENTIFIED")),
    ("betterstack", "<html><head><script src='https://uptime.betterstack.com/a.js'></script></head><body><h1>x</h1>" + platforms.section("Web", "Operational") + "</body></html>"),
    ("okta_html", vendors.okta_page(vendors.OKTA)),
    ("ms365_rss", vendors.rss("<item><title>Admin center</title><status>Available</status></item>")),
    ("hund", vendors.hund("[Investigating] Slow logins")),
    ("adobe_api", vendors.adobe()),
    ("azure_devops_html", vendors.devops({"id": "Boards", "geographies": [{"name": "Brazil", "health": 4}]})),
    ("xbox_status", {"Status": {}, "CoreServices": [{"Name": "Store", "Status": {"Name": "None"}}]}),
    ("oci_status", {"regionHealthReports": [{"regionId": "1", "regionName": "R", "serviceHealthReports": [vendors.oci_service("DNS", "NormalPerformance")]}]}),
    ("broadcom_api", {"page": {"state": "degraded", "state_text": "Slow"}}),
    ("statushub", {"counters": {"count_status_1": 9, "count_status_2": 0, "count_status_3": 0}}),
    ("statuscake", {"TestData": [{"Website": "API", "Status": "Up", "TestID": 1}]}),
    ("uptimecom_html", '<html><body><script>{"global_is_operational": true}</script></body></html>'),
    ("rss_generic", rss(item("API is slow", "1", "We are investigating."))),
    ("rss_generic", rss()),
]  # fmt: skip


def test_each_format_with_marks_has_a_body_here():
    assert {name for name, format_ in formats().items() if format_.has_marks} - {name for name, _ in BODIES} == set()


def encoded(body):
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.mark.parametrize(("name", "body"), BODIES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BODIES)])
def test_a_body_goes_to_the_most_specific_format(name, body):
    assert match(encoded(body)).name == name


@pytest.mark.parametrize(("name", "body"), BODIES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BODIES)])
def test_only_one_format_is_sure_of_a_body(name, body):
    sample = sample_of(encoded(body))
    claims = {known: format_.claims(sample) for known, format_ in formats().items()}
    best = max(claims.values())
    assert [known for known, claim in claims.items() if claim is best] == [name]


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE.keys())
def test_nothing_hostile_breaks_a_claim_or_costs_long(body):
    began = time.process_time()
    sample = sample_of(body)
    assert all(isinstance(format_.claims(sample), Claim) for format_ in formats().values())
    assert all(len(list(format_.addresses(sample))) <= 4 for format_ in formats().values())
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", sorted(formats()))
def test_the_good_body_of_a_format_goes_to_no_other_vendors(name):
    """Some of them bear no mark: such a feed is any feed, such a document nobody's."""
    try:
        found = match(specimen(name)).name
    except NotDetected:
        found = None
    assert found in (name, "rss_generic", None)
    if not formats()[name].claims(sample_of(specimen(name))):
        return
    assert found == name


@pytest.mark.parametrize("name", sorted(formats()))
def test_no_claim_breaks_over_a_spoiled_body(name):
    for spoil in SPOILED.values():
        for body in islice(spoil(specimen(name)), 40):
            sample = sample_of(body)
            assert all(isinstance(format_.claims(sample), Claim) for format_ in formats().values())


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE.keys())
def test_garbage_is_no_format_and_is_said_in_words(body):
    with pytest.raises(NotDetected) as refusal:
        match(body)
    assert 10 < len(str(refusal.value)) < 400


# What is in ../shared/data/payloads: by folder, the format; None for what no status page has.
FOLDERS = {
    "apple": "apple_js", "aws_data_json": "aws_data", "aws_health": "aws_health", "aws_rss": "aws_rss",
    "azure_rss": "azure_rss", "betterstack_html": "betterstack", "betterstack_json": "betterstack", "cachet_v1": "cachet",
    "firehydrant": "firehydrant", "google_incidents": "google_incidents", "heroku": "heroku_v4",
    "incidentio_api_v2": "incidentio", "incidentio_html": "incidentio", "instatus_html": "instatus",
    "instatus_json": "instatus", "pagerduty_html": "pagerduty", "rss_other": "site24x7", "slack_v2": "slack_v2",
    "statusio_v1": "statusio", "statuspage_atom": "statuspage_atom", "statuspage_v2": "statuspage_v2",
    "uptimerobot": "uptimerobot",
}  # fmt: skip
ALONE = {"twilio_history_p1_2026q3.json": "statuspage_history", "twilio_scheduled_maintenances_20260924.json": "statuspage_v2"}  # fmt: skip


def expected(path):
    folder = path.relative_to(PAYLOADS).parts[0]
    cut_out = path.name.partition("_")[0].partition("-")[0] if folder == "extracted_json" else ""
    return cut_out or ALONE.get(path.name) or FOLDERS.get(folder)


# A table of words that no page is read from.
PIECES = ("salesforce_trust",)


@pytest.mark.needs_shared
def test_every_real_body_goes_to_its_format():
    files = [path for path in sorted(PAYLOADS.rglob("*.*")) if path.is_file() and path.name != "INDEX.md"]
    if not files:
        pytest.skip("../shared/data/payloads is absent")
    found = {}
    for path in files:
        if path.relative_to(PAYLOADS).parts[0] in PIECES:
            continue
        try:
            found[path] = match(path.read_bytes()).name
        except NotDetected:
            found[path] = None
    assert {path.name: name for path, name in found.items() if name != expected(path)} == {}
