"""Configurations of Gatus."""

import pytest
import yaml

from monitors.core.conditions import parse
from monitors.imports import Draft, Refused, read
from monitors.probes import probe_kinds

FILE = """
default: &usual {interval: 1m30s, group: core, alerts: [{type: slack, failure-threshold: 2}]}
endpoints:
  - <<: *usual
    name: website
    url: https://shop.example.com/health
    headers: {Accept: application/json, Authorization: Bearer abcdefgh}
    client: {timeout: 5s, ignore-redirect: true, insecure: true}
    conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 300", "[CERTIFICATE_EXPIRATION] > 48h", "[DOMAIN_EXPIRATION] > 720h"]
  - name: dns
    enabled: false
    url: 8.8.8.8
    dns: {query-name: example.com., query-type: A}
    conditions: ["[DNS_RCODE] == NOERROR", "[BODY] == any(1.2.3.4, 1.2.3.5)"]
external-endpoints:
  - name: nightly
    token: hush
    heartbeat: {interval: 24h}
"""


def test_a_configuration_is_carried_over():
    source, found = read(FILE)
    assert source.label == "Gatus"
    alerts = "Its alerts: set up routes under Alerts."
    assert found == [
        Draft(
            "core / website", "http", "https://shop.example.com/health",
            {
                "method": "GET", "headers": "Accept: application/json", "auth": "bearer", "auth_secret": "abcdefgh",
                "redirects": "never", "conditions": "total < 300ms\ncertificate_days >= 2", "expected_status": "200",
            },
            interval_s=90, timeout_s=5, confirmations=2, tags=("core",),
            lost=("Errors of the certificate are not ignored: they count as down.", alerts),
        ),
        Draft(
            "core / website (domain)", "domain", "shop.example.com",
            {"conditions": "domain_days >= 30", "warn_days": "1"},
            interval_s=86_400, timeout_s=5, confirmations=2, tags=("core",),
        ),
        Draft(
            "dns", "dns", "example.com",
            {
                "type": "A", "resolver": "8.8.8.8", "conditions": 'rcode == "NOERROR"', "expected": "1.2.3.4\n1.2.3.5",
                "match": "any of them",
            },
            confirmations=3, is_paused=True,
        ),
        Draft(
            "nightly", "heartbeat", "nightly", {"period": "1d", "grace": "10s"}, confirmations=1,
            lost=("Its address to report to: let the job ping the new one.",),
        ),
    ]  # fmt: skip


def only(**endpoint):
    return read(yaml.safe_dump({"endpoints": [{"name": "a", "url": "https://a.example.com/"} | endpoint]}))[1][0]


@pytest.mark.parametrize(
    ("condition", "ours"),
    [
        ("[STATUS] < 300", "status < 300"),
        ("[STATUS] != any(500, 503)", "not status in [500, 503]"),
        ("[BODY].user.name == john", 'body.user.name == "john"'),
        ("[BODY].age == 1", 'body.age in [1, "1"]'),
        ("[BODY].ok != true", 'not body.ok in [true, "true"]'),
        ("[BODY].data[0].id == any(1, b)", 'body.data[0].id in [1, "1", "b"]'),
        ("[BODY].name == pat(jo*n)", "body.name matches /(?s)^jo.*n$/"),
        ("[BODY] == pat(*<h1>a/b</h1>*)", "body matches /(?s)<h1>a\\/b<\\/h1>/"),
        ("[BODY] == OK", r"body matches /(?s)^\s*OK\s*$/"),
        ("[BODY] == any(OK, a.b)", r"body matches /(?s)^\s*(OK|a\.b)\s*$/"),
        ("[BODY] != pat(v?.[0-9]*)", r"not body matches /(?s)^\s*v.\.[0-9]/"),
        ("[BODY] != pat(*\nerrors\t1*)", r"not body matches /(?s)\nerrors\t1/"),
        ("pat(jo*) == [body].name", "body.name matches /(?s)^jo/"),
        ("500 > [RESPONSE_TIME]", "total < 500ms"),
        ("[RESPONSE_TIME] < 1.5s", "total < 1500ms"),
        ("[CERTIFICATE_EXPIRATION] > 604800000", "certificate_days >= 7"),
        ("[STATUS] >= 200", "status >= 200"),
        ("[STATUS] == any(200, 302, 401)", "status in [200, 302, 401]"),
        ("[STATUS] != pat(5*)", "not (status >= 500 and status <= 599)"),
        ("[HEADER].Content-Type == pat(*json*)", 'header["content-type"] matches /(?s)json/'),
        ("has([BODY].user) == true", "body.user exists and body.user != null"),
        ("has([BODY]) == true", r"body matches /\S/"),
        ("len([BODY].data) < 5", "length(body.data) < 5"),
        ("[BODY].data.result[0].value[1] >= 3", "number(body.data.result[0].value[1]) >= 3"),
        ("[BODY] < 124", "number(body) < 124"),
        (
            "len([BODY]) > 0",
            r"body matches /^\s*\[/ and body[0] exists or not body matches /^\s*\[/ and body matches /\S/",
        ),
        ("has([BODY].errors) == false", "not body.errors exists or body.errors == null"),
        ("[IP] == 127.0.0.1", 'address == "127.0.0.1"'),
        ("[CONNECTED] == true", ""),
    ],
)
def test_conditions_become_ours_and_can_be_read(condition, ours):
    draft = only(conditions=[condition])
    assert (draft.options.get("conditions", ""), draft.lost) == (ours, ())
    if ours:
        parse(ours, probe_kinds()["http"].names)


