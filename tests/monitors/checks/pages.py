"""The pages of monitors as tests visit them."""

from django.urls import reverse

from accounts.models import Role
from tests.factories import MembershipFactory


def login(client, organization, role=Role.OWNER):
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    return client


def at(name, monitor, **more):
    return reverse(name, args=[monitor.organization.slug, monitor.id])


def form(**changes):
    fields = {
        "kind": "http", "name": "Checkout", "watches": "own", "system": "Checkout API",
        "target": "http://127.0.0.1:8100/health", "interval_s": "60", "timeout_s": "5", "confirmations": "2",
        "option_method": "GET", "option_expected_status": "200", "option_keyword": "", "option_max_response_ms": "800",
        "option_headers": "Accept: text/plain", "option_body": "",
    }  # fmt: skip
    return fields | changes
