"""Words for readers: our own sentences, and vendors' updates linked as theirs. Callers hold the audience's lock."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from incidents.models import EventKind, Incident, IncidentUpdate, Phase, Sighting
from incidents.services.audiences import Audience
from incidents.services.events import record
from monitors.models import OfficialUpdate

# Vendors write a postmortem days after the end; it still belongs to the incident.
AFTERWORDS = timedelta(days=14)


def say(incident: Incident, phase: Phase, body: str, *, now: datetime, author: User | None = None) -> None:
    """Add words of our own."""
    IncidentUpdate.objects.create(incident=incident, phase=phase, body=body, at=now, author=author)


def sync_vendor_words(provider_id: int | None, now: datetime) -> int:
    """Link vendors' new updates to every incident that their posts belong to; return how many were linked.

    `provider_id` None: of all providers. The words stay where they are: a later edit shows in OfficialUpdate itself.
    """
    return sum(_sync(incident, now) for incident in _behind(provider_id, now))


def _behind(provider_id: int | None, now: datetime) -> list[Incident]:
    """Return the incidents that lack an update of one of their posts."""
    alive = Q(incident__resolved_at=None) | Q(incident__resolved_at__gte=now - AFTERWORDS)
    of_provider = Q() if provider_id is None else Q(incident__provider_id=provider_id)
    rows = Sighting.objects.filter(alive, of_provider, ref__startswith="post:").values_list("incident_id", "ref")
    posts = {(incident_id, int(ref.removeprefix("post:"))) for incident_id, ref in rows}
    written: dict[int, set[int]] = {}
    for post_id, update_id in OfficialUpdate.objects.filter(post__in={post for _, post in posts}).values_list(
        "post_id", "id"
    ):
        written.setdefault(post_id, set()).add(update_id)
    linked = set(
        IncidentUpdate.objects.filter(
            incident__in={incident for incident, _ in posts}, post_update__isnull=False
        ).values_list("incident_id", "post_update_id")
    )
    behind = {i for i, post in posts if any((i, update) not in linked for update in written.get(post, ()))}
    return list(Incident.objects.filter(id__in=behind).order_by("id"))


@transaction.atomic
def _sync(incident: Incident, now: datetime) -> int:
    Audience(incident.organization_id, incident.provider_id).lock()
    incident.refresh_from_db()
    linked = link_vendor_words(incident, now=now)
    if linked:
        summary = f"The vendor says ({linked[-1].phase}): {linked[-1].body}"
        detail: dict[str, object] = {"official_update_ids": [update.id for update in linked]}
        record(incident, EventKind.UPDATED, now=now, summary=summary, detail=detail)
    return len(linked)


def link_vendor_words(incident: Incident, *, now: datetime) -> list[OfficialUpdate]:
    """Link updates of the incident's posts that are not linked yet, oldest first; return them."""
    missing = _missing(incident)
    IncidentUpdate.objects.bulk_create(
        (
            IncidentUpdate(
                incident=incident, phase=_phase(update.phase), body=update.body, at=update.at, post_update=update
            )
            for update in missing
        ),
        ignore_conflicts=True,
    )
    return missing


def _missing(incident: Incident) -> list[OfficialUpdate]:
    refs = incident.sightings.filter(ref__startswith="post:").values_list("ref", flat=True).distinct()
    post_ids = [int(ref.removeprefix("post:")) for ref in refs]
    linked = IncidentUpdate.objects.filter(incident=incident, post_update__isnull=False).values("post_update_id")
    return list(OfficialUpdate.objects.filter(post__in=post_ids).exclude(id__in=linked).order_by("at", "id"))


def _phase(word: str) -> str:
    """Return our phase for a vendor's; what we have no word for is shown as the vendor's own anyway."""
    return word if word in Phase.values else Phase.INVESTIGATING