@pytest.mark.parametrize(
    ("conditions", "statuses"),
    [
        ([], "100-599"),
        (["[STATUS] == 404"], "404"),
        (["[STATUS] == any(200, 429)"], "200,429"),
        (["[STATUS] < 300"], "100-599"),
        (["[STATUS] == pat(2*)"], "200-299"),
        (["[STATUS] == any(200, 302)"], "100-599"),
    ],
)
def test_the_status_is_what_gatus_asks_for_and_nothing_else(conditions, statuses):
    assert only(conditions=conditions).options["expected_status"] == statuses


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("[BODY].a..b == 1", "its path is more than names and numbers."),
        ("[MOON] == full", "nothing of StatusWire says this."),
        ("hello", "nothing of StatusWire says this."),
        ("[DNS_RCODE] == NOERROR", "a monitor of the kind http does not see it."),
        ("[STATUS] == ok", "this is no status."),
        ("[RESPONSE_TIME] < fast", "a response time is a number of milliseconds."),
        ("[BODY].age < old", "more and less go with numbers only."),
        ("[STATUS] < any(200, 201)", "any and pat go with == or != only."),
        ("[STATUS] == pat(9*)", "this is no status."),
        ("[BODY].a == [BODY].b", "it compares two values of one answer."),
        ("[BODY].a[*].ok == true", "its path is more than names and numbers."),
        ("[BODY] == pat(*[*)", "its pattern has a bracket or a backslash that nothing ends."),
        ("age([HEADER].Last-Modified) < 10m", "nothing of StatusWire says this."),
    ],
)
def test_a_condition_that_is_lost_is_said(condition, why):
    assert only(conditions=[condition]).lost == (f"Condition {condition}: {why}",)


