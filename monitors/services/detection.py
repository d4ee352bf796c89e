"""Find the format and the feed behind an address that somebody pasted. Asks other people's servers; stores nothing."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from kit.addresses import AddressRefused
from kit.guarded_http import Answer, FetchFailed, fetch
from monitors.formats import formats
from monitors.formats.base import Claim, Snapshot, UnreadableFeed
from monitors.formats.detect import Match, NotDetected, match, sample_of
from monitors.formats.links import candidates, is_first_document, page_of
from monitors.services.official import merged

logger = logging.getLogger(__name__)

MOST_REQUESTS = 12  # for one address, redirects not counted
DEADLINE_S = 25.0  # for all of them
REQUEST_S = 8.0
MOST_BYTES = 4_000_000
MOST_REFUSED = 3  # answers of 429 or 5xx after which the host is left in peace
_HTTP = re.compile(r"^[a-z][a-z0-9+.-]*://", re.I)

# Gives the answer of an address. Raises AddressRefused or FetchFailed.
Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One address that was asked, and what came of it in words; "" where it was taken."""

    url: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Detection:
    """What an address came to. `format` is "" where nothing was found; then `reason` says why and what to do."""

    asked: str
    format: str = ""
    feed_url: str = ""
    page_url: str = ""
    claim: Claim = Claim.NO
    snapshot: Snapshot = field(default=Snapshot(), repr=False)
    reason: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_found(self) -> bool:
        return bool(self.format)

    @property
    def label(self) -> str:
        return formats()[self.format].label if self.format else ""


@dataclass(frozen=True, slots=True)
class _Found:
    match: Match
    url: str

    @property
    def is_final(self) -> bool:
        """Whether looking on could find nothing better."""
        return self.match.claim >= Claim.LIKELY and is_first_document(formats()[self.match.name], self.url)


def with_scheme(address: str) -> str:
    """Return a pasted address as one that can be asked: people leave the scheme out."""
    address = address.strip()
    return address if not address or _HTTP.match(address) else f"https://{address}"


def detect(address: str, *, user_agent: str, allowed: Collection[str] = ()) -> Detection:
    """Ask for a pasted address and for what it leads to; return what can be read there, or why nothing can.

    Blocks for at most 25 seconds. Raises nothing that an address or a server can bring about.
    """
    headers = {"User-Agent": user_agent, "Accept": "application/json, text/html;q=0.9, */*;q=0.5"}

    async def ask(url: str) -> Answer:
        return await fetch(
            url, headers=headers, deadline_s=REQUEST_S, max_bytes=MOST_BYTES, allowed=allowed, keep_path=True
        )

    return asyncio.run(_Search(with_scheme(address), ask).run())


