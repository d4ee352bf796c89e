import pytest
from django.template.loader import get_template
from django.test import Client

from accounts.models import Role
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_what_is_not_there_offers_a_way_on(client):
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert 'action="/providers/"' in answer.text


def test_a_lesser_role_reads_whom_to_ask(client):
    membership = MembershipFactory(role=Role.VIEWER, organization__name="Acme", organization__slug="acme")
    client.force_login(membership.user)
    answer = client.post("/o/acme/follow/", {"provider": "twilio"})
    assert answer.status_code == 403
    assert "Ask a member of Acme to do this." in answer.text


def test_a_form_without_its_token_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert answer.status_code == 403
    assert "load the page again" in answer.text


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_failures_are_told_without_a_request_or_a_database(name, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "<h1>" in get_template(name).render()
