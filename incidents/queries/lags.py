"""How late each vendor usually is, measured on the public's incidents and on what vendors posted before we watched."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q

from incidents.core.lag import Admission, Lag, vendor_lag
from incidents.models import Sighting
from monitors.core.states import Source
from monitors.core.titles.vocabulary import RETROACTIVE
from monitors.models import OfficialPost

LAG_DAYS = 90


@dataclass(slots=True)
class _Seen:
    """Who saw one public incident: the vendor's posts, whether its page showed it, and anybody else's first sight."""

    provider_id: int
    is_over: bool
    posts: list[int] = field(default_factory=list)
    is_official: bool = False
    others_at: datetime | None = None


def vendor_lags(provider_ids: Iterable[int], now: datetime) -> dict[int, Lag]:
    """Return {provider id: its lag in the 90 days before `now`}, in two queries for any number of providers."""
    wanted = sorted(set(provider_ids))
    since = now - timedelta(days=LAG_DAYS)
    incidents = _incidents(wanted, since, now)
    held = {number for seen in incidents for number in seen.posts}
    posts = _posts(wanted, held, since, now)
    admissions: defaultdict[int, list[Admission]] = defaultdict(list)
    never: defaultdict[int, int] = defaultdict(int)
    for seen in incidents:
        if told := [posts[number] for number in seen.posts if number in posts]:
            admissions[seen.provider_id].append(admission_of(told, seen.others_at))
        elif seen.is_over and not seen.is_official:
            never[seen.provider_id] += 1
    for post in posts.values():
        if post.id not in held:  # of the time before we watched: by the vendor's own account alone
            admissions[post.provider_id].append(admission_of([post], None))
    return {id_: vendor_lag(admissions[id_], never[id_]) for id_ in wanted}


def admission_of(posts: Sequence[OfficialPost], others_at: datetime | None) -> Admission:
    """Return what the posts about one incident say of it together: of several the first counts."""
    first = min(posts, key=lambda post: post.posted_at)
    return Admission(
        first.posted_at,
        min(post.began_at for post in posts),
        others_at,
        first.resolved_at,
        is_note=bool(RETROACTIVE.search(first.title.lower())),
    )


def _incidents(provider_ids: Sequence[int], since: datetime, now: datetime) -> list[_Seen]:
    public = Sighting.objects.filter(
        incident__organization=None,
        incident__merged_into=None,
        incident__provider_id__in=provider_ids,
        incident__started_at__range=(since, now),
    )
    rows = public.values_list("incident_id", "incident__provider_id", "incident__resolved_at", "source", "ref")
    found: dict[int, _Seen] = {}
    for incident_id, provider_id, resolved_at, source, ref, first in rows.annotate(first=Min("first_at")):
        seen = found.setdefault(incident_id, _Seen(provider_id, resolved_at is not None))
        if source != Source.OFFICIAL:
            seen.others_at = min(first, seen.others_at or first)
            continue
        seen.is_official = True
        kind, _, number = ref.partition(":")
        if kind == "post" and number.isdecimal():
            seen.posts.append(int(number))
    return list(found.values())


def _posts(
    provider_ids: Sequence[int], linked: Collection[int], since: datetime, now: datetime
) -> dict[int, OfficialPost]:
    """Return {id: post} of incidents, not of maintenances: the linked ones and those that began since."""
    began = Q(provider_id__in=provider_ids, began_at__range=(since, now))
    rows = OfficialPost.objects.filter(began | Q(id__in=linked), kind="incident")
    return {row.id: row for row in rows.only("provider_id", "title", "posted_at", "began_at", "resolved_at")}
