"""What a scope covers, and its name in words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScopeKey:
    """A scope by its narrowings; None or "" means "all". `country` is ISO 3166-1 alpha-2 in capitals.

    `group_id` is the component that the vendor lists `component_id` under, if any: a scope of the
    group covers the scopes of its members.
    """

    provider_id: int | None
    organization_id: int | None = None
    component_id: int | None = None
    country: str = ""
    carrier_id: int | None = None
    region: str = ""
    group_id: int | None = None

    @property
    def depth(self) -> int:
        """How many narrowings it has: the more, the more specific."""
        return sum(bool(part) for part in (self.component_id, self.country, self.carrier_id, self.region))


def covers(wide: ScopeKey, narrow: ScopeKey) -> bool:
    """Whether trouble in all of `wide` is trouble in `narrow`. A scope covers itself."""
    return (
        (wide.provider_id, wide.organization_id) == (narrow.provider_id, narrow.organization_id)
        and wide.component_id in (None, narrow.component_id, narrow.group_id)
        and wide.country in ("", narrow.country)
        and wide.carrier_id in (None, narrow.carrier_id)
        and wide.region in ("", narrow.region)
    )


def same(a: ScopeKey, b: ScopeKey) -> bool:
    return covers(a, b) and covers(b, a)


def related(a: ScopeKey, b: ScopeKey) -> bool:
    """Whether one covers the other; two carriers of one provider are strangers."""
    return covers(a, b) or covers(b, a)


@dataclass(frozen=True, slots=True)
class ScopeNames:
    """The names of a scope's parts, "" for what it is not narrowed to. `service` is the component's, if any."""

    provider: str = ""
    component: str = ""
    service: str = ""
    country: str = ""
    carrier: str = ""
    region: str = ""


def in_words(names: ScopeNames) -> str:
    """Return the scope as people say it: "SMS to NTT DOCOMO (Japan)", "Voice in Chile", "Twilio"."""
    base = names.component or names.provider or "Everything"
    place = ", ".join(part for part in (names.region, names.country) if part)
    # Messages go to a country; an API fails in one.
    to = "to" if names.service in MESSAGING else "in"
    if names.carrier:
        return f"{base} to {names.carrier}" + (f" ({place})" if place else "")
    return f"{base} {to} {place}" if place else base


MESSAGING = frozenset({"sms", "mms", "whatsapp", "rcs", "voice", "verify", "fax", "email"})


def several_in_words(words: Sequence[str]) -> str:
    """Return one phrase for scopes that fail together: the first, and how many more."""
    first, *more = words
    return f"{first} and {len(more)} more" if more else first
