"""The kinds of monitors of Uptime Kuma that ask something over HTTP or of a host, as ours."""

import json
import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from kit.ranges import literal_of
from monitors.imports.base import Impossible
from monitors.imports.parts import Part, Unreadable
from monitors.imports.writing import (
    accepted,
    basic,
    body_path,
    headers_of,
    literal,
    pattern,
    quoted,
    span,
    without_login,
    without_ours,
)

_EXPIRY_DAYS = 21  # when Uptime Kuma first tells of a certificate
_ORDERED = ("<", "<=", ">", ">=")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_IN_JSON = re.compile(r'"\s*[:,}\]]|[{\[:,]\s*"')
_NO_BODY = ("GET", "HEAD")
_TYPES = {"form": "application/x-www-form-urlencoded", "xml": "text/xml; charset=utf-8"}  # by httpBodyEncoding
_USUAL_REDIRECTS, _USUAL_BYTES = 10, 56
_MOST_REDIRECTS = 5  # that we follow

Parts = tuple[str, str, dict[str, str], list[str]]


def _http(one: Part) -> Parts:
    method, lost = one.text("method", "GET").upper(), list[str]()
    url, login = without_login(one.needed("url"))
    redirects = one.number("maxredirects", _USUAL_REDIRECTS)
    options = {"method": method, **_auth(one, login, lost)}
    if redirects == 0:
        options["redirects"] = "never"
    elif redirects < _MOST_REDIRECTS:
        lost.append(f"That it follows at most {redirects} redirects: StatusWire follows {_MOST_REDIRECTS}.")
    options |= accepted(one.texts("accepted_statuscodes") or ["200-299"], follows=redirects > 0)
    if body := one.exactly("body").strip():
        if method in _NO_BODY:
            lost.append(f"Its body: {method} sends none.")
        else:
            options |= _body(one, body, options.get("headers", ""))
    if one.flag("ignoreTls"):
        lost.append("Errors of the certificate are not ignored: they count as down.")
    if one.flag("expiryNotification") and url.startswith("https:"):
        options["degraded_conditions"] = f"certificate_days > {_EXPIRY_DAYS}"
    return "http", url, options, lost


def _body(one: Part, body: str, headers: str) -> dict[str, str]:
    """Return the options of a body, with the header that Uptime Kuma adds where none says what it is."""
    type_ = _TYPES.get(one.text("httpBodyEncoding"))
    if type_ is None or any(line.lower().startswith("content-type:") for line in headers.split("\n")):
        return {"body": body}
    return {"body": body, "headers": "\n".join(filter(None, [headers, f"Content-Type: {type_}"]))}


def _auth(one: Part, login: dict[str, str], lost: list[str]) -> dict[str, str]:
    method = one.text("authMethod")
    if method not in ("", "null", "basic"):
        raise Impossible(f"It logs in by {method[:20]}, which StatusWire does not do.")
    options = headers_of(without_ours(_headers(one), lost, one.text("url")))
    # Old versions have no method: there a user is enough.
    if (user := one.text("basic_auth_user")) and (method == "basic" or "authMethod" not in one.values):
        login = basic(user, one.exactly("basic_auth_pass"))
    if login and "auth" in options:
        raise Impossible("It sends two secrets, a password and one in its headers; one can be stored.")
    return options | login


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
    if not (keyword := one.exactly("keyword")):
        raise Unreadable(f"{one.at('keyword')} is missing.")
    if _IN_JSON.search(keyword):
        matches = f"body matches {pattern(_spaced(keyword))}"
        return kind, target, _with(options, matches if option == "keyword" else f"not {matches}"), lost
    return kind, target, options | {option: keyword}, lost


def _spaced(keyword: str) -> str:
    """Return a pattern for a piece of JSON however it is spaced: Uptime Kuma looks for it in the document written tightly."""
    pieces = re.split(r"\s*([{\[:,}\]])\s*", keyword)
    return "".join(
        rf"\s*{re.escape(piece)}\s*" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
    )


def _json_query(one: Part) -> Parts:
    kind, target, options, lost = _http(one)
    query, operator, text = one.text("jsonPath"), one.text("jsonPathOperator", "=="), one.text("expectedValue")
    path = body_path(query.removeprefix("$").removeprefix("."))
    if query in ("", "$") and operator == "==":
        said = pattern(rf'(?s)^\s*"?{re.escape(text)}"?\s*$')
        return kind, target, _with(options, f"body matches {said}"), lost
    condition = _compared(path, operator, text) if path else None
    if condition is None:
        raise Impossible(
            f"Its question {query[:60]!r} is more than a path such as $.status, and cannot be carried over."
        )
    return kind, target, _with(options, condition), lost


def _with(options: dict[str, str], condition: str) -> dict[str, str]:
    return options | {"conditions": "\n".join(filter(None, [options.get("conditions"), condition]))}


