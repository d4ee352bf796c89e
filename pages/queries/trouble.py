"""What is the matter now and what touched some scopes lately. `owner` is as in pages.queries.visible."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from incidents.models import Impact, Incident
from incidents.queries.naming import PARTS, country_name, words_of
from monitors.core.states import State
from monitors.models import OfficialPost, OfficialPostScope, Scope
from pages.queries import visible

RECENT = timedelta(days=90)
MOST = 100  # scopes in trouble that one page lists

_Where = tuple[str, str, str]  # country, slug of the carrier, words


@dataclass(frozen=True, slots=True)
class Trouble:
    """A scope that an open incident impairs."""

    provider: str
    provider_slug: str
    words: str
    state: State
    since: datetime
    uid: str
    title: str


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or a carrier in it, with how many things happened there; `slug` is the carrier's, "" for a country."""

    country: str  # ISO 3166-1 alpha-2
    slug: str
    words: str
    number: int
    in_trouble: bool


def incidents_of(scopes: "QuerySet[Scope]", owner: int | None = None) -> "QuerySet[Incident]":
    """Return the records that impaired one of `scopes`."""
    return visible.incidents(owner).filter(Exists(Impact.objects.filter(incident=OuterRef("pk"), scope__in=scopes)))


def posts_of(scopes: "QuerySet[Scope]", owner: int | None = None) -> "QuerySet[OfficialPost]":
    """Return vendors' posts about one of `scopes` that no record holds."""
    about = OfficialPostScope.objects.filter(post=OuterRef("pk"), scope__in=scopes)
    return visible.posts_alone(owner).filter(Exists(about))


def troubles(scopes: "QuerySet[Scope]", owner: int | None = None) -> list[Trouble]:
    """Return which of `scopes` are impaired now, the worst and then the latest first. One query."""
    now = visible.impacts(owner).filter(scope__in=scopes, ended_at=None)
    rows = now.select_related("incident", *(f"scope__{part}" for part in PARTS))
    return [
        Trouble(
            provider=impact.scope.provider.name if impact.scope.provider else "",
            provider_slug=impact.scope.provider.slug if impact.scope.provider else "",
            words=words_of(impact.scope),
            state=impact.state,
            since=impact.began_at,
            uid=impact.incident.uid,
            title=impact.incident.title,
        )
        for impact in rows.order_by("-state", "-began_at", "-id")[:MOST]
    ]


def places(scopes: "QuerySet[Scope]", now: datetime, *, owner: int | None = None, carriers: bool = True) -> list[Place]:
    """Return the countries and carriers that something happened to in 90 days: in trouble now first, then the most.

    Without `carriers` what happened to one is its country's.

    Three queries. What is counted are impacts of our records, and vendors' posts that none of them holds.
    """
    narrowed = scopes.exclude(country="", carrier=None).select_related(*PARTS)
    known = {scope.id: _place_of(scope, carriers=carriers) for scope in narrowed}
    lasted = Q(ended_at=None) | Q(ended_at__gte=now - RECENT)
    felt = visible.impacts(owner).filter(lasted, scope__in=known)
    impacts = list(felt.values_list("incident", "scope", "ended_at"))
    posts = visible.posts_alone(owner).filter(began_at__gte=now - RECENT, began_at__lte=now, kind="incident")
    told = OfficialPostScope.objects.filter(scope__in=known, post__in=posts).values_list("post", "scope")
    happened = {(f"incident:{incident}", scope) for incident, scope, _ in impacts} | {
        (f"post:{post}", scope) for post, scope in told
    }
    troubled = {scope for _, scope, ended_at in impacts if ended_at is None}
    return _places(known, happened, troubled)


def _places(known: Mapping[int, _Where], happened: Iterable[tuple[str, int]], troubled: set[int]) -> list[Place]:
    """Count each thing once per place, whatever number of scopes there it touched."""
    once = {(what, known[scope]) for what, scope in happened}
    numbers = Counter(place for _, place in once)
    now = {known[scope] for scope in troubled}
    found = [Place(*place, number, place in now) for place, number in numbers.items()]
    return sorted(found, key=lambda place: (not place.in_trouble, -place.number, place.words))


def _place_of(scope: Scope, *, carriers: bool) -> _Where:
    carrier = scope.carrier
    if carrier and carriers:
        return carrier.country, carrier.slug, f"{carrier.name} ({country_name(carrier.country)})"
    code = carrier.country if carrier else scope.country
    return code, "", country_name(code)
