"""Make, change and remove channels."""

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import Organization, User
from alerts.channels.base import Channel as Kind
from alerts.channels.base import InvalidConfig
from alerts.models import Channel
from kit.addresses import AddressRefused, NameUnresolved, check_url, resolve_and_judge
from kit.plugins import plugins
from kit.secrets import Vault

LOOK_UP_S = 3.0


def channel_kinds() -> dict[str, Kind]:
    """Return {name: kind} of everything that we can send to."""
    return plugins("alerts.channels", "CHANNEL", Kind)


def create_channel(
    organization: Organization, kind: str, name: str, config: Mapping[str, str], *, user: User, now: datetime
) -> Channel:
    """Store a channel with its settings sealed. Raises InvalidConfig, which says what to do."""
    plugin = channel_kinds()[kind]
    cleaned = plugin.validate(config)
    for field in plugin.fields:
        if field.type == "url":
            judge_address(cleaned[field.name])
    with transaction.atomic():
        channel = Channel.objects.create(
            organization=organization,
            kind=kind,
            name=name.strip()[:100] or plugin.label,
            hint=plugin.hint(cleaned)[:100],
            created_by=user,
            created_at=now,
        )
        # The seal is bound to the row's id, which only now exists.
        sealed = _vault().seal(json.dumps(cleaned), _purpose(channel.id))
        Channel.objects.filter(id=channel.id).update(sealed_config=sealed)
        channel.refresh_from_db(fields=["sealed_config"])
    return channel


def config_of(channel: Channel) -> dict[str, str]:
    """Return a channel's settings in the clear: for the sender alone. Raises kit.secrets.SecretUnreadable."""
    opened: dict[str, str] = json.loads(_vault().open(channel.sealed_config, _purpose(channel.id)))
    return opened


def enable_channel(channel: Channel) -> None:
    """Let a channel that was switched off take messages again."""
    with transaction.atomic():
        Channel.objects.filter(id=channel.id).update(disabled_at=None, disabled_reason="", failures=0, retry_at=None)


def delete_channel(channel: Channel) -> None:
    """Remove a channel with its routes, and with what it was sent."""
    with transaction.atomic():
        channel.delete()


def own_email_channel(organization: Organization, user: User, address: str, *, now: datetime) -> Channel:
    """Return the e-mail channel of `address`, which `user` has shown to be theirs; made if there is none."""
    for channel in Channel.objects.filter(organization=organization, kind="email", disabled_at=None).order_by("id"):
        if config_of(channel)["address"].casefold() == address.casefold():
            return channel
    return create_channel(organization, "email", address, {"address": address}, user=user, now=now)


def judge_address(url: str) -> None:
    """Refuse an address that we must not connect to. Raises InvalidConfig.

    Plain http would show the address, which is a secret, to everybody on the way; a host that the
    operator allowed is on their own network.
    """
    allowed = settings.ALLOWED_PRIVATE_HOSTS
    try:
        target = check_url(url, allowed=allowed, own=(urlsplit(settings.PUBLIC_URL).netloc,))
        if target.scheme == "http" and not {target.host, f"{target.host}:{target.port}"} & set(allowed):
            raise InvalidConfig(f"The address of {target.host} must start with https://.")
        resolve_and_judge(target.host, target.port, allowed=allowed, timeout_s=LOOK_UP_S)
    except AddressRefused as error:
        raise InvalidConfig(str(error)) from error
    except NameUnresolved:
        pass  # the resolver may be slow right now; each connection is judged again, and the test button tells


def _vault() -> Vault:
    return Vault(settings.SECRET_KEYS)


def _purpose(channel_id: int) -> str:
    return f"channel:{channel_id}"
