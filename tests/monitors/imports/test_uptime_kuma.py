"""Backups of Uptime Kuma."""

import json

import pytest

from monitors.imports import Draft, Refused, read


def backup(*monitors):
    """A backup as Uptime Kuma 1.23 writes it; each of `monitors` says only what is special about it."""
    usual = {
        "id": 1, "name": "Shop", "parent": None, "url": "https://shop.example.com/health", "method": "GET",
        "hostname": None, "port": None, "maxretries": 1, "active": 1, "type": "http", "timeout": 20, "interval": 60,
        "retryInterval": 60, "keyword": None, "invertKeyword": False, "expiryNotification": False, "ignoreTls": False,
        "upsideDown": False, "maxredirects": 10, "accepted_statuscodes": ["200-299"], "dns_resolve_type": "A",
        "dns_resolve_server": "1.1.1.1", "proxyId": None, "notificationIDList": {}, "tags": [], "headers": None,
        "body": None, "authMethod": None, "basic_auth_user": None, "basic_auth_pass": None, "pushToken": None,
    }  # fmt: skip
    rows = [usual | {"id": number} | row for number, row in enumerate(monitors, start=1)]
    return json.dumps({"version": "1.23.11", "notificationList": [], "monitorList": rows, "proxyList": []})


def only(**monitor):
    source, found = read(backup(monitor))
    assert source.label == "Uptime Kuma"
    return found[0]


HTTP = {"method": "GET", "expected_status": "200-299"}


def test_a_monitor_is_carried_over_whole():
    assert only(
        method="POST", body='{"a": 1}', headers='{"Accept": "application/json", "X-Api-Key": "hush-hush"}',
        accepted_statuscodes=["200-299", "301"], maxredirects=0, expiryNotification=True, active=0, interval=120,
        tags=[{"tag_id": 1, "name": "env", "value": "prod", "color": "#fff"}, {"tag_id": 2, "name": "a (b)", "value": ""}],
    ) == Draft(
        name="Shop", kind="http", target="https://shop.example.com/health",
        options={
            "method": "POST", "body": '{"a": 1}', "headers": "Accept: application/json", "auth": "header",
            "auth_name": "X-Api-Key", "auth_secret": "hush-hush", "expected_status": "200-299,301",
            "redirects": "never", "degraded_conditions": "certificate_days > 21",
        },
        interval_s=120, timeout_s=20, confirmations=2, recovery_confirmations=1, tags=("env:prod", "a b"), is_paused=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("monitor", "kind", "target", "options"),
    [
        ({"type": "keyword", "keyword": "ready"}, "http", None, HTTP | {"keyword": "ready"}),
        ({"type": "keyword", "keyword": "x", "invertKeyword": True}, "http", None, HTTP | {"keyword_absent": "x"}),
        (
            {"type": "keyword", "keyword": '"up": [1'}, "http", None,
            HTTP | {"conditions": r'body matches /"up"\s*:\s*\s*\[\s*1/'},
        ),
        (
            {"type": "keyword", "keyword": '"error"}', "invertKeyword": True}, "http", None,
            HTTP | {"conditions": r'not body matches /"error"\s*\}\s*/'},
        ),
        (
            {"type": "json-query", "jsonPath": "$.status", "expectedValue": "ok"}, "http", None,
            HTTP | {"conditions": 'body.status == "ok"'},
        ),
        (
            {"type": "json-query", "jsonPath": "a[0].b", "expectedValue": "5"}, "http", None,
            HTTP | {"conditions": 'body.a[0].b == 5 or body.a[0].b == "5"'},
        ),
        (
            {"type": "json-query", "jsonPath": "$.n", "jsonPathOperator": ">=", "expectedValue": "3"}, "http", None,
            HTTP | {"conditions": "number(body.n) >= 3"},
        ),
        (
            {"type": "json-query", "jsonPath": "$.s", "jsonPathOperator": "!=", "expectedValue": "bad"}, "http", None,
            HTTP | {"conditions": 'body.s exists and body.s != null and not (body.s == "bad")'},
        ),
        (
            {"type": "json-query", "jsonPath": "$.s", "jsonPathOperator": "contains", "expectedValue": "a/b"}, "http", None,
            HTTP | {"conditions": r"body.s matches /(?s)a\/b/"},
        ),
        (
            {"type": "json-query", "jsonPath": "$", "expectedValue": "ok"}, "http", None,
            HTTP | {"conditions": r'body matches /(?s)^\s*"?ok"?\s*$/'},
        ),
        (
            {"accepted_statuscodes": ["200-299", "301"]}, "http", None,
            {
                "method": "GET", "expected_status": "100-599",
                "conditions": "(status in [301] or status >= 200 and status <= 299)",
            },
        ),
        ({"accepted_statuscodes": None}, "http", None, HTTP),
        (
            {"method": "POST", "body": "a=b", "httpBodyEncoding": "form"}, "http", None,
            HTTP | {"method": "POST", "body": "a=b", "headers": "Content-Type: application/x-www-form-urlencoded"},
        ),
        (
            {"url": "https://me:a%2Fb@shop.example.com/health"}, "http", None,
            HTTP | {"auth": "basic", "auth_name": "me", "auth_secret": "a/b"},
        ),
        ({"basic_auth_user": "me", "basic_auth_pass": "hush", "authMethod": None}, "http", None, HTTP),
        (
            {"type": "dns", "hostname": "a.example.com", "conditions": [
                {"type": "expression", "variable": "record", "operator": "equals", "value": "1.2.3.4", "andOr": "and"},
            ]}, "dns", "a.example.com",
            {"type": "A", "resolver": "1.1.1.1", "expected": "1.2.3.4", "match": "any of them"},
        ),
        ({"type": "globalping", "subtype": "ping", "hostname": "a.b", "ping_count": 3}, "ping", "a.b", {"count": "3"}),
        (
            {"basic_auth_user": "me", "basic_auth_pass": "hush", "authMethod": "basic"}, "http", None,
            HTTP | {"auth": "basic", "auth_name": "me", "auth_secret": "hush"},
        ),
        (
            {"headers": '{"Authorization": "Bearer abcdef"}'}, "http", None,
            HTTP | {"auth": "bearer", "auth_secret": "abcdef"},
        ),
        (
            {"headers": '{"Authorization": "Basic bWU6aHVzaA=="}'}, "http", None,
            HTTP | {"auth": "basic", "auth_name": "me", "auth_secret": "hush"},
        ),
        ({"type": "port", "hostname": "db.example.com", "port": 5432}, "tcp", "db.example.com:5432", {}),
        ({"type": "ping", "hostname": "example.com"}, "ping", "example.com", {"count": "1"}),
        (
            {"type": "dns", "hostname": "example.com", "port": 53, "dns_resolve_type": "MX"}, "dns", "example.com",
            {"type": "MX", "resolver": "1.1.1.1"},
        ),
        ({"type": "push", "interval": 3600, "maxretries": 5}, "heartbeat", "Shop", {"period": "1h", "grace": "5m"}),
        (
            {"type": "smtp", "hostname": "mail.example.com", "port": 587, "smtpSecurity": "starttls"}, "smtp",
            "mail.example.com:587", {"encryption": "STARTTLS"},
        ),
        ({"type": "websocket-upgrade", "url": "wss://x.example.com"}, "websocket", "wss://x.example.com", {}),
    ],
)  # fmt: skip
def test_each_kind_becomes_ours(monitor, kind, target, options):
    found = only(**monitor)
    assert (found.kind, found.target, found.options) == (kind, target or "https://shop.example.com/health", options)