def _compared(path: str, operator: str, text: str) -> str | None:
    """Return a comparison as Uptime Kuma makes it: of texts, or of what texts say as numbers; None for another."""
    if operator in _ORDERED:
        return f"number({path}) {operator} {text}" if _NUMBER.fullmatch(text) else None
    if operator == "contains":
        return f"{path} matches {pattern('(?s)' + re.escape(text))}"
    is_plain = text != "null" and literal(text) != quoted(text)
    same = f"{path} == {text} or {path} == {quoted(text)}" if is_plain else f"{path} == {quoted(text)}"
    if operator == "!=":  # what is not there is wrong as well
        return f"{path} exists and {path} != null and not ({same})"
    return same if operator == "==" else None


def _port(one: Part) -> Parts:
    place, security = f"{_host(one)}:{one.needed('port')}", one.text("smtpSecurity")
    lost = ["That it encrypts by STARTTLS: add a monitor of the kind SMTP or IMAP."] if security == "starttls" else []
    return "tcp", place, {"tls": "yes"} if security == "secure" else {}, lost


def _ping(one: Part) -> Parts:
    lost = ["The size of its packets."] if one.number("packetSize", _USUAL_BYTES) != _USUAL_BYTES else []
    return "ping", _host(one), {"count": str(one.number("ping_count", 1) or 1)}, lost


def _dns(one: Part) -> Parts:
    resolver, *others = one.text("dns_resolve_server").replace(" ", "").split(",")
    port = one.number("port", 53)
    if resolver and port != 53:
        resolver = f"{resolver}:{port}"
    host, type_ = _host(one), one.text("dns_resolve_type", "A")
    if type_ == "PTR" and literal_of(host):
        host = ip_address(host).reverse_pointer
    options = {"type": type_, "resolver": resolver}
    expected, lost = _records(one)
    if expected:
        options |= {"expected": "\n".join(expected), "match": "any of them"}
    return "dns", host, options, lost + (["Its other resolvers: the first one is asked."] if others else [])


def _records(one: Part) -> tuple[list[str], list[str]]:
    """Return the records of which one must be there, and what is lost of the conditions."""
    rows = _conditions(one)
    is_simple = one.text("dns_resolve_type", "A") in ("A", "AAAA", "NS", "CNAME", "TXT") and all(
        row.text("type", "expression") == "expression"
        and (row.text("variable"), row.text("operator")) == ("record", "equals")
        and row.text("andOr", "and") == ("or" if number else row.text("andOr", "and"))
        for number, row in enumerate(rows)
    )
    if rows and not is_simple:
        return [], ["Its conditions on the records: write what is expected into the monitor."]
    return [row.needed("value") for row in rows], []


def _conditions(one: Part) -> Sequence[Part]:
    text = one.values.get("conditions")
    if isinstance(text, str):
        try:
            text = json.loads(text or "[]")
        except (ValueError, RecursionError) as error:
            raise Impossible(f"{one.at('conditions')} is no JSON, so its conditions cannot be told.") from error
    return list(Part({"conditions": text}, one.place).parts("conditions"))


def _push(one: Part) -> Parts:
    grace_s = one.number("maxretries", 0) * one.number("retryInterval", 60)
    options = {"period": span(one.number("interval", 60)), "grace": span(grace_s)}
    return "heartbeat", one.needed("name"), options, ["Its push address: let the job ping the new one."]


def _smtp(one: Part) -> Parts:
    security = one.text("smtpSecurity")
    encryption = {"secure": "TLS", "starttls": "STARTTLS"}.get(security, "none")
    return "smtp", f"{_host(one)}:{one.text('port', '25')}", {"encryption": encryption}, []


def _websocket(one: Part) -> Parts:
    lost: list[str] = []
    if one.flag("wsIgnoreSecWebsocketAcceptHeader"):
        lost.append("That a wrong answer to the handshake is let pass.")
    options = {"protocol": protocol} if (protocol := one.text("wsSubprotocol")) else {}
    return "websocket", one.needed("url"), options | headers_of(without_ours(_headers(one), lost)), lost


def _globalping(one: Part) -> Parts:
    subtype = one.text("subtype")
    if subtype not in ("ping", "http"):
        raise Impossible(f"It asks Globalping for {subtype[:20] or 'nothing'}, which StatusWire does not do.")
    kind, target, options, lost = (_ping if subtype == "ping" else _http)(one)
    return kind, target, options, [*lost, "Where Globalping asks from: choose the regions of the monitor."]


def _host(one: Part) -> str:
    return one.needed("hostname")


KINDS: dict[str, Callable[[Part], Parts]] = {
    "http": _http,
    "keyword": _keyword,
    "json-query": _json_query,
    "port": _port,
    "ping": _ping,
    "dns": _dns,
    "push": _push,
    "smtp": _smtp,
    "websocket-upgrade": _websocket,
    "globalping": _globalping,
}
