"""What the address of an organization's delivery page asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from monitors.queries.delivery_sums import Window

WINDOWS = {Window.HOUR: "1 hour", Window.DAY: "24 hours", Window.WEEK: "7 days"}
BY = {"country": "By country", "carrier": "By carrier"}


@dataclass(frozen=True, slots=True)
class Way:
    """A link on the page."""

    label: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A window, a provider (slug), a component (id), a country (ISO 3166-1 alpha-2), the heat map's rows (BY), and a
    page from 1 on. What is empty means all."""

    window: Window = Window.DAY
    provider: str = ""
    component: str = ""
    country: str = ""
    by: str = "country"
    page: int = 1

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Asked":
        """Read an address; what makes no sense is left out."""
        window, by, page = values.get("window", ""), values.get("by", ""), values.get("page", "")
        component = values.get("component", "")
        return cls(
            window=Window(window) if window in set(Window) else Window.DAY,
            provider=values.get("provider", "")[:60],
            component=component if component.isascii() and component.isdigit() else "",
            country=values.get("country", "")[:2].upper(),
            by=by if by in BY else "country",
            page=int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else 1,
        )

    @property
    def windows(self) -> list[Way]:
        return [Way(words, self.address(window=one, page=1), one == self.window) for one, words in WINDOWS.items()]

    @property
    def rows(self) -> list[Way]:
        """What the heat map can have rows of."""
        return [Way(words, self.address(by=one), one == self.by) for one, words in BY.items()]

    @property
    def window_words(self) -> str:
        return WINDOWS[self.window]

    @property
    def everywhere(self) -> str:
        """The address without narrowing."""
        return Asked(window=self.window, by=self.by).address()

    @property
    def narrows(self) -> bool:
        return bool(self.provider or self.component or self.country)

    def address(self, **changes: str | int) -> str:
        """Return the query of an address that asks for this with changes: "?window=1h&page=2"."""
        values = {
            "window": str(self.window),
            "provider": self.provider,
            "component": self.component,
            "country": self.country,
            "by": self.by,
            "page": self.page,
        } | changes
        usual = {("window", "24h"), ("by", "country"), ("page", 1)}
        return "?" + urlencode({name: value for name, value in values.items() if value and (name, value) not in usual})