@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        ({"type": "docker"}, "It is of the kind docker. Let the container ping a heartbeat."),
        ({"type": "redis"}, "It is of the kind redis. Watch its port with a TCP monitor."),
        ({"upsideDown": True}, "It is upside down: down counts as up, which StatusWire does not do."),
        ({"authMethod": "ntlm"}, "It logs in by ntlm, which StatusWire does not do."),
        ({"type": "json-query", "jsonPath": "$count(a)"}, "Its question '$count(a)' is more than a path"),
        ({"headers": "{"}, "monitorList[0].headers is no JSON"),
        ({"type": "group"}, "It is a group without monitors in it"),
        ({"type": "snmp"}, "It is of the kind snmp. Let a job of yours look at it and ping a heartbeat."),
        ({"headers": '{"X-Api-Key": "a", "Cookie": "b"}'}, "It sends two secrets, X-Api-Key and Cookie"),
        ({"interval": []}, "monitorList[0].interval must be a whole number, and is a list."),
        ({"name": None}, "monitorList[0].name is missing."),
        ({"type": "port", "hostname": "x"}, "monitorList[0].port is missing."),
    ],
)
def test_what_cannot_be_is_refused_by_itself(monitor, words):
    _, found = read(backup(monitor, {"name": "Other"}))
    assert isinstance(found[0], Refused)
    assert words in found[0].why
    assert found[1].name == "Other"


def test_a_group_becomes_a_tag_of_what_is_in_it():
    outer, inner = {"type": "group", "name": "Prod"}, {"type": "group", "name": "Backend", "parent": 1}
    _, found = read(backup(outer, inner, {"parent": 2}))
    assert [draft.tags for draft in found] == [("Backend", "Prod")]


def test_numbers_are_as_version_2_writes_them():
    draft = only(timeout=38.4, maxretries=0, forceInactive=True, active=True)
    assert (draft.timeout_s, draft.confirmations, draft.recovery_confirmations, draft.is_paused) == (39, 1, None, True)
    assert only(timeout=0, interval=20).timeout_s == 16


def test_a_heartbeat_is_looked_at_each_minute_however_rarely_it_reports():
    draft = only(type="push", interval=86400, maxretries=3)
    assert (draft.interval_s, draft.confirmations) == (60, 1)


@pytest.mark.parametrize("shape", [list, lambda rows: {"monitorList": {str(row["id"]): row for row in rows}}])
def test_the_monitors_alone_are_read_as_well(shape):
    rows = json.loads(backup({"notificationIDList": [1]}, {}))["monitorList"]
    assert [draft.name for draft in read(json.dumps(shape(rows)))[1]] == ["Shop", "Shop"]


def test_what_is_lost_is_said():
    found = only(
        ignoreTls=True, proxyId=3, body="x", notificationIDList={"1": True}, maxredirects=2, description="Our shop"
    )
    assert found.lost == (
        "That it follows at most 2 redirects: StatusWire follows 5.",
        "Its body: GET sends none.",
        "Errors of the certificate are not ignored: they count as down.",
        "Its description.",
        "Its proxy is not used: StatusWire asks directly.",
        "Its notifications: set up routes under Alerts.",
    )
