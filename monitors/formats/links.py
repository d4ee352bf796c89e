"""Where a page's machine-readable side may lie: addresses to ask, likeliest first, from an address and its HTML."""

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit, urlunsplit

from monitors.formats import formats
from monitors.formats.base import Format, Sample
from monitors.formats.markup import Markup

# Asked first where a page bears no mark: most status pages are one of these, or have some feed. The rest follow by name:
# their pages bear marks, so that they seldom are what an unmarked page is, and a search asks a dozen times at most.
COMMON = (
    "statuspage_v2",
    "incidentio",
    "instatus",
    "betterstack",
    "cstate",
    "firehydrant",
    "statuspage_atom",
    "cachet",
)
USUAL = 4  # of them are asked in every folder before the others in any
ANY_FEED = ("rss_generic",)
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
MOST_LINKS = 4  # of a page's own feeds
# First parts of paths that lie below a status page, and are not the page's own folder.
INNER = {
    "api", "feed", "history", "history.atom", "history.rss", "incident", "incidents", "issues", "maintenance", "maintenances",
    "notices", "posts", "rss", "scheduled_maintenances", "subscribe", "uptime", "proxy", "default",
}  # fmt: skip


class _Links(Markup):
    """Collects the <link> elements of a page: (rel, type, href)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link" and len(self.found) < 200:
            given = {name: value or "" for name, value in attrs}
            self.found.append((given.get("rel", "").lower(), given.get("type", "").lower(), given.get("href", "")))


def candidates(sample: Sample) -> list[str]:
    """Return the addresses to ask after `sample`, the answer of the address that was pasted; each once.

    Other hosts may be among them, as the page named them: the caller guards every request.
    """
    known, first = _ordered(), len(COMMON) + len(ANY_FEED)
    pages = _pages(sample)
    marked = [format_ for format_ in known if _is_marked(format_, sample)]
    general = [format_ for format_ in known if not format_.vendor and format_ not in marked]
    found = [
        *(format_.vendor[sample.host] for format_ in known if sample.host in format_.vendor),
        *(address for format_ in marked for address in format_.addresses(sample)),
        *_endpoints(marked, pages),
        *_feeds(sample),
        *(
            page + format_.endpoints[0].format(host=urlsplit(page).netloc)
            for page in pages
            for format_ in general[:USUAL]
            if format_.endpoints
        ),
        *_endpoints([format_ for format_ in general if format_ in known[:first]], pages),
        *_endpoints(general, pages),
    ]
    return [address for address in dict.fromkeys(found) if address != sample.url and _is_web(address)]


def page_of(format_: Format, url: str) -> str:
    """Return the page below which one of the format's documents lies, or "" if `url` is none of them."""
    address = urlsplit(url)
    path = address.path + (f"?{address.query}" if address.query else "")
    for end in (*format_.endpoints, *(document.path for document in format_.documents)):
        end = end.format(host=address.netloc)
        if end and (path.endswith(end) or address.path.endswith(end.partition("?")[0])):
            folder = address.path.removesuffix(end.partition("?")[0])
            return urlunsplit((address.scheme, address.netloc, folder, "", ""))
    return ""


def is_first_document(format_: Format, url: str) -> bool:
    """Whether a feed of the format may have this address: it is an endpoint, or the format has none."""
    ends = [end.format(host=urlsplit(url).netloc) for end in format_.endpoints]
    return not ends or any(url.endswith(end) for end in ends)


def _ordered() -> list[Format]:
    known = formats()
    first = (*COMMON, *ANY_FEED)
    return [known[name] for name in (*first, *sorted(known.keys() - set(first)))]


def _is_marked(format_: Format, sample: Sample) -> bool:
    seen = sample.text.lower() if sample.is_html else ""
    return any(mark in seen or mark in sample.url.lower() for mark in format_.marks)


def _pages(sample: Sample) -> list[str]:
    """The folders in which the page's documents may lie: its own, what it calls canonical, its host's root."""
    address = urlsplit(sample.url)
    root = f"{address.scheme}://{address.netloc}"
    below = next((page for format_ in formats().values() if (page := page_of(format_, sample.url))), "")
    parts = [part for part in address.path.split("/") if part]
    if parts and "." in parts[-1]:
        parts.pop()  # a file
    inner = next((place for place, part in enumerate(parts) if part.lower() in INNER), len(parts))
    own = "/".join([root, *parts[:inner]])
    canonical = [_absolute(sample, href) for rel, _, href in _links(sample) if rel == "canonical" and href][:1]
    found = (below.rstrip("/"), own, *(page.split("?")[0].rstrip("/") for page in canonical), root)
    return list(dict.fromkeys(page for page in found if page and _is_web(page)))[:3]


def _endpoints(known: Iterable[Format], pages: Iterable[str]) -> Iterator[str]:
    known = list(known)
    for page in pages:
        host = urlsplit(page).netloc
        deepest = max((len(format_.endpoints) for format_ in known), default=0)
        for place in range(deepest):
            # Every format's likeliest place comes before anybody's second one.
            for format_ in known:
                if place < len(format_.endpoints):
                    yield page + format_.endpoints[place].format(host=host)


def _feeds(sample: Sample) -> list[str]:
    """The feeds that the page names itself, those of one incident left out."""
    found = [_absolute(sample, href) for rel, kind, href in _links(sample) if rel == "alternate" and kind in FEED_TYPES]
    return [url for url in found if "/incidents/" not in url][:MOST_LINKS]


def _links(sample: Sample) -> list[tuple[str, str, str]]:
    if not sample.is_html:
        return []
    parser = _Links()
    parser.feed(sample.text[:300_000])  # the head, and no page's last megabyte
    parser.close()
    return parser.found


def _absolute(sample: Sample, href: str) -> str:
    try:
        return urljoin(sample.url, href)
    except ValueError:
        return ""


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(address) <= 1000
    except ValueError:
        return False