@pytest.mark.parametrize(
    ("url", "kind", "target", "more"),
    [
        ("tcp://db.example.com:5432", "tcp", "db.example.com:5432", ["[IP] == 1.2.3.4"]),
        ("icmp://example.com", "ping", "example.com", ["[IP] == pat(1.2.*)"]),
        ("tls://example.com:443", "tls", "example.com:443", ["[CERTIFICATE_EXPIRATION] > 48h", "[IP] != 1.1.1.1"]),
        ("starttls://mail.example.com:587", "smtp", "mail.example.com:587", ["[CERTIFICATE_EXPIRATION] > 48h"]),
        ("wss://example.com/live", "websocket", "wss://example.com/live", []),
    ],
)
def test_each_scheme_has_its_kind(url, kind, target, more):
    draft = only(url=url, conditions=["[CONNECTED] == true", "[RESPONSE_TIME] < 500", *more])
    assert (draft.kind, draft.target, draft.lost) == (kind, target, ())
    probe_kinds()[kind].clean(draft.options)


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ({"url": "udp://a.example.com:53"}, "It goes to udp, which StatusWire does not watch."),
        ({"url": "ssh://a.example.com", "ssh": {"username": "x"}}, "It goes to ssh"),
        ({"url": "https://${HOST}/"}, "endpoints[0].url takes a value from Gatus' environment."),
        ({"url": 5.5, "interval": "often"}, "It goes to 5.5"),
        ({"interval": "often"}, "endpoints[0].interval is 'often', which is no time."),
        (
            {"headers": {"X-Team": "a$TEAM"}},
            "headers.X-Team takes a value from Gatus' environment. Write it into the file",
        ),
        ({"headers": {"X-Api-Key": "hush$hush"}}, "Write it into the file, in place of $…."),
        ({"conditions": ["[BODY] == ${WORD}"]}, "endpoints[0].conditions[0] takes a value from Gatus' environment."),
        ({"headers": {"Host": "b.example.com"}}, "It sends the header Host: b.example.com. Remove it,"),
        ({"client": {"oauth2": {"client-id": "x"}}}, "endpoints[0].client.oauth2: It fetches a token with oauth2."),
        ({"client": {"tls": {"certificate-file": "x"}}}, "It shows a certificate of its own"),
        ({"conditions": ["[CONNECTED] == false"]}, "It must not be connected: down counts as up"),
        ({"conditions": ["[STATUS] == 0"]}, "It must not be connected: down counts as up"),
        ({"url": "a.example.com:443", "grpc": {"service": "x"}}, "It asks by gRPC, which StatusWire does not."),
        ({"conditions": "x"}, "endpoints[0].conditions must be a list, and is a text."),
        ({"client": []}, "endpoints[0].client must be an object, and is a list."),
        ({"name": {}}, "endpoints[0].name must be a text, and is an object."),
    ],
)
def test_what_cannot_be_is_refused(endpoint, why):
    found = only(**endpoint)
    assert isinstance(found, Refused)
    assert why in found.why


def test_what_is_sent_is_what_gatus_would_send():
    asked = only(method="POST", graphql=True, body="{ me }\n", headers={"X-Price": "5$$"})
    assert asked.options["body"] == '{"query": "{ me }\\n"}'
    assert asked.options["headers"] == "X-Price: 5$"
    assert only(url="tcp://a.example.com:9", body="PING\r\n", conditions=["[BODY] == pat(*PONG*)"]).options == {
        "send": "PING\\r\\n",
        "expect": "PONG",
    }
    text = (
        "endpoints: [{name: no, enabled: Yes, url: 'https://a.example.com/', headers: {X-A: on, X-B: true, X-C: 1.10}}]"
    )
    assert [(one.name, one.is_paused, one.options["headers"]) for one in read(text)[1]] == [
        ("no", False, "X-A: on\nX-B: true\nX-C: 1.10")
    ]
    assert "headers" not in only(headers={"Host": "A.example.com"}).options
    assert only(method="POST", body="[ENDPOINT_NAME] [RANDOM_STRING_3]").options["body"] == "a xxx"
    assert only(url="ssh://a.example.com", ssh={"username": ""}).options == {"expect": "SSH-"}


@pytest.mark.parametrize(
    ("type", "condition", "record"),
    [
        ("NS", "[BODY] == pat(*.Example.net.)", r"/(?s)\.example\.net$/"),
        ("MX", "[BODY] == mail.example.com.", r"/(?s)^[0-9]+ mail\.example\.com$/"),
    ],
)
def test_records_are_held_against_patterns_as_we_write_them(type, condition, record):
    draft = only(url="8.8.8.8", dns={"query-name": "example.com", "query-type": type}, conditions=[condition])
    first, *_ = draft.options["conditions"].split(" or ")
    assert first == f"answers[0] matches {record}"
    parse(draft.options["conditions"], probe_kinds()["dns"].names)


@pytest.mark.parametrize(
    ("alerts", "confirmations"),
    [
        ([], (3, None)),
        ([{"type": "slack"}], (5, 4)),
        ([{"type": "slack", "failure-threshold": 2}], (2, 4)),
        ([{"type": "slack", "enabled": False}, {"type": "ntfy"}], (3, 2)),
    ],
)
def test_it_is_down_when_gatus_would_tell(alerts, confirmations):
    usual = {"slack": {"default-alert": {"failure-threshold": 5, "success-threshold": 4}}}
    endpoint = {"name": "a", "url": "https://a.example.com/", "alerts": alerts}
    draft = read(yaml.safe_dump({"alerting": usual, "endpoints": [endpoint]}))[1][0]
    assert (draft.confirmations, draft.recovery_confirmations) == confirmations


