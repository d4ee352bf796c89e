"""How late each vendor usually is, measured on the public's incidents."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Min

from incidents.core.lag import Admission, Lag, vendor_lag
from incidents.models import Sighting
from monitors.core.states import Source
from monitors.models import OfficialPost

LAG_DAYS = 90


def vendor_lags(provider_ids: Iterable[int], now: datetime) -> dict[int, Lag]:
    """Return {provider id: its lag in the 90 days before `now`}, in at most two queries for any number of providers."""
    wanted = sorted(set(provider_ids))
    admissions: defaultdict[int, list[Admission]] = defaultdict(list)
    for provider_id, admission in _admissions(wanted, now):
        admissions[provider_id].append(admission)
    return {id_: vendor_lag(admissions[id_]) for id_ in wanted}


def _admissions(provider_ids: list[int], now: datetime) -> Iterable[tuple[int, Admission]]:
    """Give each public incident that the vendor posted about; of several posts the first counts."""
    public = Sighting.objects.filter(
        incident__organization=None,
        incident__provider_id__in=provider_ids,
        incident__started_at__range=(now - timedelta(days=LAG_DAYS), now),
    )
    seen = public.values_list("incident_id", "incident__provider_id", "source", "ref").annotate(first=Min("first_at"))
    others: dict[int, datetime] = {}
    refs: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for incident_id, provider_id, source, ref, first in seen:
        kind, _, number = ref.partition(":")
        if source != Source.OFFICIAL:
            others[incident_id] = min(first, others.get(incident_id, first))
        elif kind == "post" and number.isdecimal():
            refs[incident_id, provider_id].append(int(number))
    posts = _posts({number for numbers in refs.values() for number in numbers})
    for (incident_id, provider_id), numbers in refs.items():
        told = [posts[number] for number in numbers if number in posts]
        if told:
            posted_at, began_at = min(at for at, _ in told), min(began for _, began in told)
            yield provider_id, Admission(posted_at, began_at, others.get(incident_id))


def _posts(ids: Iterable[int]) -> dict[int, tuple[datetime, datetime]]:
    """Return {post id: when it was posted, when it says the trouble began} of incidents, not of maintenances."""
    rows = OfficialPost.objects.filter(id__in=ids, kind="incident")
    return {pk: (posted_at, began_at) for pk, posted_at, began_at in rows.values_list("id", "posted_at", "began_at")}
