"""The page on which an organization sets up where its receipts come in."""

import pytest

from accounts.models import Role
from kit.clock import clock
from monitors.models import Problem, ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.services import receipt_problems, receipts
from tests.factories import MembershipFactory, ProviderFactory, ReceiptSourceFactory
from tests.monitors.receipts.senders import verification_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(client):
    membership = MembershipFactory(role=Role.ADMIN)
    client.force_login(membership.user)
    return membership.organization


@pytest.fixture
def provider():
    return ProviderFactory(category="comms", slug="twilio", name="Twilio")


def page(client, organization):
    return client.get(f"/o/{organization.slug}/receipts/").content.decode()


def post(client, organization, path="", **fields):
    return client.post(f"/o/{organization.slug}/receipts/{path}", fields)


def secrets():
    return receipts.secrets_of(ReceiptSource.objects.get())


@pytest.mark.parametrize("name", receipt_kinds())
def test_each_kind_says_what_to_paste_where(client, organization, provider, name):
    kind = receipt_kinds()[name]
    if kind.providers:
        ProviderFactory(category="comms", slug=kind.providers[0]) if kind.providers[0] != "twilio" else None
    answer = post(client, organization, "new/", kind=name, provider="" if kind.providers else "twilio")
    source = ReceiptSource.objects.get()
    assert (answer.status_code, source.kind) == (302, name)
    assert source.provider.slug == (kind.providers or ("twilio",))[0]
    text = page(client, organization)
    assert f"/hooks/{name}/{source.token}" in text
    assert "ADDRESS" not in text
    assert kind.guide.secret_help[:20] in text


def test_our_own_format_wants_to_know_whose_messages(client, organization, provider):
    answer = post(client, organization, "new/", kind="generic")
    assert (answer.status_code, ReceiptSource.objects.count()) == (400, 0)
    assert "Say whose service" in answer.content.decode()


def test_a_kind_whose_provider_is_not_in_the_catalogue_says_so(client, organization):
    answer = post(client, organization, "new/", kind="vonage")
    assert (answer.status_code, "Load the catalogue" in answer.content.decode()) == (400, True)


def test_a_second_secret_is_added_and_the_old_one_removed(client, organization, provider):
    source = ReceiptSourceFactory(organization=organization, provider=provider)
    for secret in ("one", "two", "three", "two"):
        post(client, organization, f"{source.id}/secret/", secret=secret)
    assert secrets() == ["two", "three"]
    text = page(client, organization)
    assert receipts.fingerprint("two") in text
    assert "three" not in text
    post(client, organization, f"{source.id}/secret/remove/", fingerprint=receipts.fingerprint("three"))
    assert secrets() == ["two"]
    post(client, organization, f"{source.id}/secret/remove/", fingerprint="nothing")
    assert secrets() == ["two"]


def test_a_secret_that_cannot_be_one_is_refused_with_the_reason(client, organization):
    source = ReceiptSourceFactory(organization=organization, provider=ProviderFactory(), kind="sendgrid")
    answer = post(client, organization, f"{source.id}/secret/", secret="an api key")
    assert (answer.status_code, secrets()) == (400, [])
    assert "no verification key" in answer.content.decode()
    post(client, organization, f"{source.id}/secret/", secret=verification_key("s"))
    assert secrets() == [verification_key("s")]


def test_what_went_wrong_is_shown_with_what_to_do_and_forgotten_with_a_new_secret(client, organization, provider):
    source = ReceiptSourceFactory(organization=organization, provider=provider)
    for _ in range(3):
        receipt_problems.add(source.id, Problem.SIGNATURE, clock())
    receipt_problems.add_words(source.id, {"exploded": 2, "<b>": 1}, clock())
    text = page(client, organization)
    assert "Wrong signature, 3 times" in text
    assert "The secret stored here is not the one" in text
    assert "“exploded”, 2 times" in text
    assert "<b>" not in text
    post(client, organization, f"{source.id}/secret/", secret="the right one")
    assert "Wrong signature" not in page(client, organization)


def test_words_are_counted_by_word_up_to_a_number_of_them(organization, provider):
    source = ReceiptSourceFactory(organization=organization, provider=provider)
    receipt_problems.add_words(source.id, {f"word {n}": 1 for n in range(100)}, clock())
    numbers = dict(source.problems.values_list("word", "number"))
    assert (len(numbers), numbers[""], sum(numbers.values())) == (31, 70, 100)


def test_a_member_sees_no_address_and_can_change_nothing(client, provider):
    membership = MembershipFactory(role=Role.MEMBER)
    client.force_login(membership.user)
    source = ReceiptSourceFactory(organization=membership.organization, provider=provider)
    assert source.token not in page(client, membership.organization)
    assert post(client, membership.organization, f"{source.id}/secret/remove/", fingerprint="x").status_code == 403
