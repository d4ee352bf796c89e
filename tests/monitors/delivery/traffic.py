"""Messages as if they had been counted."""

from datetime import datetime

from django.db import transaction

from monitors.core.receipts import Outcome
from monitors.services.counting import Counts, store


def counted(organization, scope, at: datetime, *, delivered=0, seconds=7.0, late=0, pending=0, codes=()):
    """Messages that started at `at`: delivered in time, after hours, never; `codes` are (code, fault, how many)."""
    counts = Counts()
    failed = sum(number for _, _, number in codes)
    counts.add(scope.id, at, "started", delivered + late + pending + failed)
    counts.add(scope.id, at, "prompt", delivered + failed)
    for number, took in ((delivered, seconds), (late, 7200.0)):
        for _ in range(number):
            counts.ended(scope.id, at, Outcome("delivered", took), "")
    for code, fault, number in codes:
        for _ in range(number):
            counts.ended(scope.id, at, Outcome(fault, 1.0), code)
    with transaction.atomic():
        store(organization.id, counts)