class _Search:
    """One search: what was asked so far, the best that was found, and how much may still be asked."""

    def __init__(self, address: str, ask: Ask) -> None:
        self.address = address
        self.ask = ask
        self.attempts: list[Attempt] = []
        self.best: _Found | None = None
        self.refused = 0
        self.ends_at = time.monotonic() + DEADLINE_S

    async def run(self) -> Detection:
        first = await self._answer(self.address)
        if first is None:
            return self._result("")
        # A wrong path may answer 404 where the host's status page is alive, so that is no reason to stop.
        queue = candidates(sample_of(first.body if first.status == 200 else b"", first.url))
        self._take(first)
        for url in queue:
            if self._is_over():
                break
            if (answer := await self._answer(url)) is not None:
                self._take(answer)
        snapshot = await self._whole() if self.best else Snapshot()
        return self._result(first.url, snapshot)

    def _is_over(self) -> bool:
        spent = len(self.attempts) >= MOST_REQUESTS or time.monotonic() > self.ends_at - 1
        return spent or self.refused >= MOST_REFUSED or (self.best is not None and self.best.is_final)

    async def _answer(self, url: str) -> Answer | None:
        """Ask once; None, with the reason kept, where there is no answer at all."""
        try:
            async with asyncio.timeout(max(0.1, self.ends_at - time.monotonic())):
                return await self.ask(url)
        except (AddressRefused, FetchFailed) as error:
            self.attempts.append(Attempt(url, str(error)))
        except TimeoutError:
            self.attempts.append(Attempt(url, "There was no time left for it."))
        except Exception:
            # What a stranger pasted must not become a page of ours that breaks.
            logger.exception("Asking for a pasted address broke")
            self.attempts.append(Attempt(url, "We made a mistake in asking for it; the log has the details."))
        return None

    def _take(self, answer: Answer) -> None:
        """Judge an answer, and keep it if it is surer than what there is."""
        if answer.status != 200:
            self.refused += answer.status == 429 or answer.status >= 500
            self.attempts.append(Attempt(answer.url, _said(answer)))
            return
        try:
            found = match(answer.body, answer.url)
        except NotDetected as refusal:
            self.attempts.append(Attempt(answer.url, str(refusal)))
            return
        self.attempts.append(Attempt(answer.url))
        if self.best is None or _rank(found, answer.url) > _rank(self.best.match, self.best.url):
            self.best = _Found(found, answer.url)

    async def _whole(self) -> Snapshot:
        """What the feed's first document says, together with its others that each poll asks for."""
        assert self.best
        format_ = formats()[self.best.match.name]
        page = page_of(format_, self.best.url)
        snapshots = [self.best.match.snapshot]
        for document in format_.documents[1:] if page else ():
            if document.every > 1 or len(self.attempts) >= MOST_REQUESTS:
                continue
            answer = await self._answer(page + document.path)
            if answer is None or answer.status != 200:
                continue
            try:
                snapshots.append(format_.parse(answer.body))
            except UnreadableFeed as refusal:
                self.attempts.append(Attempt(answer.url, str(refusal)))
        return merged(snapshots)

    def _result(self, landed: str, snapshot: Snapshot | None = None) -> Detection:
        attempts = tuple(self.attempts)
        if self.best is None or snapshot is None:
            return Detection(self.address, reason=_why(attempts), attempts=attempts)
        name, url = self.best.match.name, self.best.url
        page = page_of(formats()[name], url) or (landed if _is_page(landed, url) else _root(landed or url))
        return Detection(self.address, name, url, page, self.best.match.claim, snapshot, attempts=attempts)


def _is_page(landed: str, feed_url: str) -> bool:
    """Whether what was pasted is a page for people: it is not the feed itself, or the feed is read from a page."""
    return bool(landed) and (landed != feed_url or "." not in urlsplit(landed).path.rpartition("/")[2])


def _rank(found: Match, url: str) -> tuple[Claim, bool, int]:
    """The surer the better; of equals, a feed's first document, and then the one that said more."""
    said = len(found.snapshot.components or ()) + len(found.snapshot.posts)
    return found.claim, is_first_document(formats()[found.name], url), said


def _root(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/", "", ""))


def _said(answer: Answer) -> str:
    host = urlsplit(answer.url).hostname
    told = {
        401: "asks for a login: the page is private",
        403: "refuses programs (403)",
        404: "has nothing there (404)",
        410: "says that it is gone for good (410)",
        429: "asks us to come back later (429)",
    }
    return f"{host} {told.get(answer.status, f'answered {answer.status}')}."


def _why(attempts: tuple[Attempt, ...]) -> str:
    """Say why nothing was found, and what to do: the first answer is what the person pasted."""
    first = attempts[0].reason if attempts else ""
    if len(attempts) == 1:
        return f"{first} Check the address."
    places = len(attempts) - 1
    return (
        f"{first} We looked for a feed in {places} more place{'s' if places != 1 else ''} and found none that we can read. "
        "Paste the address of the status page itself, or of its RSS, Atom or JSON feed."
    ).strip()
