"""The question in an alert, "Is it you too?": its address, which names the scope and can be made by us alone."""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from monitors.models import Scope

LIVES = timedelta(days=7)
_SIGNER = signing.TimestampSigner(salt="report-question")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked about; `incident` is the uid of the record that made us ask."""

    scope: Scope
    incident: str


def question_path(scope_id: int, incident_uid: str) -> str:
    """Return where the question about a scope is answered."""
    return reverse("report_question", args=[_SIGNER.sign(f"{scope_id}.{incident_uid}")])


def question_of(token: str) -> Question | None:
    """Return what a token asks; None for a forged or old one, and where everybody cannot see the provider."""
    try:
        number, _, uid = _SIGNER.unsign(token, max_age=LIVES).partition(".")
    except signing.BadSignature:
        return None
    scopes = Scope.objects.select_related("provider", "component", "carrier")
    scope = scopes.filter(id=int(number), provider__organization=None, provider__isnull=False).first()
    return Question(scope, uid) if scope else None
