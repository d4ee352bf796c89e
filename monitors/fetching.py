"""Ask for the documents of many feeds at once: one loop, few connections per host, conditional requests."""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from kit.addresses import AddressRefused, Lookup, system_lookup
from kit.guarded_http import Answer, FetchFailed, fetch

logger = logging.getLogger(__name__)

DEADLINE_S = 15  # of one document, redirects included
MOST_BYTES = 4_000_000  # Twilio's history has 0.5 MB, Salesforce's instances 1.5 MB
PER_HOST = 2
AT_ONCE = 150
LONGEST_RETRY_S = 3600


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document of a feed, and what we know of its last body. `digest` is "" where we have none.

    `verify`: an answer of "not modified" is not believed, but checked against the body in full.
    """

    feed_id: int
    name: str
    url: str
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    verify: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """How asking for a document ended: with a new body, unchanged, or with an error in words.

    `retry_after_s` is what the server asked for, at most an hour; None where it asked for nothing.
    `is_missing` says that there is no such document, so asking again is useless. `is_verified`: "not modified"
    was checked, and a new body then shows that it was not true.
    """

    wanted: Wanted
    status: int | None = None
    body: bytes | None = field(default=None, repr=False)
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    error: str = ""
    retry_after_s: int | None = None
    is_verified: bool = False

    @property
    def is_unchanged(self) -> bool:
        return not self.error and self.body is None

    @property
    def is_missing(self) -> bool:
        return self.status in (401, 403, 404, 410)


def fetch_all(
    wanted: Sequence[Wanted], *, user_agent: str, allowed: Collection[str], lookup: Lookup = system_lookup
) -> list[Fetched]:
    """Ask for all of them and return how each ended, in the same order. Blocks; raises nothing expected."""
    return asyncio.run(_fetch_all(wanted, user_agent, allowed, lookup))


async def _fetch_all(
    wanted: Sequence[Wanted], user_agent: str, allowed: Collection[str], lookup: Lookup
) -> list[Fetched]:
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
    total = asyncio.Semaphore(AT_ONCE)

    async def one(document: Wanted) -> Fetched:
        async with hosts[_place(document.url)], total:
            return await _fetch_one(document, user_agent, allowed, lookup)

    return list(await asyncio.gather(*(one(document) for document in wanted)))


async def _fetch_one(document: Wanted, user_agent: str, allowed: Collection[str], lookup: Lookup) -> Fetched:
    try:
        found = _fetched(document, await _asked(document, user_agent, allowed, lookup))
        if found.status == 304 and document.verify:
            full = _fetched(document, await _asked(replace(document, digest=""), user_agent, allowed, lookup))
            return found if full.error else replace(full, is_verified=True)
    except (AddressRefused, FetchFailed) as error:
        return Fetched(document, error=str(error))
    except Exception:
        # One document must not cost the others their reading.
        logger.exception("Feed %s: asking for its document %s broke", document.feed_id, document.name)
        return Fetched(document, error="We made a mistake in asking for it; the log has the details.")
    return found


async def _asked(document: Wanted, user_agent: str, allowed: Collection[str], lookup: Lookup) -> Answer:
    headers = {"User-Agent": user_agent, "Accept": "application/json, application/xml;q=0.9, */*;q=0.5"}
    if document.digest and document.etag:
        headers["If-None-Match"] = document.etag
    if document.digest and document.last_modified:
        headers["If-Modified-Since"] = document.last_modified
    return await fetch(
        document.url,
        headers=headers,
        deadline_s=DEADLINE_S,
        max_bytes=MOST_BYTES,
        allowed=allowed,
        keep_path=True,
        lookup=lookup,
    )


def _fetched(document: Wanted, answer: Answer) -> Fetched:
    if answer.status == 304 and document.digest:
        return Fetched(document, 304, None, document.etag, document.last_modified, document.digest)
    if answer.status != 200:
        host = urlsplit(document.url).hostname
        error = f"{host} answered {answer.status} for the document {document.name}."
        return Fetched(document, answer.status, error=error, retry_after_s=_retry_after(answer))
    digest = hashlib.sha256(answer.body).hexdigest()
    body = None if digest == document.digest else answer.body
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    # A validator that does not fit its column is no use.
    return Fetched(document, 200, body, etag if len(etag) <= 500 else "", modified[:100], digest)


def _place(url: str) -> str:
    """Return the host and port of an address, or nothing where it is none: asking for it says so in its turn."""
    try:
        return urlsplit(url).netloc
    except ValueError:  # "http://[::1"
        return ""


def _retry_after(answer: Answer) -> int | None:
    """Return what Retry-After says, in seconds, from its two forms; the date counts from the server's own."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:10]), LONGEST_RETRY_S)
    try:
        until, date = parsedate_to_datetime(value), parsedate_to_datetime(answer.headers.get("date", ""))
        return min(max(0, int((until - date).total_seconds())), LONGEST_RETRY_S)
    except (ValueError, TypeError):
        return None
