"""The backup of Uptime Kuma 1 (Settings, Backup, Export), and of what reads and writes the same shape for 2."""

import json
from collections.abc import Callable

from monitors.imports.base import Draft, Found, Impossible, Source, each, has_key
from monitors.imports.parts import Part
from monitors.imports.writing import basic, body_path, headers_of, literal, quoted, span, tags_of

_EXPIRY_DAYS = 21  # when Uptime Kuma first tells of a certificate
_JSON_OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "contains")
_NO_BODY = ("GET", "HEAD")


def read(document: object) -> list[Found]:
    """Return the monitors of a backup. Raises Unreadable."""
    monitors = list(Part.of(document).parts("monitorList"))
    groups = {one.number("id", 0): one.text("name") for one in monitors if one.values.get("type") == "group"}
    return each(
        (one for one in monitors if one.values.get("type") != "group"),
        lambda one: one.text("name"),
        lambda one: [_draft(one, groups)],
    )


def _draft(one: Part, groups: dict[int, str]) -> Draft:
    kind = one.needed("type")
    if kind not in _KINDS:
        hint = _HINTS.get(kind, "StatusWire has no such kind.")
        raise Impossible(f"It is of the kind {kind}. {hint}")
    if one.flag("upsideDown"):
        raise Impossible("It is upside down: down counts as up, which StatusWire does not do.")
    ours, target, options, lost = _KINDS[kind](one)
    if one.has("proxyId"):
        lost.append("Its proxy is not used: StatusWire asks directly.")
    if one.part("notificationIDList").values:
        lost.append("Its notifications: set up routes under Alerts.")
    return Draft(
        name=one.needed("name"),
        kind=ours,
        target=target,
        options=options,
        interval_s=one.number("interval", 60),
        timeout_s=one.number("timeout", 10),
        confirmations=one.number("maxretries", 0) + 1,
        tags=_tags(one, groups),
        is_paused=not one.flag("active", default=True),
        lost=tuple(lost),
    )


def _tags(one: Part, groups: dict[int, str]) -> tuple[str, ...]:
    names = [":".join(filter(None, (tag.text("name"), tag.text("value")))) for tag in one.parts("tags")]
    return tags_of([groups.get(one.number("parent", 0), ""), *names])


Parts = tuple[str, str, dict[str, str], list[str]]


def _http(one: Part) -> Parts:
    method = one.text("method", "GET").upper()
    options = {"method": method, "expected_status": ",".join(one.texts("accepted_statuscodes"))}
    options |= _auth(one)
    lost = []
    if body := one.text("body"):
        if method in _NO_BODY:
            lost.append(f"Its body: {method} sends none.")
        else:
            options["body"] = body
    if one.number("maxredirects", 10) == 0:
        options["redirects"] = "never"
    if one.flag("ignoreTls"):
        lost.append("Errors of the certificate are not ignored: they count as down.")
    if one.flag("expiryNotification") and one.text("url").startswith("https:"):
        options["degraded_conditions"] = f"certificate_days > {_EXPIRY_DAYS}"
    return "http", one.needed("url"), options, lost


def _auth(one: Part) -> dict[str, str]:
    method = one.text("authMethod")
    if method not in ("", "null", "basic"):
        raise Impossible(f"It logs in by {method}, which StatusWire does not do.")
    options = headers_of(_headers(one))
    if user := one.text("basic_auth_user"):
        if "auth" in options:
            raise Impossible("It sends two secrets, a password and one in its headers; one can be stored.")
        options |= basic(user, one.text("basic_auth_pass"))
    return options


def _headers(one: Part) -> list[tuple[str, str]]:
    text = one.text("headers")
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise Impossible(f"{one.at('headers')} is no JSON, so its headers cannot be told.") from error
    return Part({"headers": found}, one.place).pairs("headers")


def _keyword(one: Part) -> Parts:
    kind, target, options, lost = _http(one)
    option = "keyword_absent" if one.flag("invertKeyword") else "keyword"
    return kind, target, options | {option: one.needed("keyword")}, lost


def _json_query(one: Part) -> Parts:
    kind, target, options, lost = _http(one)
    query, operator = one.text("jsonPath"), one.text("jsonPathOperator", "==")
    path = body_path(query.removeprefix("$").removeprefix("."))
    if path is None or operator not in _JSON_OPERATORS:
        raise Impossible(
            f"Its question {query[:60]!r} is more than a path such as $.status, and cannot be carried over."
        )
    text = one.text("expectedValue")
    condition = f"{path} {operator} {literal(text)}"
    if literal(text) != quoted(text) and operator == "==":  # Uptime Kuma compares 5 and "5" alike
        condition += f" or {path} == {quoted(text)}"
    return kind, target, options | {"conditions": condition}, lost


def _port(one: Part) -> Parts:
    return "tcp", f"{_host(one)}:{one.needed('port')}", {}, []


def _ping(one: Part) -> Parts:
    return "ping", _host(one), {}, []


def _dns(one: Part) -> Parts:
    resolver = one.text("dns_resolve_server").split(",")[0].strip()
    port = one.number("port", 53)
    if resolver and port != 53:
        resolver = f"{resolver}:{port}"
    return "dns", _host(one), {"type": one.text("dns_resolve_type", "A"), "resolver": resolver}, []


def _push(one: Part) -> Parts:
    grace_s = one.number("maxretries", 0) * one.number("retryInterval", 60)
    options = {"period": span(one.number("interval", 60)), "grace": span(grace_s)}
    return "heartbeat", one.needed("name"), options, ["Its push address: let the job ping the new one."]


def _smtp(one: Part) -> Parts:
    security = one.text("smtpSecurity")
    encryption = {"secure": "TLS", "starttls": "STARTTLS"}.get(security, "none")
    return "smtp", f"{_host(one)}:{one.text('port', '25')}", {"encryption": encryption}, []


def _websocket(one: Part) -> Parts:
    return "websocket", one.needed("url"), {}, []


def _host(one: Part) -> str:
    return one.needed("hostname")


_KINDS: dict[str, Callable[[Part], Parts]] = {
    "http": _http,
    "keyword": _keyword,
    "json-query": _json_query,
    "port": _port,
    "ping": _ping,
    "tailscale-ping": _ping,
    "dns": _dns,
    "push": _push,
    "smtp": _smtp,
    "websocket-upgrade": _websocket,
}
_PORT_HINT = "Watch its port with a TCP monitor."
_HINTS = {
    **dict.fromkeys(("postgres", "mysql", "sqlserver", "mongodb", "redis", "rabbitmq", "radius", "mqtt"), _PORT_HINT),
    "grpc-keyword": "Watch an HTTP address of the same service.",
    "real-browser": "Watch the same address with an HTTP monitor.",
    "docker": "Let the container ping a heartbeat.",
}

SOURCE = Source(
    label="Uptime Kuma", mark="JSON of a backup, with monitorList", recognises=has_key("monitorList"), read=read
)
