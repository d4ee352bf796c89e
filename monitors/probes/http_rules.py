"""What a person writes about a good HTTP answer, as it is stored and as it is used."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from monitors.probes.base import KEPT, BadOptions, Field, Probe, ProbeResult, Reason, failed
from monitors.probes.evidence import is_secret_name, masked

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REDIRECTS = ("follow", "same host", "never")
AUTHS = ("none", "basic", "bearer", "header")
VERSIONS = ("1.1", "2")
UNSAID = {
    "auth": "none",
    "http_version": "1.1",
    "redirects": "follow",
    "tls": "no",
    "match": "all of them",
    "zone": "UTC",
}  # values that are not stored
MAX_HEADERS = 20
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What we say about the connection ourselves, and what opens the doors of cloud machines.
OURS = {
    "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "trailer", "upgrade",
    "expect", "keep-alive", "proxy-connection", "metadata-flavor", "metadata", "x-aws-ec2-metadata-token",
    "x-google-metadata-request", "x-forwarded-for", "x-forwarded-host",
}  # fmt: skip

REQUEST_FIELDS = (
    Field("method", "Method", "choice", "GET", METHODS),
    Field("headers", "Headers", "lines", help="One per line, as in Accept: application/json. Secrets go below.", is_extra=True),
    Field("body", "Body", "lines", help="Not with GET or HEAD. JSON is recognised.", is_extra=True),
    Field("auth", "Authentication", "choice", "none", AUTHS, help="Goes to this host only, never along a redirect.", is_extra=True),
    Field("auth_name", "User or header", help="The user of basic, or the header's name, as in X-Api-Key.", is_extra=True),
    Field("auth_secret", "Password, token or value", "secret", help="Stored encrypted, and masked wherever it appears.", is_extra=True),
    Field("http_version", "HTTP version", "choice", "1.1", VERSIONS, help='2 is offered; http_version == "HTTP/2" insists.', is_extra=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """How a request is made. `secrets` must appear in nothing that is shown."""

    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    offers_http2: bool = False
    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Self:
        """Read stored options, which `clean` has made, with the secret in the clear."""
        raw_headers, body = options.get("headers") or [], str(options.get("body") or "")
        assert isinstance(raw_headers, list)
        headers = [(str(name), str(value)) for name, value in raw_headers]
        if body.lstrip()[:1] in ("{", "[") and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        secret = str(options.get("auth_secret") or "")
        auth = _auth_header(str(options.get("auth") or "none"), str(options.get("auth_name") or ""), secret)
        return cls(
            method=str(options.get("method") or "GET"),
            headers=(*headers, *auth),
            body=body,
            offers_http2=options.get("http_version") == "2",
            secrets=tuple(filter(None, (secret, *(value.rpartition(" ")[2] for _, value in auth)))),
        )


def _auth_header(auth: str, name: str, secret: str) -> list[tuple[str, str]]:
    if auth == "basic":
        return [("Authorization", f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}")]
    if auth == "bearer":
        return [("Authorization", f"Bearer {secret}")]
    return [(name, secret)] if auth == "header" else []


def unreadable_secret(options: Mapping[str, object], probe: Probe) -> ProbeResult | None:
    """Return what to say where a secret is still sealed: the service that opens them could not."""
    if options and any(
        isinstance(options.get(field.name), Mapping) for field in probe.fields if field.kind == "secret"
    ):
        return failed(
            Reason.SECRET_UNREADABLE, "The stored secret could not be read. Edit the monitor and enter it anew."
        )
    return None


def cleaned(
    raw: Mapping[str, str],
    readers: Mapping[str, Callable[[str], object]],
    rules: Callable[[dict[str, object]], Mapping[str, str]],
) -> dict[str, object]:
    """Read each field by its reader, then judge all together; return what is stored: nothing that goes without saying.

    Raises BadOptions with a sentence per field.
    """
    errors: dict[str, str] = {}
    options: dict[str, object] = {}
    for name, read in readers.items():
        try:
            options[name] = read(raw.get(name, ""))
        except ValueError as error:
            errors[name] = str(error)
    errors = errors or dict(rules(options))
    if errors:
        raise BadOptions(errors)
    return {name: value for name, value in options.items() if value and UNSAID.get(name) != value}


def judge_asking(options: dict[str, object]) -> dict[str, str]:
    """Return what is wrong between the fields of a request."""
    errors = {}
    if options.get("body") and options.get("method") in ("GET", "HEAD"):
        errors["body"] = f"{options['method']} sends no body. Empty this field, or choose another method."
    auth, name, secret = options.get("auth"), str(options.get("auth_name") or ""), options.get("auth_secret")
    if auth == "none" and secret == KEPT:
        secret = options["auth_secret"] = ""  # it is needed no more
    if auth in ("basic", "header") and not name:
        errors["auth_name"] = "Say which user." if auth == "basic" else "Say which header, as in X-Api-Key."
    if auth == "basic" and ":" in name:
        errors["auth_name"] = "A user of basic authentication has no colon."
    if auth == "header" and name and (not _TOKEN.fullmatch(name) or name.lower() in OURS):
        errors["auth_name"] = f"{name[:40]!r} is no header that can be set."
    if auth in ("basic", "bearer", "header") and not secret:
        errors["auth_secret"] = "Enter the password, token or value."
    if auth == "none" and secret:
        errors["auth_secret"] = "Choose above how this is sent, or empty it."
    return errors


def one_of(choices: tuple[str, ...], label: str) -> Callable[[str], str]:
    """Return a reader of a choice, whose first is the one meant when nothing is said."""

    def read(raw: str) -> str:
        given = {choice.lower(): choice for choice in choices}.get(raw.strip().lower() or choices[0].lower())
        if given is None:
            raise ValueError(f"{label} must be one of {', '.join(choices)}.")
        return given

    return read


def short_text(label: str, longest: int = 200) -> Callable[[str], str]:
    """Return a reader of a text without control characters but line breaks and tabs."""

    def read(raw: str) -> str:
        if len(raw) > longest:
            raise ValueError(f"{label} has at most {longest:,} characters.")
        if any(not c.isprintable() and c not in "\n\r\t" for c in raw):
            raise ValueError(f"{label} has an unprintable character in it. Remove it.")
        return raw

    return read


def whole(label: str, lowest: int, highest: int) -> Callable[[str], int | None]:
    """Return a reader of a whole number; None where nothing was written."""

    def read(raw: str) -> int | None:
        text = raw.strip()
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"{label} must be a whole number from {lowest} to {highest}.")
        return int(text)

    return read


def clean_secret(raw: str) -> str:
    """Read a secret that goes into a header. Raises ValueError, without the secret."""
    if raw == KEPT:
        return raw
    if len(raw) > 1000 or not raw.isprintable() or not raw.isascii():
        raise ValueError("A secret has at most 1,000 printable ASCII characters.")
    return raw


def clean_headers(raw: str) -> list[list[str]]:
    lines = [line for line in raw.replace("\r\n", "\n").split("\n") if line.strip()]
    if len(lines) > MAX_HEADERS:
        raise ValueError(f"{len(lines)} headers are too many. At most {MAX_HEADERS} are sent.")
    return [_clean_header(line) for line in lines]


def _clean_header(line: str) -> list[str]:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _TOKEN.fullmatch(name):
        raise ValueError(f"{line[:40]!r} is not a header. Write one per line, as in Accept: application/json.")
    if name.lower() in OURS:
        raise ValueError(f"{name} cannot be set: StatusWire sets it itself, or it could open other doors.")
    if is_secret_name(name) or masked(line) != line:
        raise ValueError(f"{name} looks like a secret. Enter it under Authentication, where it is stored encrypted.")
    if len(value) > 1000 or not value.isprintable() or not value.isascii():
        raise ValueError(f"The value of {name} must be at most 1,000 printable ASCII characters.")
    return [name, value]


ASKING_READERS: Mapping[str, Callable[[str], object]] = {
    "method": one_of(METHODS, "The method"),
    "headers": clean_headers,
    "body": short_text("A body", 10_000),
    "auth": one_of(AUTHS, "Authentication"),
    "auth_name": short_text("A name", 100),
    "auth_secret": clean_secret,
    "http_version": one_of(VERSIONS, "The version"),
}
