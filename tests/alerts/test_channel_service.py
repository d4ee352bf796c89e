"""Channels as they are stored: judged first, then sealed."""

import pytest

from alerts import services
from alerts.channels.base import InvalidConfig
from alerts.models import Channel
from kit.secrets import SecretUnreadable
from tests.alerts.scenes import NOW, SECRET, make_channel
from tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
PLACE = "127.0.0.1:8099"


def test_settings_come_back_and_are_stored_sealed(settings):
    settings.ALLOWED_PRIVATE_HOSTS = [PLACE]
    url = f"http://{PLACE}/services/{SECRET}"
    channel = make_channel(OrganizationFactory(), "slack", url=url)
    assert services.config_of(channel) == {"url": url}
    assert SECRET not in channel.sealed_config
    assert (channel.name, channel.hint) == ("Slack", f"127.0.0.1/…{SECRET[-4:]}")


def test_a_seal_does_not_open_on_another_row():
    one, two = (make_channel(OrganizationFactory()) for _ in range(2))
    two.sealed_config = one.sealed_config
    with pytest.raises(SecretUnreadable):
        services.config_of(two)


@pytest.mark.parametrize("kind", ["slack", "webhook"])
@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://10.0.0.7/x", "https://169.254.169.254/latest/", "https://[::1]/x",
        "https://2130706433/x", "https://localhost/x", "https://redis/x", "https://127.0.0.1.nip.io/x",
        "https://[::ffff:127.0.0.1]/x", "https://user:password@8.8.8.8/x", "https://8.8.8.8:22/x", "http://8.8.8.8/x",
        f"https://{PLACE}.evil.example@127.0.0.1/x", "https://8.8.8.8:0/",
    ],
)  # fmt: skip
def test_a_hook_to_an_address_that_is_not_public_is_refused_when_it_is_saved(kind, url, settings):
    settings.ALLOWED_PRIVATE_HOSTS = [PLACE]
    with pytest.raises(InvalidConfig) as refused:
        make_channel(OrganizationFactory(), kind, url=url, secret="sixteen characters")
    assert str(refused.value)
    assert not Channel.objects.exists()


def test_a_hook_to_ourselves_is_refused(settings):
    settings.PUBLIC_URL = "https://8.8.8.8"
    with pytest.raises(InvalidConfig, match="circle"):
        make_channel(OrganizationFactory(), "slack", url="https://8.8.8.8/services/x")


def test_ones_own_address_is_one_channel():
    organization = OrganizationFactory()
    user = MembershipFactory(organization=organization).user
    one, two = (services.own_email_channel(organization, user, address, now=NOW) for address in ("A@x.io", "a@x.io"))
    assert (one, services.config_of(one), Channel.objects.count()) == (two, {"address": "A@x.io"}, 1)
    assert services.own_email_channel(organization, user, "b@x.io", now=NOW) != one


def test_switching_on_again_forgets_the_trouble():
    channel = make_channel(OrganizationFactory())
    Channel.objects.update(disabled_at=NOW, disabled_reason="gone", failures=4, retry_at=NOW)
    services.enable_channel(channel)
    channel.refresh_from_db()
    assert (channel.disabled_at, channel.disabled_reason, channel.failures, channel.retry_at) == (None, "", 0, None)
