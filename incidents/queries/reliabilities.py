"""What each audience's sources are worth about a provider, and the incidents that are over to learn it from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Min, Q

from incidents.core.fuse import BY_HAND, Evidence, Weights, doubting_people
from incidents.core.reliability import Outcome, Tally, weights_of
from incidents.core.withdrawn import takes_back
from incidents.models import Reliability, Sighting
from incidents.queries.confusion import confused_with
from monitors.core.states import Source, State
from monitors.models import OfficialUpdate

CLOSING = ("resolved", "postmortem")  # phases in which a vendor says what it was


def tallies(provider_id: int | None, organization_id: int | None) -> dict[Source, Tally]:
    """Return how each source did in a provider's incidents, as one audience knows them. One query."""
    if provider_id is None:  # an organization's own system
        return {}
    rows = Reliability.objects.filter(Q(organization_id=organization_id), provider_id=provider_id)
    return {Source(row.source): Tally(row.right, row.wrong, row.prompt, row.missed) for row in rows}


def weights_about(provider_id: int | None, organization_id: int | None) -> Weights:
    """Return how one audience weighs a provider's sources. One query."""
    known = tallies(provider_id, organization_id)
    return weights_of(known) if known else BY_HAND


def weighing(provider_id: int | None, organization_id: int | None, evidence: Iterable[Evidence]) -> tuple[Weights, str]:
    """Return how one audience weighs this evidence, and whom people may mean instead ("": nobody).

    One query, and two more where people speak.
    """
    weights = weights_about(provider_id, organization_id)
    speaking = {one.source for one in evidence if one.state.is_impaired}
    meant = confused_with(provider_id) if Source.CROWD in speaking else ""
    return (doubting_people(weights) if meant else weights), meant


@dataclass(slots=True)
class _Over:
    """One incident that is over, as its ledger tells it."""

    organization_id: int | None
    denied: frozenset[Source]
    worst: State
    told: dict[Source, datetime] = field(default_factory=dict)
    posts: set[int] = field(default_factory=set)


def outcomes(provider_id: int, since: datetime, until: datetime) -> Mapping[int | None, list[Outcome]]:
    """Return {organization id (None: the public): its incidents of a provider that ended in [since, until)}. Two queries."""
    over = _over(provider_id, since, until)
    withdrawn = _withdrawn(post for one in over for post in one.posts)
    found: dict[int | None, list[Outcome]] = defaultdict(list)
    for one in over:
        found[one.organization_id].append(Outcome(one.told, one.denied, one.worst, bool(one.posts & withdrawn)))
    return found


def _over(provider_id: int, since: datetime, until: datetime) -> list[_Over]:
    seen = Sighting.objects.filter(
        incident__provider_id=provider_id,
        incident__merged_into=None,
        incident__resolved_at__gte=since,
        incident__resolved_at__lt=until,
    ).order_by()
    known = ("incident_id", "incident__organization_id", "incident__denied", "incident__worst", "source", "ref")
    found: dict[int, _Over] = {}
    for id_, organization_id, denied, worst, source, ref, at in seen.values_list(*known).annotate(Min("seen_at")):
        one = found.setdefault(
            id_, _Over(organization_id, frozenset(Source(word) for word in denied), State(worst))
        )  # fmt: skip
        one.told[Source(source)] = min(at, one.told.get(Source(source), at))
        if ref.startswith("post:"):
            one.posts.add(int(ref.removeprefix("post:")))
    return list(found.values())


def _withdrawn(posts: Iterable[int]) -> set[int]:
    """Return which posts their vendor took back in its closing words."""
    closing = OfficialUpdate.objects.filter(post__in=set(posts), phase__in=CLOSING)
    return {post for post, body in closing.values_list("post_id", "body") if takes_back(body)}
