"""Take delivery receipts in: where they come in, who may send them, and what is kept of them."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Organization
from kit.hashing import keyed_hash
from kit.secrets import Vault
from monitors.models import Problem, Provider, ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.receipts.base import HookRequest, Reading, ReceiptReading, UnreadableReceipt
from monitors.services import pushed_minutes, receipt_problems
from monitors.services.receipt_scopes import scope_of_receipt

Row = tuple[int | str | datetime, ...]  # _COLUMNS of a receipt
_COLUMNS = "source_id, message_id, status, error_code, fault, scope_id, to_hash, at"


class Refused(Exception):
    """The request is not signed with a secret of this source."""


def create_source(
    organization: Organization, provider: Provider, kind: str, *, now: datetime, token: str = ""
) -> ReceiptSource:
    """Create a place for an organization's receipts to come in; its address holds a token that cannot be guessed."""
    return ReceiptSource.objects.create(
        organization=organization,
        provider=provider,
        kind=kind,
        token=token or secrets.token_urlsafe(24),
        created_at=now,
    )


def set_secrets(source: ReceiptSource, values: Sequence[str]) -> None:
    """Store the secrets that senders may sign with, sealed for this row; several are valid during a rotation."""
    sealed = _vault().seal(json.dumps(list(values)), _purpose(source))
    ReceiptSource.objects.filter(id=source.id).update(sealed_secrets=sealed)
    source.sealed_secrets = sealed


def fingerprint(secret: str) -> str:
    """Return what may be shown of a secret, to tell it from another: not enough to guess it by."""
    return keyed_hash(settings.SECRET_KEYS[-1], "receipts:fingerprint", secret)[:8]


def delete_source(source: ReceiptSource) -> None:
    """Take no more receipts at this address; what it told is deleted with it, counts stay."""
    source.delete()


def secrets_of(source: ReceiptSource) -> list[str]:
    """Return the secrets of a source; none until they were set. Raises kit.secrets.SecretUnreadable."""
    if not source.sealed_secrets:
        return []
    return list(_opened(source.sealed_secrets, _purpose(source)))


@lru_cache(maxsize=1_000)  # by what is sealed: new secrets of a source are another entry
def _opened(sealed: str, purpose: str) -> tuple[str, ...]:
    return tuple(str(value) for value in json.loads(_vault().open(sealed, purpose)))


def _vault() -> Vault:
    return Vault(settings.SECRET_KEYS)


def _purpose(source: ReceiptSource) -> str:
    return f"receipts:{source.id}"


def take_in(source: ReceiptSource, request: HookRequest, *, now: datetime) -> Reading:
    """Store what a signed request says and return what was read of it; what is repeated is stored once.

    Of the recipient only a keyed hash and the scope are kept. Raises Refused and UnreadableReceipt, having counted it
    and stored nothing. The source's row is not touched: whoever applies holds its lock, and a hook must never wait.
    """
    reading = read(source, request, now=now)
    store(rows_of(source, reading, now))
    store_the_rest(source, reading, now)
    return reading


def read(source: ReceiptSource, request: HookRequest, *, now: datetime) -> Reading:
    """Return what a signed request says. Raises Refused and UnreadableReceipt, having counted it."""
    kind = receipt_kinds()[source.kind]
    try:
        if not kind.verify(request, secrets_of(source), now):
            receipt_problems.add(source.id, Problem.SIGNATURE, now)
            raise Refused
        return kind.parse(request)
    except UnreadableReceipt as error:
        receipt_problems.add(source.id, Problem.UNREADABLE, now, reason=str(error))
        raise


def rows_of(source: ReceiptSource, reading: Reading, now: datetime) -> list[Row]:
    """Return the receipts of a reading as they are stored."""
    return [_row(source, receipt, now) for receipt in reading.receipts]


def store(rows: Sequence[Row]) -> None:
    """Store receipts, of any sources: a statement by itself holds, and a transaction around it takes two more trips."""
    for start in range(0, len(rows), 1000):
        some = rows[start : start + 1000]
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO monitors_receipt ({_COLUMNS}) VALUES {marks} ON CONFLICT DO NOTHING",  # noqa: S608
                [value for row in some for value in row],
            )


def store_the_rest(source: ReceiptSource, reading: Reading, now: datetime) -> None:
    """Store the minutes that a sender counted, and count what could not be read."""
    if reading.minutes:
        with transaction.atomic():
            pushed_minutes.take_in(source, reading.minutes, reading.said_at or now, now)
    if reading.spoiled:
        receipt_problems.add(source.id, Problem.ITEM, now, number=reading.spoiled)
    receipt_problems.add_words(source.id, reading.unknown, now)


def hash_of(source: ReceiptSource, number: str) -> str:
    """Return all that is kept of a recipient's number or address."""
    return keyed_hash(settings.SECRET_KEYS[-1], f"receipts:{source.organization_id}", number)


def _row(source: ReceiptSource, receipt: ReceiptReading, now: datetime) -> Row:
    scope_id = scope_of_receipt(source.provider_id, receipt, now)
    to_hash = hash_of(source, receipt.to)
    fault = receipt.fault.value if receipt.fault else ""
    return (source.id, receipt.message_id, receipt.status, receipt.error_code, fault, scope_id, to_hash, now)
