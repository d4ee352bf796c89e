"""The modules of blackbox_exporter: how one looks at any target."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from monitors.imports.base import Impossible
from monitors.imports.blackbox_dialogues import dialogue
from monitors.imports.blackbox_records import records
from monitors.imports.parts import Part
from monitors.imports.writing import accepted, basic, headers_of, joined, pattern, quoted, without_ours

_FROM_FILES = (
    "bearer_token_file",
    "password_file",
    "username_file",
    "credentials_file",
    "body_file",
    "client_secret_file",
)
_HTTP_KEYS = frozenset({
    "method", "headers", "http_headers", "body", "valid_status_codes", "accept_any_response", "valid_http_versions",
    "no_follow_redirects", "follow_redirects", "fail_if_ssl", "fail_if_not_ssl", "fail_if_body_matches_regexp",
    "fail_if_body_not_matches_regexp", "fail_if_header_matches", "fail_if_header_not_matches", "tls_config", "basic_auth",
    "bearer_token", "authorization", "enable_http2", "body_size_limit", "skip_resolve_phase_with_proxy",
})  # fmt: skip
_TCP_KEYS = frozenset({"query_response", "tls", "tls_config"})
_DNS_KEYS = frozenset({
    "query_name", "query_type", "valid_rcodes", "validate_answer_rrs", "recursion_desired", "tls_config",
})  # fmt: skip
_WEBSOCKET_KEYS = frozenset({"headers", "http_headers", "basic_auth", "bearer_token", "authorization", "tls_config"})
_PLACES = frozenset({"preferred_ip_protocol", "ip_protocol_fallback"})


# As blackbox_exporter ships them: most prometheus.yml speak of these.
SHIPPED: Mapping[str, Mapping[object, object]] = {
    "http_2xx": {"prober": "http"},
    "http_post_2xx": {"prober": "http", "http": {"method": "POST"}},
    "tcp_connect": {"prober": "tcp"},
    "icmp": {"prober": "icmp"},
    "ssh_banner": {"prober": "tcp", "tcp": {"query_response": [{"expect": "^SSH-2.0-"}]}},
    "pop3s_banner": {"prober": "tcp", "tcp": {"query_response": [{"expect": "^+OK"}], "tls": True}},
}


@dataclass(slots=True)
class Looked:
    """What a module becomes. `name` is what is asked for, of DNS."""

    kind: str
    options: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    name: str = ""


def look_of(module: Part) -> Looked:
    """Return what a module becomes. Raises Impossible and Unreadable."""
    prober = module.needed("prober")
    if prober not in _PROBERS:
        raise Impossible(f"{module.at('prober')} is {prober[:40]}, which StatusWire does not do.")
    return _PROBERS[prober](module.part(prober))


def _http(part: Part) -> Looked:
    if part.has("oauth2"):
        raise Impossible(f"{part.at('oauth2')} fetches a token. Write a lasting one as bearer_token instead.")
    found = Looked("http", {"method": part.text("method", "GET").upper()})
    options = found.options
    options |= _secrets(part, found)
    follows = not part.flag("no_follow_redirects") and part.flag("follow_redirects", default=True)
    codes = part.texts("valid_status_codes") or ["200-299"]
    status = accepted(["100-599"] if part.flag("accept_any_response") else codes, follows=follows)
    if body := part.exactly("body"):
        options["body"] = body
    if not follows:
        options["redirects"] = "never"
    told = [status.pop("conditions")] if "conditions" in status else []
    conditions = [*told, *_versions(part, found), *_matches(part)]
    if part.flag("fail_if_ssl") or part.flag("fail_if_not_ssl"):
        conditions.append("certificate_days exists" if part.flag("fail_if_not_ssl") else "not certificate_days exists")
    options |= status | ({"conditions": joined(conditions)} if conditions else {})
    _told(part, found, _HTTP_KEYS)
    _trust(part, found)
    return found


def _secrets(part: Part, found: Looked) -> dict[str, str]:
    """Return the options that send headers and the secret. Raises Impossible where it is in another file."""
    auth, user = part.part("authorization"), part.part("basic_auth")
    for place in (part, auth, user):
        for key in _FROM_FILES:
            if place.has(key):
                raise Impossible(f"{place.at(key)} names another file. Write its content here instead.")
    headers = without_ours([*part.pairs("headers"), *_lists(part.part("http_headers"))], found.lost)
    if part.has("bearer_token") or auth.has("credentials"):
        token = part.text("bearer_token") or auth.text("credentials")
        headers = [*headers, ("Authorization", f"{auth.text('type', 'Bearer')} {token}")]
    options = headers_of(headers)
    if not user.has("username"):
        return options
    if "auth" in options:
        raise Impossible("It sends two secrets, a password and one in its headers; one can be stored.")
    return options | basic(user.text("username"), user.exactly("password"))


def _lists(headers: Part) -> Iterator[tuple[str, str]]:
    """Give headers that are written as lists of values, of secrets and of files."""
    for name in map(str, headers.values):
        one = headers.part(name)
        if one.has("files"):
            raise Impossible(f"{one.at('files')} names other files. Write their content here, as secrets.")
        for value in [*one.texts("values"), *one.texts("secrets")]:
            yield name, value


def _versions(part: Part, found: Looked) -> Iterator[str]:
    versions = ["HTTP/2" if version == "HTTP/2.0" else version for version in part.texts("valid_http_versions")]
    if versions:
        yield f"http_version in [{', '.join(map(quoted, versions))}]"
    if versions == ["HTTP/2"]:
        found.options["http_version"] = "2"


def _matches(part: Part) -> Iterator[str]:
    for regex in part.texts("fail_if_body_matches_regexp"):
        yield f"not body matches {pattern(regex)}"
    for regex in part.texts("fail_if_body_not_matches_regexp"):
        yield f"body matches {pattern(regex)}"
    for key, negated in (("fail_if_header_matches", True), ("fail_if_header_not_matches", False)):
        for rule in part.parts(key):
            header = f"header[{quoted(rule.needed('header').lower())}]"
            matches = f"{header} matches {pattern(rule.needed('regexp'))}"
            yield _allowing(header, f"not {matches}" if negated else matches, rule.flag("allow_missing"))


def _allowing(header: str, condition: str, allows_missing: bool) -> str:
    if allows_missing:
        return f"not {header} exists or {condition}"
    return f"{header} exists and {condition}" if condition.startswith("not ") else condition


def _tcp(part: Part) -> Looked:
    said = dialogue(list(part.parts("query_response")))
    options = {"tls": "yes"} if part.flag("tls") and said.kind == "tcp" else {}
    if part.flag("tls") and said.kind != "tcp":
        raise Impossible(f"{part.at('tls')} and starttls together make no sense. Keep one.")
    found = Looked(said.kind, options | said.options, list(said.lost))
    _told(part, found, _TCP_KEYS)
    _trust(part, found)
    return found


def _icmp(part: Part) -> Looked:
    found = Looked("ping", {"count": "1"})
    _told(part, found, frozenset())
    return found


def _dns(part: Part) -> Looked:
    name, type_ = part.needed("query_name").rstrip("."), part.text("query_type", "ANY").upper()
    found = Looked("dns", {"type": "A" if type_ == "ANY" else type_}, name=name)
    if type_ == "ANY":
        found.lost.append("That it asks for records of any kind: StatusWire asks for A.")
    conditions = [f"rcode in [{', '.join(map(quoted, part.texts('valid_rcodes') or ['NOERROR']))}]"]
    answers, lost = records(part.part("validate_answer_rrs"))
    found.options["conditions"] = joined([*conditions, *answers])
    found.lost += lost
    _told(part, found, _DNS_KEYS)
    return found


def _websocket(part: Part) -> Looked:
    found = Looked("websocket")
    found.options |= _secrets(part, found)
    _told(part, found, _WEBSOCKET_KEYS)
    _trust(part, found)
    return found


def _told(part: Part, found: Looked, known: frozenset[str]) -> None:
    """Tell what nothing of ours does, key by key; what changes only the way is told in one."""
    keys = [str(key) for key, value in part.values.items() if value not in (None, False, "", []) and key not in known]
    found.lost.extend(f"{key[:60]} of its module." for key in keys if key not in _PLACES)
    if part.has("preferred_ip_protocol"):
        found.lost.append("Its choice of IPv4 or IPv6: StatusWire tries both.")


def _trust(part: Part, found: Looked) -> None:
    trust = part.part("tls_config")
    for key in ("cert_file", "key_file", "cert", "key"):
        if trust.has(key):
            raise Impossible(f"{trust.at(key)}: it shows a certificate of its own, which StatusWire cannot.")
    if trust.flag("insecure_skip_verify"):
        found.lost.append("Errors of the certificate are not ignored: they count as down.")
    elif trust.has("ca_file") or trust.has("ca"):
        found.lost.append("Its own certificate authority is not trusted: such a certificate counts as down.")
    found.lost.extend(
        f"{key} of its tls_config." for key in ("server_name", "min_version", "max_version") if trust.has(key)
    )


_PROBERS: dict[str, Callable[[Part], Looked]] = {
    "http": _http,
    "tcp": _tcp,
    "icmp": _icmp,
    "dns": _dns,
    "websocket": _websocket,
}
