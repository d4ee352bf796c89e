"""Twilio's SMS, one carrier of it, and an organization that follows it."""

import pytest

from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    FollowFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
)


@pytest.fixture
def twilio(db):
    return ProviderFactory(slug="twilio", name="Twilio")


@pytest.fixture
def sms(twilio):
    return ScopeFactory(component=ComponentFactory(provider=twilio, name="SMS", service="sms"))


@pytest.fixture
def docomo(sms):
    carrier = CarrierFactory(name="NTT DOCOMO", country="JP")
    return ScopeFactory(component=sms.component, country="JP", carrier=carrier)


@pytest.fixture
def acme(sms):
    return FollowFactory(scope=sms, organization=OrganizationFactory(name="Acme")).organization
