"""Which format reads a body: each format judges by its own marks, and must then be able to read it."""

import json
import re
from dataclasses import dataclass

from monitors.formats import formats
from monitors.formats.base import Claim, Format, Sample, Snapshot, UnreadableFeed
from monitors.formats.reading import LARGEST_BODY, decode

_JSONP = re.compile(r"^[\w.$]{1,80}\((.*)\)\s*;?$", re.DOTALL)
_CHALLENGES = ("just a moment...", "cf-challenge", "_incapsula_resource", "attention required! | cloudflare")


@dataclass(frozen=True, slots=True)
class Match:
    """A format, how surely it is the body's, and what it read in the body."""

    name: str
    claim: Claim
    snapshot: Snapshot


class NotDetected(Exception):
    """No format reads the body; the message says what the body is instead."""


def sample_of(body: bytes, url: str = "") -> Sample:
    """Look at a body once for all formats. Raises nothing, whatever the bytes."""
    try:
        text = decode(body).strip("\ufeff \t\r\n") if len(body) <= LARGEST_BODY else ""
    except UnreadableFeed:  # another charset: marks are ASCII, and feeds say their own
        text = body.decode("latin-1").strip() if body.lstrip()[:1] == b"<" else ""
    return Sample(text, None if text.startswith("<") else _document(text), url)


def match(body: bytes, url: str = "") -> Match:
    """Return the most specific format that reads `body`. Raises NotDetected."""
    sample = sample_of(body, url)
    known = formats()
    claims = sorted(((format_.claims(sample), name) for name, format_ in known.items()), key=lambda c: (-c[0], c[1]))
    refusals = []
    for claim, name in claims:
        if claim is Claim.NO:
            break
        try:
            return Match(name, claim, known[name].parse(body))
        except UnreadableFeed as error:
            refusals.append(f"It looks like {known[name].label}, but cannot be read: {error}")
    if refusals:
        raise NotDetected(refusals[0])
    only = _only_reader(body, sample, known)
    if only is None:
        raise NotDetected(described(body, sample))
    return only


def described(body: bytes, sample: Sample) -> str:
    """Say in a sentence what a body is that no format reads."""
    if not body.strip():
        return "The answer is empty."
    if sample.is_html:
        if any(mark in sample.head for mark in _CHALLENGES):
            return "The site answers with a challenge for browsers, which a program cannot pass."
        return "The answer is a web page without data that we can read."
    if sample.document is not None:
        return "The answer is JSON, but of no status page that we know."
    if sample.is_feed or sample.text.startswith("<"):
        return "The answer is XML, but no feed that can be read."
    return "The answer is neither JSON, nor a feed, nor a web page."


def _only_reader(body: bytes, sample: Sample, known: dict[str, Format]) -> Match | None:
    """Try the formats without marks. Several that can read it, or one that is unsure of a word, are a guess: none."""
    if sample.document is None or len(body) > LARGEST_BODY:
        return None
    found = []
    for name, format_ in known.items():
        if format_.has_marks:
            continue
        try:
            snapshot = format_.parse(body)
        except UnreadableFeed:
            continue
        if (snapshot.components or snapshot.posts) and not snapshot.unknown_words:
            found.append(Match(name, Claim.LIKELY, snapshot))
    return found[0] if len(found) == 1 else None


def _document(text: str) -> object:
    wrapped = _JSONP.match(text)
    try:
        found: object = json.loads(wrapped[1] if wrapped else text)
    except (ValueError, RecursionError):
        return None
    return found
