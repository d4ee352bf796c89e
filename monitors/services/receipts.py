"""Take delivery receipts in, apply them to their messages, count them: the only writer of these tables."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import Organization
from kit.hashing import keyed_hash
from kit.secrets import Vault
from monitors.core.numbers import place_number
from monitors.core.receipts import Standing, apply
from monitors.models import Carrier, Message, Provider, Receipt, ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.receipts.base import HookRequest, ReceiptReading
from monitors.services.counting import Counts, store
from monitors.services.scopes import component_for, scope_of
from monitors.signals import readings_changed

BATCH = 500
KEEP_APPLIED = timedelta(days=7)
KEEP_MESSAGES = timedelta(days=30)


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


def delete_source(source: ReceiptSource) -> None:
    """Take no more receipts at this address; what it told is deleted with it, counts stay."""
    source.delete()


def secrets_of(source: ReceiptSource) -> list[str]:
    """Return the secrets of a source; none until they were set. Raises kit.secrets.SecretUnreadable."""
    if not source.sealed_secrets:
        return []
    return [str(value) for value in json.loads(_vault().open(source.sealed_secrets, _purpose(source)))]


def _vault() -> Vault:
    return Vault(settings.SECRET_KEYS)


def _purpose(source: ReceiptSource) -> str:
    return f"receipts:{source.id}"


def take_in(source: ReceiptSource, request: HookRequest, *, now: datetime) -> int:
    """Store the receipts of a signed request and return how many were new.

    Of the recipient only a keyed hash and the scope are kept. Raises Refused, having counted it and stored
    nothing, and UnreadableReceipt.
    """
    kind = receipt_kinds()[source.kind]
    if not kind.verify(request, secrets_of(source), now):
        ReceiptSource.objects.filter(id=source.id).update(refused=F("refused") + 1)
        raise Refused
    readings = kind.parse(request).receipts
    rows = [_row(source, reading, now) for reading in readings]
    with transaction.atomic():
        before = Receipt.objects.filter(source=source, message_id__in=[r.message_id for r in readings]).count()
        Receipt.objects.bulk_create(rows, ignore_conflicts=True)
        after = Receipt.objects.filter(source=source, message_id__in=[r.message_id for r in readings]).count()
        # The source's row is not touched here: whoever applies holds its lock, and a hook must never wait for that.
    return after - before


def _row(source: ReceiptSource, reading: ReceiptReading, now: datetime) -> Receipt:
    return Receipt(
        source=source,
        message_id=reading.message_id,
        status=reading.status,
        error_code=reading.error_code,
        scope_id=_scope_id(source.provider_id, reading.service, *_place(reading)),
        to_hash=keyed_hash(settings.SECRET_KEYS[-1], f"receipts:{source.organization_id}", reading.to),
        at=now,
    )


def _place(reading: ReceiptReading) -> tuple[str, str]:
    """Return (country, carrier's name) of a recipient, by the network the provider names, else by the number."""
    if reading.network:
        carrier = Carrier.objects.filter(mccmnc__contains=[reading.network]).first()
        if carrier:
            return carrier.country, carrier.name
    placed = place_number(reading.to)
    return placed.country, placed.carrier or ""


_scopes: dict[tuple[int, str, str, str], int] = {}  # scopes are never deleted, so their ids may be remembered


def _scope_id(provider_id: int, service: str, country: str, carrier_name: str) -> int:
    key = (provider_id, service, country, carrier_name)
    if key in _scopes:
        return _scopes[key]
    provider = Provider.objects.get(id=provider_id)
    carrier = Carrier.objects.filter(name=carrier_name, country=country).first() if carrier_name else None
    scope = scope_of(provider, component=component_for(provider, service), country=country, carrier=carrier)
    if carrier or not carrier_name:  # a carrier that our table lacks may be added to it
        _scopes[key] = scope.id
    return scope.id


def newest_waiting() -> int | None:
    """Return the id of the newest receipt that waits; None: none does."""
    return Receipt.objects.filter(applied_at=None).order_by("-id").values_list("id", flat=True).first()


def apply_next(*, now: datetime, up_to: int | None = None) -> bool:
    """Apply the waiting receipts of one source, up to 500 of them; return whether there were any.

    The source's row is locked, so that one worker at a time counts it and its receipts keep their order.
    Receipts with an id above `up_to` are left for later: they never end while many come in.
    """
    with transaction.atomic():
        unapplied = Receipt.objects.filter(applied_at=None)
        if up_to is not None:
            unapplied = unapplied.filter(id__lte=up_to)
        waiting = unapplied.values("source")
        source = (
            ReceiptSource.objects.select_for_update(skip_locked=True, no_key=True).filter(id__in=waiting).order_by("id")
        ).first()
        if source is None:
            return False
        receipts = list(unapplied.filter(source=source).order_by("id")[:BATCH])
        if not receipts:
            return True
        _apply(source, receipts)
        ReceiptSource.objects.filter(id=source.id).update(last_receipt_at=max(receipt.at for receipt in receipts))
        Receipt.objects.filter(id__in=[receipt.id for receipt in receipts]).update(applied_at=now)
        transaction.on_commit(
            partial(
                readings_changed.send_robust,
                ReceiptSource,
                provider_id=source.provider_id,
                organization_id=source.organization_id,
            )
        )
    return True


def _apply(source: ReceiptSource, receipts: Sequence[Receipt]) -> None:
    fault = receipt_kinds()[source.kind].fault
    ids = {receipt.message_id for receipt in receipts}
    messages = {m.message_id: m for m in Message.objects.filter(source=source, message_id__in=ids)}
    counts = Counts()
    fresh, moved = {}, {}
    for receipt in receipts:
        message = messages.get(receipt.message_id)
        if message is None:
            message = Message(
                source=source, message_id=receipt.message_id, scope_id=receipt.scope_id, rank=0, first_at=receipt.at
            )
            messages[receipt.message_id] = fresh[receipt.message_id] = message
            counts.add(receipt.scope_id, receipt.at, "started")
            before = Standing(receipt.at)
        else:
            before = Standing(
                message.first_at, message.status, message.rank, message.error_code, message.sent_at, message.final_at
            )
        done = apply(before, receipt.status, receipt.error_code, receipt.at, fault(receipt.error_code))
        if not done.moved:
            continue
        after = done.standing
        message.status, message.rank, message.error_code = after.status, after.rank, after.error_code
        message.first_at, message.sent_at, message.final_at = after.first_at, after.sent_at, after.final_at
        moved[message.message_id] = message
        if done.is_prompt:
            counts.add(message.scope_id, after.first_at, "prompt")
        if done.outcome:
            counts.ended(message.scope_id, receipt.at, done.outcome, receipt.error_code)
    Message.objects.bulk_create(fresh.values())
    Message.objects.bulk_update(
        [m for key, m in moved.items() if key not in fresh],
        ["status", "rank", "error_code", "first_at", "sent_at", "final_at"],
    )
    store(source.organization_id, counts)


def prune(now: datetime) -> int:
    """Delete receipts that were applied a week ago and messages that ended a month ago; return how many rows went."""
    receipts, _ = Receipt.objects.filter(applied_at__lt=now - KEEP_APPLIED).delete()
    messages, _ = Message.objects.filter(first_at__lt=now - KEEP_MESSAGES).delete()
    return receipts + messages
