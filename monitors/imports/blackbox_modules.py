"""The modules of blackbox_exporter: how one looks at any target."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitors.imports.base import Impossible
from monitors.imports.parts import Part
from monitors.imports.writing import basic, headers_of, pattern, quoted

_FROM_FILES = ("bearer_token_file", "password_file", "username_file", "credentials_file", "body_file")


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
    found = Looked("http", {"method": part.text("method", "GET").upper(), **_secrets(part)})
    options = found.options
    options["expected_status"] = ",".join(part.texts("valid_status_codes")) or "200-299"
    if body := part.text("body"):
        options["body"] = body
    if part.flag("no_follow_redirects") or not part.flag("follow_redirects", default=True):
        options["redirects"] = "never"
    conditions = [*_versions(part, found), *_matches(part)]
    if conditions:
        options["conditions"] = "\n".join(conditions)
    if part.flag("fail_if_ssl"):
        raise Impossible(f"{part.at('fail_if_ssl')} cannot be carried over.")
    if part.flag("fail_if_not_ssl"):
        found.lost.append("That it must be https: an https address never leads to http here.")
    _told(part, found, ("proxy_url", "oauth2", "compression", "preferred_ip_protocol"))
    _insecure(part, found)
    return found


def _secrets(part: Part) -> dict[str, str]:
    """Return the options that send headers and the secret. Raises Impossible where it is in another file."""
    auth, user = part.part("authorization"), part.part("basic_auth")
    for place in (part, auth, user):
        for key in _FROM_FILES:
            if place.has(key):
                raise Impossible(f"{place.at(key)} names another file. Write its content here instead.")
    headers = part.pairs("headers")
    if part.has("bearer_token") or auth.has("credentials"):
        token = part.text("bearer_token") or auth.text("credentials")
        headers = [*headers, ("Authorization", f"{auth.text('type', 'Bearer')} {token}")]
    options = headers_of(headers)
    if not user.has("username"):
        return options
    if "auth" in options:
        raise Impossible("It sends two secrets, a password and one in its headers; one can be stored.")
    return options | basic(user.text("username"), user.text("password"))


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
    found = Looked("tcp", {"tls": "yes"} if part.flag("tls") else {})
    sends, expects = [], []
    for step in part.parts("query_response"):
        if step.flag("starttls"):
            raise Impossible(f"{step.at('starttls')}: add a monitor of the kind SMTP or IMAP instead.")
        sends.append(step.text("send"))
        expects.append(step.text("expect"))
    if said := "".join(f"{line}\\n" for line in sends if line):
        found.options["send"] = said
    last = next((regex for regex in reversed(expects) if regex), "")
    if last:
        found.options["expect"] = last.removeprefix("^").removesuffix("$")
        if not found.options["expect"].replace(" ", "").replace("-", "").isalnum():
            raise Impossible(f"It expects the pattern {last[:40]!r}; of TCP, StatusWire looks for a text.")
    if len(list(filter(None, expects))) > 1:
        found.lost.append("Its expectations but the last: StatusWire looks for one text.")
    _insecure(part, found)
    return found


def _icmp(part: Part) -> Looked:
    found = Looked("ping", {"count": "1"})
    _told(part, found, ("payload_size", "dont_fragment", "ttl"))
    return found


def _dns(part: Part) -> Looked:
    name = part.needed("query_name").rstrip(".")
    found = Looked("dns", {"type": part.text("query_type", "A")}, name=name)
    if codes := part.texts("valid_rcodes"):
        found.options["conditions"] = f"rcode in [{', '.join(map(quoted, codes))}]"
    checks = ("validate_answer_rrs", "validate_authority_rrs", "validate_additional_rrs", "transport_protocol")
    _told(part, found, checks)
    return found


def _told(part: Part, found: Looked, keys: tuple[str, ...]) -> None:
    found.lost.extend(f"{key} of its module." for key in keys if part.has(key))


def _insecure(part: Part, found: Looked) -> None:
    if part.part("tls_config").flag("insecure_skip_verify"):
        found.lost.append("Errors of the certificate are not ignored: they count as down.")


_PROBERS: dict[str, Callable[[Part], Looked]] = {"http": _http, "tcp": _tcp, "icmp": _icmp, "dns": _dns}
