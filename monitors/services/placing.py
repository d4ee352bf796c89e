"""Find the scopes that a post is about: by the words of its title, else by the components it names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitors.core.states import State, worst
from monitors.core.titles import CarrierRef, TitleReading, read_title
from monitors.formats.base import PostKind, PostReading
from monitors.models import Carrier, Component, OfficialPost, OfficialPostScope, Provider, Scope
from monitors.services.scopes import SERVICE_NAMES, component_for, scope_of

MOST_SCOPES = 60  # of one post; a post about everything names the component
COMMS = "comms"
NO_FAILURE = ("none", "other")  # the title tells of none


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, beside its component."""

    country: str = ""
    carrier: Carrier | None = None
    region: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """The scopes of one post, the state it puts them in, and its words that no table knows."""

    scopes: tuple[Scope, ...]
    state: State
    unplaced: tuple[str, ...] = ()


@dataclass(slots=True)
class Placer:
    """Places the posts of one provider; remembers what it has looked up."""

    provider: Provider
    _services: dict[str, Component] = field(default_factory=dict)
    _scopes: dict[tuple[object, ...], Scope] = field(default_factory=dict)
    _carriers: dict[tuple[str, str], Carrier] | None = None

    def place(self, posts: Sequence[tuple[OfficialPost, PostReading]]) -> int:
        """Link each post to its scopes, in place of those it had; return how many found none."""
        by_id = self._named(posts)
        links, unplaced = [], 0
        for post, reading in posts:
            named = [by_id[c] for c, _ in reading.components if c in by_id]
            body = reading.updates[0].body if reading.updates else ""
            found = self._placement(post, body, [state for _, state in reading.components], named)
            post.named = [component.id for component in named]
            post.is_placed, post.unplaced = bool(found.scopes), list(found.unplaced)
            unplaced += not post.is_placed
            links += [OfficialPostScope(post=post, scope=scope, state=found.state) for scope in found.scopes]
        OfficialPostScope.objects.filter(post__in=[post.id for post, _ in posts]).delete()
        OfficialPostScope.objects.bulk_create(links, batch_size=500)
        OfficialPost.objects.bulk_update(
            [post for post, _ in posts], ["is_placed", "unplaced", "named"], batch_size=500
        )
        return unplaced

    def place_again(self, post: OfficialPost) -> bool:
        """Place a stored post by what is known now; return whether that changed anything."""
        links = list(post.post_scopes.all())
        first = post.updates.order_by("at", "id").first()
        named = list(Component.objects.filter(id__in=post.named))
        found = self._placement(post, first.body if first else "", [link.state for link in links], named)
        before = (post.is_placed, post.unplaced, {link.scope_id for link in links})
        if before == (bool(found.scopes), list(found.unplaced), {scope.id for scope in found.scopes}):
            return False
        post.is_placed, post.unplaced = bool(found.scopes), list(found.unplaced)
        post.save(update_fields=["is_placed", "unplaced"])
        post.post_scopes.all().delete()
        OfficialPostScope.objects.bulk_create(
            OfficialPostScope(post=post, scope=scope, state=found.state) for scope in found.scopes
        )
        return True

    def _placement(
        self, post: OfficialPost, body: str, states: Sequence[State], named: Sequence[Component]
    ) -> Placement:
        words = read_title(post.title, body)
        places, unknown = self._places(words)
        components: list[Component | None] = [*(self._components(words) or named)]
        state = state_of(post, states, words)
        if not components and places == [Place()] and state < State.PARTIAL_OUTAGE:
            return Placement((), state, tuple(words.unplaced))  # "something is slow" does not speak of a whole vendor
        pairs = [(component, place) for component in (components or [None]) for place in places]
        scopes = dict.fromkeys(self._scope(component, place) for component, place in pairs[:MOST_SCOPES])
        return Placement(tuple(scopes), state, (*unknown, *words.unplaced))

    def _components(self, words: TitleReading) -> list[Component]:
        """The components that stand for the channels of a title; only messaging providers speak in channels."""
        if self.provider.category != COMMS:
            return []
        return [self._service(name) for name in words.channels if name in SERVICE_NAMES]

    def _places(self, words: TitleReading) -> tuple[list[Place], list[str]]:
        """The places of a title, and its carriers that our table lacks: those stand for their country."""
        places, unknown = [], []
        for ref in words.carriers:
            carrier = self._carrier(ref)
            if carrier is None:
                unknown.append(f"{ref.name} ({ref.country})" if ref.country else ref.name)
            if carrier or ref.country:
                places.append(Place(ref.country, carrier))
        covered = {place.country for place in places}
        places += [Place(country) for country in words.countries if country not in covered]
        if not places:
            places = [Place(region=region) for region in words.regions]
        return list(dict.fromkeys(places)) or [Place()], unknown

    def _carrier(self, ref: CarrierRef) -> Carrier | None:
        if self._carriers is None:
            self._carriers = {(row.name, row.country): row for row in Carrier.objects.all()}
        return self._carriers.get((ref.name, ref.country))

    def _service(self, name: str) -> Component:
        if name not in self._services:
            self._services[name] = component_for(self.provider, name)
        return self._services[name]

    def _scope(self, component: Component | None, place: Place) -> Scope:
        key = (component and component.id, place.country, place.carrier and place.carrier.id, place.region)
        if key not in self._scopes:
            self._scopes[key] = scope_of(
                self.provider,
                component=component,
                country=place.country,
                carrier=place.carrier,
                region=place.region[:60],
            )
        return self._scopes[key]

    def _named(self, posts: Iterable[tuple[OfficialPost, PostReading]]) -> dict[str, Component]:
        ids = set(_named_ids(posts))
        rows = Component.objects.filter(provider=self.provider, external_id__in=ids, is_group=False)
        return {row.external_id: row for row in rows}


def _named_ids(posts: Iterable[tuple[OfficialPost, PostReading]]) -> Iterator[str]:
    for _, reading in posts:
        for component, _state in reading.components:
            yield component


def state_of(post: OfficialPost, states: Sequence[State], words: TitleReading) -> State:
    """The state that a post puts its scopes in.

    Twilio gives some plain delivery delays the impact "maintenance": what the title says weighs more.
    A feed that never says how bad an incident is still says that there is one: degraded, or as bad as
    it says of the components: their `states`.
    """
    if post.kind == PostKind.MAINTENANCE.value:
        return State.MAINTENANCE
    if post.kind == PostKind.INCIDENT.value and post.impact is State.UNKNOWN:
        return worst([State.DEGRADED, *states])
    if post.impact is State.MAINTENANCE and words.failure not in NO_FAILURE and not words.maintenance:
        return State.DEGRADED
    return State(post.impact)
