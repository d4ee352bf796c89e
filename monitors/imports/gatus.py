"""The configuration of Gatus: its endpoints, and the external ones as heartbeats."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from monitors.imports.base import Draft, Found, Impossible, Refused, Source, each
from monitors.imports.gatus_conditions import Judged, judged
from monitors.imports.parts import Part
from monitors.imports.writing import headers_of, seconds_of, span, tags_of

_SCHEMES = {
    "http": "http", "https": "http", "tcp": "tcp", "icmp": "ping", "tls": "tls", "starttls": "smtp",
    "ws": "websocket", "wss": "websocket",
}  # fmt: skip
_DEFAULT_THRESHOLD = 3  # failures before Gatus tells


def recognises(document: object) -> bool:
    return isinstance(document, Mapping) and bool(document.keys() & {"endpoints", "external-endpoints"})


def read(document: object) -> list[Found]:
    """Return the endpoints of a configuration. Raises Unreadable."""
    whole = Part.of(document)
    found = each(whole.parts("endpoints"), _name, _drafts) + each(whole.parts("external-endpoints"), _name, _external)
    why = "A suite of endpoints is not carried over. Add a monitor of the kind Several steps."
    return found + [Refused(suite.text("name") or suite.place, why) for suite in whole.parts("suites")]


def _name(one: Part) -> str:
    return " / ".join(filter(None, (one.text("group"), one.needed("name"))))


def _drafts(one: Part) -> Iterator[Draft]:
    if "$" in one.text("url") and "{" in one.text("url"):
        raise Impossible(f"{one.at('url')} takes a value from Gatus' environment. Write the address into the file.")
    kind, target, options = _target(one)
    found = judged(kind, one.texts("conditions"))
    client, lost = one.part("client"), [*found.lost]
    if client.flag("insecure"):
        lost.append("Errors of the certificate are not ignored: they count as down.")
    lost.extend(
        f"Its {key} of the client."
        for key in ("oauth2", "tls", "proxy-url", "dns-resolver", "tunnel")
        if client.has(key)
    )
    if one.has("maintenance-windows"):
        lost.append("Its maintenance windows: add them under Maintenance.")
    if kind == "http" and client.flag("ignore-redirect"):
        options["redirects"] = "never"
    draft = Draft(
        name=_name(one),
        kind=kind,
        target=target,
        options=options | _judging(kind, found),
        interval_s=round(seconds_of(one.text("interval", "60s"), one.at("interval"))),
        timeout_s=max(1, round(seconds_of(client.text("timeout", "10s"), client.at("timeout")))),
        confirmations=_threshold(one),
        tags=tags_of([one.text("group")]),
        is_paused=not one.flag("enabled", default=True),
        lost=(*lost, *_alerts(one)),
    )
    yield draft
    if found.domain_days:
        yield _domain(draft, found.domain_days)


def _target(one: Part) -> tuple[str, str, dict[str, str]]:
    """Return kind, target and options, without the conditions."""
    url = one.needed("url")
    scheme, _, rest = url.partition("://")
    if one.has("dns"):
        dns = one.part("dns")
        options = {"type": dns.text("query-type", "A"), "resolver": rest or url}
        return "dns", dns.needed("query-name").rstrip("."), options
    kind = _SCHEMES.get(scheme.lower())
    if kind is None or one.has("ssh"):
        raise Impossible(
            f"It goes to {scheme[:20]}, which StatusWire does not watch. A TCP monitor can watch its port."
        )
    if kind == "http":
        return kind, url, _request(one)
    if kind == "websocket":
        return kind, url, {}
    options = {"encryption": "STARTTLS"} if kind == "smtp" else {}
    return kind, rest.rstrip("/"), options


def _request(one: Part) -> dict[str, str]:
    options = {"method": one.text("method", "GET").upper(), **headers_of(one.pairs("headers"))}
    body = one.text("body")
    if one.flag("graphql"):
        raise Impossible("It wraps its body for GraphQL. Write the JSON that is sent, and remove graphql.")
    return options | ({"body": body} if body else {})


def _judging(kind: str, found: Judged) -> dict[str, str]:
    options = {"conditions": "\n".join(found.conditions)} if found.conditions else {}
    if kind == "http":
        # Gatus asks for no status of its own accord.
        options["expected_status"] = found.statuses or "100-599"
    if found.records:
        options |= {"expected": "\n".join(found.records), "match": "any of them"}
    return options


def _threshold(one: Part) -> int:
    numbers = [alert.number("failure-threshold", _DEFAULT_THRESHOLD) for alert in one.parts("alerts")]
    return min(numbers, default=_DEFAULT_THRESHOLD)


def _alerts(one: Part) -> list[str]:
    return ["Its alerts: set up routes under Alerts."] if one.has("alerts") else []


def _domain(draft: Draft, days: int) -> Draft:
    """Return the monitor of a domain's registration, which Gatus watches by a condition of any endpoint."""
    host = urlsplit(draft.target).hostname or draft.target.partition(":")[0]
    return Draft(f"{draft.name} (domain)", "domain", host, {"warn_days": str(days)}, interval_s=86_400, tags=draft.tags)


def _external(one: Part) -> Iterator[Draft]:
    beat = one.part("heartbeat")
    if not beat.has("interval"):
        raise Impossible("It says not how often it reports, so nobody would miss it. Give it heartbeat.interval.")
    seconds = seconds_of(beat.text("interval"), beat.at("interval"))
    yield Draft(
        name=_name(one),
        kind="heartbeat",
        target=_name(one),
        options={"period": span(seconds), "grace": "10s"},
        tags=tags_of([one.text("group")]),
        is_paused=not one.flag("enabled", default=True),
        lost=("Its address to report to: let the job ping the new one.", *_alerts(one)),
    )


SOURCE = Source(label="Gatus", mark="YAML with endpoints", recognises=recognises, read=read)
