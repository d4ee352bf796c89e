"""What "Is X down?" tells programs: search engines (schema.org) and chats that draw a card of a link (Open Graph)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as programs get it: what the page says, when it was true, and nothing better.

    `address` and `vendor_page` are URLs, `vendor_page` "" where we know none. `as_of` is None where nobody has looked yet.
    """

    name: str
    verdict: str  # Up, Degraded, Down or Unknown
    sentence: str
    as_of: datetime | None
    address: str
    vendor_page: str

    @property
    def question(self) -> str:
        return f"Is {self.name} down?"

    @property
    def title(self) -> str:
        return f"{self.question} {self.verdict}"

    @property
    def words(self) -> str:
        """The answer with its age: a card of a link is kept for days where it was posted."""
        when = f"As of {self.as_of.astimezone(UTC):%-d %B %Y, %H:%M} UTC." if self.as_of else "Nobody has looked yet."
        return f"{self.sentence} {when}"

    def graph(self) -> Mapping[str, Any]:
        """Return the page, the service that it is about, and the question with its answer, by schema.org."""
        service = {"@type": "Service", "@id": f"{self.address}#service", "name": self.name}
        answer = {"@type": "Answer", "text": f"{self.verdict}. {self.words}", "url": self.address}
        question = {"@type": "Question", "name": self.question, "acceptedAnswer": answer}
        page: dict[str, Any] = {
            "@type": ["WebPage", "FAQPage"],
            "@id": self.address,
            "url": self.address,
            "name": self.title,
            "description": self.words,
            "inLanguage": "en",
            "about": {"@id": service["@id"]},
            "mainEntity": [question],
        }
        if self.as_of:
            page["dateModified"] = answer["dateCreated"] = self.as_of.astimezone(UTC).isoformat(timespec="seconds")
        if self.vendor_page:
            service["sameAs"] = self.vendor_page
        return {"@context": "https://schema.org", "@graph": [page, service]}
