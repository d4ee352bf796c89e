"""The configuration of Gatus: its endpoints, and the external ones as heartbeats."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from monitors.imports.base import Draft, Found, Impossible, Refused, Source, each, heartbeat
from monitors.imports.gatus_conditions import Judged, judged
from monitors.imports.gatus_requests import request_of, without_environment
from monitors.imports.gatus_suites import drafts_of
from monitors.imports.parts import Part
from monitors.imports.writing import joined, seconds_of, span, tags_of, whole_seconds, without_login

_SCHEMES = {
    "http": "http", "https": "http", "tcp": "tcp", "icmp": "ping", "tls": "tls", "starttls": "smtp",
    "ws": "websocket", "wss": "websocket",
}  # fmt: skip
_DEFAULT_FAILURES, _DEFAULT_SUCCESSES = 3, 2  # in a row before Gatus tells
_CLIENT_KEYS = frozenset({"timeout", "insecure", "ignore-redirect", "proxy-url", "dns-resolver", "network"})
_KEYS = frozenset({
    "enabled", "name", "group", "url", "method", "body", "graphql", "headers", "extra-labels", "interval", "conditions",
    "alerts", "maintenance-windows", "dns", "ssh", "client", "ui", "insecure", "grpc", "store", "always-run",
})  # fmt: skip
_CANNOT = {  # of the client -> what to do
    "oauth2": "It fetches a token with oauth2. Write a lasting token into headers, as Authorization: Bearer ….",
    "identity-aware-proxy": "It goes through an identity-aware proxy. Write a lasting token into headers instead.",
    "tls": "It shows a certificate of its own (client.tls), which StatusWire cannot.",
    "kerberos": "It logs in by Kerberos, which StatusWire does not do.",
    "tunnel": "It goes through a tunnel. Watch an address that is public.",
}
_PROXIES = {
    "proxy-url": "Its proxy is not used: StatusWire asks directly.",
    "dns-resolver": "Its resolver is not used: StatusWire asks its own.",
    "network": "Its choice of IPv4 or IPv6: StatusWire tries both.",
}


def recognises(document: object) -> bool:
    if not isinstance(document, Mapping):
        return False
    return bool(document.keys() & {"endpoints", "external-endpoints", "suites"}) or isinstance(
        document.get("services"),
        list,  # as versions before 4 call them
    )


def read(document: object) -> list[Found]:
    """Return the endpoints of a configuration. Raises Unreadable."""
    whole = Part.of(document)
    usual = _Usual(whole)
    found: list[Found] = []
    for key in ("services", "endpoints"):
        found += each(whole.parts(key), _name, lambda one: _drafts(one, usual))
    found += each(whole.parts("external-endpoints"), _name, lambda one: _external(one, usual))
    if whole.has("remote"):
        why = "What other instances of Gatus watch is not in this file. Import their files as well."
        found.append(Refused("remote", why))
    return found + each(whole.parts("suites"), _name, lambda one: drafts_of(one, _name(one)))


class _Usual:
    """What a configuration says of all its endpoints: who is told after how many failures, and when nobody is."""

    def __init__(self, whole: Part) -> None:
        self._alerting = whole.part("alerting")
        self.lost = ("The file's maintenance: add a window under Maintenance.",) if whole.has("maintenance") else ()

    def counts(self, one: Part) -> tuple[int, int | None]:
        """Return how many failures in a row make an endpoint down, and how many successes up: as the first alert."""
        told = [self._count(alert) for alert in one.parts("alerts") if alert.flag("enabled", default=True)]
        return min(told) if told else (_DEFAULT_FAILURES, None)

    def _count(self, alert: Part) -> tuple[int, int | None]:
        usual = self._alerting.part(alert.text("type") or "custom").part("default-alert")
        failures = alert.number("failure-threshold", usual.number("failure-threshold", _DEFAULT_FAILURES))
        successes = alert.number("success-threshold", usual.number("success-threshold", _DEFAULT_SUCCESSES))
        return failures, successes


def _name(one: Part) -> str:
    return " / ".join(filter(None, (one.text("group"), one.needed("name"))))


def _drafts(raw: Part, usual: _Usual) -> Iterator[Draft]:
    one = without_environment(raw)
    client = one.part("client")
    for key, why in _CANNOT.items():
        if client.has(key):
            raise Impossible(f"{client.at(key)}: {why}")
    follows, type = not client.flag("ignore-redirect"), one.part("dns").text("query-type", "A").upper()
    kind, target, options, lost = _target(one)
    found = judged(kind, one.texts("conditions"), follows=follows, type=type)
    lost += [*found.lost, *_lost(one, client, usual)]
    if kind == "http" and not follows:
        options["redirects"] = "never"
    failures, successes = usual.counts(one)
    draft = Draft(
        name=_name(one),
        kind=kind,
        target=target,
        options=options | _judging(kind, found),
        interval_s=whole_seconds(one.text("interval", "60s"), one.at("interval"), lost),
        timeout_s=whole_seconds(client.text("timeout", "10s"), client.at("timeout"), lost),
        confirmations=failures,
        recovery_confirmations=successes if successes != failures else None,
        tags=_tags(one, lost),
        is_paused=not one.flag("enabled", default=True),
    )
    yield replace(draft, lost=(*lost, *_alerts(one)))
    if found.domain:
        yield _domain(draft, found.domain)


def _target(one: Part) -> tuple[str, str, dict[str, str], list[str]]:
    """Return kind, target, options without the conditions, and what is not carried over."""
    url = one.needed("url")
    scheme, _, rest = url.partition("://")
    if one.has("dns"):
        dns = one.part("dns")
        options = {"type": dns.text("query-type", "A"), "resolver": rest or url}
        return "dns", dns.needed("query-name").rstrip("."), options, []
    if one.has("grpc") or scheme.lower() in ("grpc", "grpcs"):
        raise Impossible("It asks by gRPC, which StatusWire does not. Watch an HTTP address of the same service.")
    if scheme.lower() == "ssh":
        return _shell(one, rest)
    kind = _SCHEMES.get(scheme.lower())
    if kind is None or one.has("ssh"):
        raise Impossible(
            f"It goes to {scheme[:20]}, which StatusWire does not watch. A TCP monitor can watch its port."
        )
    options, lost = request_of(one, kind)
    if kind != "http":
        return kind, url if kind == "websocket" else rest.rstrip("/"), options, lost
    url, login = without_login(url)
    return kind, url, options | ({} if "auth" in options else login), lost  # a header goes before


def _shell(one: Part, place: str) -> tuple[str, str, dict[str, str], list[str]]:
    """A server that is only greeted; one in which a command is run cannot be."""
    if one.part("ssh").text("username") or one.text("body"):
        raise Impossible("It goes to ssh and runs a command there. A TCP monitor can watch its port.")
    host = place.rstrip("/")
    is_bare = ":" not in host.rpartition("]")[2]
    return "tcp", f"{host}:22" if is_bare else host, {"expect": "SSH-"}, []


def _judging(kind: str, found: Judged) -> dict[str, str]:
    options = {"conditions": joined(found.conditions)} if found.conditions else {}
    if kind == "http":
        # Gatus asks for no status of its own accord.
        options["expected_status"] = found.statuses or "100-599"
    if kind == "ping":
        options["count"] = "1"
    if found.expect:
        options["expect"] = found.expect
    if found.records:
        options |= {"expected": "\n".join(found.records), "match": "any of them"}
    return options


def _lost(one: Part, client: Part, usual: _Usual) -> Iterator[str]:
    if client.flag("insecure") or one.flag("insecure"):
        yield "Errors of the certificate are not ignored: they count as down."
    yield from (words for key, words in _PROXIES.items() if client.has(key))
    if one.has("maintenance-windows"):
        yield "Its maintenance windows: add them under Maintenance."
    yield from usual.lost
    if one.has("ui"):
        yield "How Gatus shows it (ui)."
    for part, known in ((one, _KEYS), (client, _CLIENT_KEYS)):
        for key in sorted(str(key) for key in part.values if key not in known):
            yield f"Its {key[:40]}, which StatusWire does not know."


def _tags(one: Part, lost: list[str]) -> tuple[str, ...]:
    return tags_of([one.text("group"), *(f"{name}:{value}" for name, value in one.pairs("extra-labels"))], lost)


def _alerts(one: Part) -> list[str]:
    return ["Its alerts: set up routes under Alerts."] if one.has("alerts") else []


def _domain(draft: Draft, conditions: list[str]) -> Draft:
    """Return the monitor of a domain's registration, which Gatus watches by a condition of any endpoint."""
    host = urlsplit(draft.target).hostname or draft.target.partition(":")[0]
    options = {"conditions": joined(conditions), "warn_days": "1"}  # and does not warn before
    return replace(
        draft, name=f"{draft.name} (domain)", kind="domain", target=host, options=options, interval_s=86_400, lost=()
    )


def _external(raw: Part, usual: _Usual) -> Iterator[Draft]:
    one = without_environment(raw)
    beat = one.part("heartbeat")
    if not beat.has("interval"):
        raise Impossible("It says not how often it reports, so nobody would miss it. Give it heartbeat.interval.")
    seconds = seconds_of(beat.text("interval"), beat.at("interval"))
    beats, lost = {"period": span(seconds), "grace": "10s"}, ["Its address to report to: let the job ping the new one."]
    draft = heartbeat(_name(one), beats, tags=_tags(one, lost), is_paused=not one.flag("enabled", default=True))
    yield replace(draft, lost=(*lost, *usual.lost, *_alerts(one)))


SOURCE = Source(label="Gatus", mark="YAML with endpoints", recognises=recognises, read=read)
