"""A suite of Gatus, requests in a row that carry values along, as a monitor of several steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitors.imports.base import Draft, Impossible
from monitors.imports.gatus_conditions import judged
from monitors.imports.gatus_requests import request_of, without_environment
from monitors.imports.parts import Part
from monitors.imports.writing import among, body_path, tags_of, whole_seconds

_CONTEXT = re.compile(r"\[CONTEXT\]\.([\w.-]+)")
_STORED = re.compile(r"\[BODY\]\.?(.+)")
_NAME = re.compile(r"(?!(?:user|secret)$)[A-Za-z_][A-Za-z0-9_]{0,39}")  # of what steps save
_PLACE = re.compile(r"(https?://[^/?#]+)([^#]*)")
_CANNOT = ("dns", "ssh", "grpc")


@dataclass(slots=True)
class _Walk:
    """What is known on the way: values that the suite gives, names that steps have saved, the one secret."""

    given: Mapping[str, str]
    saved: set[str] = field(default_factory=set)
    secret: str = ""
    lost: list[str] = field(default_factory=list)


def drafts_of(raw: Part, name: str) -> Iterator[Draft]:
    """Give the monitor that a suite becomes. Raises Impossible."""
    suite = without_environment(raw)
    walk, places, blocks = _Walk(dict(suite.pairs("context"))), set[str](), []
    for one in suite.parts("endpoints"):
        place, block = _step(one, walk)
        places.add(place)
        blocks.append(block)
    if len(places) != 1:
        raise Impossible("Its endpoints are on several hosts, and the steps of one monitor go to one. Add several.")
    lost = ["That redirects are followed: the answer of each step is judged as it is.", *walk.lost]
    if any(one.has("alerts") for one in (suite, *suite.parts("endpoints"))):
        lost.append("Its alerts: set up routes under Alerts.")
    yield Draft(
        name=name,
        kind="steps",
        target=places.pop(),
        options={"steps": "\n\n".join(blocks)} | ({"secret": walk.secret} if walk.secret else {}),
        interval_s=whole_seconds(suite.text("interval", "10m"), suite.at("interval"), lost),
        timeout_s=whole_seconds(suite.text("timeout", "5m"), suite.at("timeout"), lost),
        confirmations=1,
        tags=tags_of([suite.text("group")]),
        is_paused=not suite.flag("enabled", default=True),
        lost=tuple(lost),
    )


def _step(one: Part, walk: _Walk) -> tuple[str, str]:
    """Return the place of a step and its lines."""
    match = _PLACE.fullmatch(_filled(one.needed("url"), walk))
    if not match or any(one.has(key) for key in _CANNOT) or one.part("client").values.keys() - {"timeout", "insecure"}:
        raise Impossible(f"{one.at('url')}: of a suite, StatusWire makes plain requests of HTTP.")
    options, lost = request_of(one, "http")
    walk.lost += lost
    lines = [f"{options['method']} {match[2] or '/'}"]
    lines += [f"header: {_filled(line, walk)}" for line in options.get("headers", "").split("\n") if line]
    lines += _secret(options, walk)
    lines += [
        f"body: {_filled(line, walk)}".rstrip() for line in options.get("body", "").rstrip("\n").split("\n") if line
    ]
    lines += [f"expect: {condition}" for condition in _expected(one, walk)]
    lines += [f"save: {name} = {path}" for name, path in _saved(one.pairs("store"))]
    walk.saved |= {name for name, _ in one.pairs("store")}
    if one.flag("always-run"):
        walk.lost.append(f"That {one.text('name')[:40]} always runs: the first fault ends the steps.")
    return match[1], "\n".join(lines)


def _secret(options: Mapping[str, str], walk: _Walk) -> list[str]:
    """Return the header that sends a secret, which goes where secrets are stored. Raises Impossible for a second."""
    auth = options.get("auth")
    if auth is None:
        return []
    if auth == "basic":
        raise Impossible("A step logs in with a user and a password, which only a monitor of one request can.")
    secret = options["auth_secret"]
    if _CONTEXT.search(secret):  # what an earlier step was given
        value = _filled(secret, walk)
    elif walk.secret in ("", secret):
        walk.secret, value = secret, "{{secret}}"
    else:
        raise Impossible("Its steps send two secrets; one can be stored.")
    return [
        f"header: Authorization: Bearer {value}" if auth == "bearer" else f"header: {options['auth_name']}: {value}"
    ]


def _expected(one: Part, walk: _Walk) -> list[str]:
    given = [_CONTEXT.sub(lambda match: walk.given.get(match[1], match[0]), text) for text in one.texts("conditions")]
    found = judged("http", given, follows=False)
    walk.lost += found.lost + (
        ["How long the domain is registered: add a monitor of its kind."] if found.domain else []
    )
    statuses = [among("status", found.statuses.split(","))] if found.statuses else ["status >= 100"]
    return statuses + found.conditions


def _saved(store: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in store:
        match = _STORED.fullmatch(value)
        path = body_path(match[1]) if match else None
        if path is None or not _NAME.fullmatch(name):
            raise Impossible(f"A step keeps {name[:40]}, which is more than a value of the answer under a plain name.")
        yield name, path


def _filled(text: str, walk: _Walk) -> str:
    """Return a text with {{name}} for what earlier steps have saved, and with what the suite gives."""

    def value(match: re.Match[str]) -> str:
        if match[1] in walk.saved:
            return f"{{{{{match[1]}}}}}"
        if match[1] not in walk.given:
            raise Impossible(f"A step takes {match[1][:40]}, which no step before it has kept.")
        return walk.given[match[1]]

    return _CONTEXT.sub(value, text)