def test_what_is_lost_is_said():
    draft = only(interval="90500ms", ui={"hide-url": True}, strange=1, conditions=["[CERTIFICATE_EXPIRATION] > 36h"])
    assert draft.lost == (
        "CERTIFICATE_EXPIRATION > 36h: it becomes 2 whole days.",
        "How Gatus shows it (ui).",
        "Its strange, which StatusWire does not know.",
        "endpoints[0].interval is 90500ms: it becomes 91 s.",
    )


def test_the_services_of_an_old_version_are_read_and_many_conditions_are_joined():
    conditions = [f"[BODY].a{number} == x" for number in range(12)]
    text = yaml.safe_dump({"services": [{"name": "a", "url": "https://a.example.com/", "conditions": conditions}]})
    draft = read(text)[1][0]
    lines = draft.options["conditions"].split("\n")
    assert lines[9] == '(body.a9 == "x") and ((body.a10 == "x") and (body.a11 == "x"))'
    probe_kinds()["http"].clean(draft.options)


SUITE = """
suites:
  - name: crud
    group: api
    interval: 5m
    context: {price: "19.99"}
    endpoints:
      - name: create
        url: https://api.example.com/items
        method: POST
        headers: {Authorization: Bearer hush-hush, X-Team: a}
        body: |
          {"price": "[CONTEXT].price"}
        conditions: ["[STATUS] == 201", "[BODY].price == [CONTEXT].price", "len([BODY].id) > 0"]
        store: {itemId: "[BODY].id"}
      - name: read
        url: https://api.example.com/items/[CONTEXT].itemId
        headers: {Authorization: Bearer hush-hush}
        conditions: ["[BODY].id == [CONTEXT].itemId"]
      - {name: drop, url: "https://api.example.com/items/[CONTEXT].itemId", method: DELETE, always-run: true}
"""
STEPS = """\
POST /items
header: X-Team: a
header: Authorization: Bearer {{secret}}
body: {"price": "19.99"}
expect: status in [201]
expect: body.price in [19.99, "19.99"]
expect: length(body.id) > 0
save: itemId = body.id

GET /items/{{itemId}}
header: Authorization: Bearer {{secret}}
expect: status >= 100

DELETE /items/{{itemId}}
expect: status >= 100"""


def test_a_suite_becomes_several_steps():
    (draft,) = read(SUITE)[1]
    assert draft == Draft(
        "api / crud", "steps", "https://api.example.com", {"steps": STEPS, "secret": "hush-hush"}, interval_s=300,
        timeout_s=300, confirmations=1, tags=("api",),
        lost=(
            "That redirects are followed: the answer of each step is judged as it is.",
            "Condition [BODY].id == [CONTEXT].itemId: it compares with what an earlier step has kept.",
            "That drop always runs: the first fault ends the steps.",
        ),
    )  # fmt: skip
    probe_kinds()["steps"].clean(draft.options)


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ({"url": "https://b.example.com/"}, "Its endpoints are on several hosts"),
        ({"url": "tcp://a.example.com:1"}, "of a suite, StatusWire makes plain requests of HTTP."),
        ({"url": "https://a.example.com/[CONTEXT].gone"}, "A step takes gone, which no step before it has kept."),
        ({"store": {"secret": "[BODY].a"}}, "A step keeps secret,"),
        ({"store": {"a": "[STATUS]"}}, "A step keeps a,"),
        ({"headers": {"X-Api-Key": "other"}}, "Its steps send two secrets; one can be stored."),
        ({"headers": {"Authorization": "Basic bWU6aHVzaA=="}}, "A step logs in with a user and a password"),
    ],
)
def test_a_suite_that_cannot_be_is_refused(endpoint, why):
    first = {"name": "a", "url": "https://a.example.com/", "headers": {"X-Api-Key": "hush"}}
    suite = {"name": "s", "endpoints": [first, {"name": "b", "url": "https://a.example.com/"} | endpoint]}
    (found,) = read(yaml.safe_dump({"suites": [suite]}))[1]
    assert isinstance(found, Refused)
    assert why in found.why
