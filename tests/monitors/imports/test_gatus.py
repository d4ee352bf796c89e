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
                "redirects": "never", "conditions": "total < 300ms\ncertificate_days > 2", "expected_status": "200",
            },
            interval_s=90, timeout_s=5, confirmations=2, tags=("core",),
            lost=("Errors of the certificate are not ignored: they count as down.", alerts),
        ),
        Draft("core / website (domain)", "domain", "shop.example.com", {"warn_days": "30"}, interval_s=86_400, tags=("core",)),
        Draft(
            "dns", "dns", "example.com",
            {
                "type": "A", "resolver": "8.8.8.8", "conditions": 'rcode == "NOERROR"', "expected": "1.2.3.4\n1.2.3.5",
                "match": "any of them",
            },
            confirmations=3, is_paused=True,
        ),
        Draft(
            "nightly", "heartbeat", "nightly", {"period": "1d", "grace": "10s"},
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
        ("[BODY].age == 1", "body.age == 1"),
        ("[BODY].ok == true", "body.ok == true"),
        ("[BODY].data[0].id == any(1, b)", 'body.data[0].id in [1, "b"]'),
        ("[BODY].name == pat(jo*n)", "body.name matches /(?s)^jo.*n$/"),
        ("[BODY] == pat(*<h1>a/b</h1>*)", "body matches /(?s)<h1>a\\/b<\\/h1>/"),
        ("[BODY] == OK", 'body == "OK"'),
        ("len([BODY].data) < 5", "length(body.data) < 5"),
        ("len([BODY]) > 0", "length(body) > 0"),
        ("has([BODY].errors) == false", "not body.errors exists"),
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
    ],
)
def test_the_status_is_what_gatus_asks_for_and_nothing_else(conditions, statuses):
    assert only(conditions=conditions).options["expected_status"] == statuses


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("[CONNECTED] == false", "a target that must not answer cannot be watched."),
        ("[BODY].a..b == 1", "its path is more than names and numbers."),
        ("[MOON] == full", "nothing of StatusWire says this."),
        ("hello", "nothing of StatusWire says this."),
        ("[DNS_RCODE] == NOERROR", "a monitor of the kind http does not see it."),
        ("[STATUS] == ok", "this is no status."),
        ("[RESPONSE_TIME] < fast", "a response time is a number of milliseconds."),
        ("[BODY].age < old", "more and less go with numbers only."),
        ("[STATUS] < any(200, 201)", "any and pat go with == or != only."),
    ],
)
def test_a_condition_that_is_lost_is_said(condition, why):
    assert only(conditions=[condition]).lost == (f"Condition {condition}: {why}",)


@pytest.mark.parametrize(
    ("url", "kind", "target"),
    [
        ("tcp://db.example.com:5432", "tcp", "db.example.com:5432"),
        ("icmp://example.com", "ping", "example.com"),
        ("tls://example.com:443", "tls", "example.com:443"),
        ("starttls://mail.example.com:587", "smtp", "mail.example.com:587"),
        ("wss://example.com/live", "websocket", "wss://example.com/live"),
    ],
)
def test_each_scheme_has_its_kind(url, kind, target):
    draft = only(url=url, conditions=["[CONNECTED] == true", "[RESPONSE_TIME] < 500"])
    assert (draft.kind, draft.target, draft.lost) == (kind, target, ())
    parse(draft.options["conditions"], probe_kinds()[kind].names)


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ({"url": "udp://a.example.com:53"}, "It goes to udp, which StatusWire does not watch."),
        ({"url": "ssh://a.example.com", "ssh": {"username": "x"}}, "It goes to ssh"),
        ({"url": "https://${HOST}/"}, "endpoints[0].url takes a value from Gatus' environment."),
        ({"url": 5.5, "interval": "often"}, "It goes to 5.5"),
        ({"interval": "often"}, "endpoints[0].interval is 'often', which is no time."),
        ({"graphql": True}, "It wraps its body for GraphQL."),
        ({"conditions": "x"}, "endpoints[0].conditions must be a list, and is a text."),
        ({"client": []}, "endpoints[0].client must be an object, and is a list."),
        ({"name": {}}, "endpoints[0].name must be a text, and is an object."),
    ],
)
def test_what_cannot_be_is_refused(endpoint, why):
    found = only(**endpoint)
    assert isinstance(found, Refused)
    assert why in found.why
