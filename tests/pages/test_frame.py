"""What stands around every page: ways on for whoever reads it."""

import pytest
from django.test import Client

from tests.factories import MembershipFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    """A member of Acme, in Tokyo, beside organizations that are not theirs."""
    user = UserFactory()
    MembershipFactory(
        organization=OrganizationFactory(name="Acme", slug="acme", time_zone="Asia/Tokyo"), user=user, role="viewer"
    )
    OrganizationFactory(name="Bolt", slug="bolt")
    return user


def read(user, path="/o/acme/"):
    client = Client()
    client.force_login(user)
    return client.get(path).text


def test_a_member_of_one_organization_has_nothing_to_choose(reader):
    text = read(reader)
    assert 'class="menu"' not in text
    assert "Bolt" not in text
    assert 'href="/o/acme/incidents/"' in text


def test_a_member_of_several_chooses_among_their_own(reader):
    MembershipFactory(organization=OrganizationFactory(name="Cargo", slug="cargo"), user=reader, role="viewer")
    text = read(reader)
    assert 'href="/o/cargo/"' in text
    assert "Bolt" not in text


def test_the_way_that_one_is_on_is_marked(reader):
    assert '<a href="/o/acme/incidents/" aria-current="true">' in read(reader, "/o/acme/incidents/")


def test_the_zone_beside_utc_is_named(reader):
    assert "Times are UTC, with Asia/Tokyo beside." in read(reader)
    assert "Times are UTC." in read(reader, "/providers/")


def test_strangers_see_no_ways_inside(client):
    text = client.get("/providers/").text
    assert "/o/" not in text
    assert 'href="/accounts/login/"' in text
