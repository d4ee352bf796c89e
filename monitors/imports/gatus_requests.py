"""What an endpoint of Gatus sends, and what it takes from the environment of Gatus, which no file tells."""

import json
import re

from monitors.imports.base import Impossible
from monitors.imports.parts import Part
from monitors.imports.writing import headers_of, without_ours

_VARIABLE = re.compile(r"\$(\{[^}]*\}?|[A-Za-z0-9_]+|[*#@!?-])")
_NAME = re.compile(r"\$\{[A-Za-z0-9_]+\}|\$[A-Z][A-Z0-9_]+")
_RANDOM = re.compile(r"\[RANDOM_STRING_(\d{1,9})\]")
_MOST_RANDOM = 8192
_ELSEWHERE = ("alerts", "ui", "token")  # what is not carried over may come from wherever


def without_environment(one: Part) -> Part:
    """Return an entry with $$ for $, as Gatus reads it. Raises Impossible where it has a variable."""
    return Part(
        {key: value if key in _ELSEWHERE else _expanded(value, one.at(str(key))) for key, value in one.values.items()},
        one.place,
    )


def _expanded(value: object, place: str) -> object:
    if isinstance(value, dict):
        return {key: _expanded(inner, f"{place}.{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [_expanded(inner, f"{place}[{number}]") for number, inner in enumerate(value)]
    if not isinstance(value, str) or "$" not in value:
        return value
    pieces = value.split("$$")
    if match := next(filter(None, map(_VARIABLE.search, pieces)), None):
        name = match[0][:60] if _NAME.fullmatch(match[0]) else "$…"  # which may be a piece of a password
        raise Impossible(
            f"{place[:100]} takes a value from Gatus' environment. Write it into the file, in place of {name}."
        )
    return "$".join(pieces)


def request_of(one: Part, kind: str) -> tuple[dict[str, str], list[str]]:
    """Return the options that say what is sent, and what is not carried over."""
    body, lost = _body(one)
    if _RANDOM.search(body):
        body = _RANDOM.sub(lambda match: "x" * min(int(match[1]), _MOST_RANDOM), body)
        lost.append("Its random text: the same is sent at each check.")
    if kind == "http":
        return _http(one, body, lost), lost
    if kind == "tcp":
        return ({"send": _escaped(body)} if body else {}), lost
    if kind == "websocket":
        told = ["Its message: the WebSocket is opened and closed again."] if body else []
        return headers_of(without_ours(one.pairs("headers"), lost)), lost + told
    return ({"encryption": "STARTTLS"} if kind == "smtp" else {}), lost + (["What it sends."] if body else [])


def _http(one: Part, body: str, lost: list[str]) -> dict[str, str]:
    headers = without_ours(one.pairs("headers"), lost, one.text("url"))
    if one.flag("graphql"):
        body = json.dumps({"query": body})  # recognised as JSON when it is sent
    return {
        "method": one.text("method", "GET").upper(),
        **headers_of(headers),
        **({"body": body} if body else {}),
    }


def _body(one: Part) -> tuple[str, list[str]]:
    text = one.exactly("body")
    for word, key in (("[ENDPOINT_NAME]", "name"), ("[ENDPOINT_GROUP]", "group"), ("[ENDPOINT_URL]", "url")):
        text = text.replace(word, one.text(key))
    return text, []


def _escaped(text: str) -> str:
    r"""Return a text as a TCP monitor takes it, with \r, \n and \t."""
    for raw, written in (("\\", "\\\\"), ("\r", "\\r"), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(raw, written)
    return text
