"""People who look at pages, and what they read there."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client

from accounts.models import Organization, Role
from tests.factories import MembershipFactory, UserFactory


def log_in(organization: Organization, role: Role | None = Role.MEMBER, name: str = "") -> Client:
    """Return the browser of somebody with a role in an organization; None: who is known, but not there."""
    client, user = Client(), UserFactory(name=name)
    if role:
        MembershipFactory(organization=organization, role=role, user=user)
    client.force_login(user)
    return client


def words_of(answer: HttpResponse) -> str:
    """Return the words of a page without its tags, each blank once."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))
