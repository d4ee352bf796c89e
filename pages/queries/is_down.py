"""How a provider stands: the answer to "is it down?", its evidence, and what neighbours have to do with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from incidents.core.wording import WITNESSES
from incidents.queries import (
    IncidentDetail,
    Lag,
    ProviderView,
    open_details,
    provider_states,
    provider_view,
    vendor_lags,
)
from monitors.core.states import State
from monitors.models import Provider
from pages.core.answer import answered, of_calm, of_trouble, verdict
from pages.core.neighbours import Kin, Neighbour, Note, notes
from pages.queries import visible
from pages.queries.day import CrowdView


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider is doing now. `details` are the open incidents with their words, the gravest first."""

    provider: Provider
    view: ProviderView
    details: tuple[IncidentDetail, ...]
    lag: Lag
    neighbours: tuple[Neighbour, ...]  # by name

    @property
    def state(self) -> State:
        """The state that answers the question: trouble in a part does not bring the whole down."""
        return answered(self.view.overall.state.state, self.view.state.state)

    @property
    def verdict(self) -> str:
        """Up, Degraded, Down or Unknown."""
        return verdict(self.state)

    @property
    def seen(self) -> tuple[tuple[str, datetime], ...]:
        """Who saw the gravest open incident, and since when: each source once, the first to see it first."""
        found: dict[str, datetime] = {}
        for sighting in self.details[0].sightings if self.details else ():
            found.setdefault(WITNESSES[sighting.source], sighting.first_at)
        return tuple(found.items())

    @property
    def parent(self) -> Neighbour | None:
        """The provider that this one is a part of, or stands on."""
        return next((one for one in self.neighbours if one.kin is Kin.PARENT), None)

    @property
    def children(self) -> tuple[Neighbour, ...]:
        return tuple(one for one in self.neighbours if one.kin is Kin.CHILD)

    @property
    def alternatives(self) -> tuple[Neighbour, ...]:
        """Those that its entry in the catalogue names, which is not symmetrical."""
        return tuple(one for one in self.neighbours if one.kin is Kin.ALTERNATIVE)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Which neighbours' open incidents may be what people report about this one."""
        return notes(self.provider.name, self.neighbours)


def standing(provider: Provider, now: datetime) -> Standing:
    """Return how a provider stands by the public's records, or an organization's own one by that organization's."""
    view = provider_view(provider, provider.organization_id, now)
    return Standing(
        provider,
        view,
        tuple(open_details(provider.organization_id, provider.id)),
        vendor_lags([provider.id], now)[provider.id],
        tuple(_neighbours(provider, now)),
    )


def evidence(page: Standing, people: CrowdView) -> str:
    """Say how sure we are and who saw what, of the gravest open incident or of there being none. Asks nothing."""
    if page.details:
        lead, *others = page.details
        return of_trouble(lead.incident.confidence, page.seen, len(others))
    return of_calm(page.view.state.state, people.total, people.last_quarter, people.usual)


def _neighbours(provider: Provider, now: datetime) -> Iterable[Neighbour]:
    """Return who has to do with a provider, by name; only those that everybody may see."""
    related = Q(id=provider.parent_id) | Q(parent=provider) | Q(alternative_to=provider)
    if provider.parent_id:
        related |= Q(parent=provider.parent_id)
    rows = visible.providers().filter(related).exclude(id=provider.id).distinct().order_by("name", "id")
    known = list(rows.annotate(is_alternative=Exists(provider.alternatives.filter(id=OuterRef("id")))))
    states = provider_states((row.id for row in known), now)
    for row in known:
        said = states[row.id]
        yield Neighbour(row.slug, row.name, said.state, _kin(provider, row, row.is_alternative), said.incident_uid)


def _kin(provider: Provider, other: Provider, is_alternative: bool) -> Kin:
    if other.id == provider.parent_id:
        return Kin.PARENT
    if other.parent_id == provider.id:
        return Kin.CHILD
    return Kin.ALTERNATIVE if is_alternative else Kin.SIBLING
