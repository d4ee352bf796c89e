"""Where an organization says what its public page shows."""

import pytest
from django.urls import reverse

from accounts.models import Role
from monitors.core.states import State
from pages import services
from pages.models import StatusPage, StatusPageRow
from tests.factories import OrganizationFactory, ScopeFactory, StatusPageFactory
from tests.readers import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(scene):
    return log_in(scene.acme, Role.ADMIN)


@pytest.fixture
def page(scene):
    return services.page_for(scene.acme, scene.now)


def url(name: str, *arguments: object) -> str:
    return reverse(name, args=["acme", *arguments])


def names(page) -> list[str]:
    return list(StatusPageRow.objects.filter(page=page).values_list("name", flat=True))


@pytest.mark.parametrize("role", [*Role, None])
def test_only_admins_may_change_a_page(role, scene, page):
    row = services.add_row(page, scene.sms)
    client = log_in(scene.acme, role)
    answers = [
        client.get(url("page_settings")).status_code,
        client.post(url("page_settings"), {}).status_code,
        client.post(url("page_row_add"), {}).status_code,
        client.post(url("page_row_change", row.id), {"do": "remove"}).status_code,
    ]
    if role is None:
        assert answers == [404] * 4
    elif role.includes(Role.ADMIN):
        assert answers == [200, 422, 422, 302]
    else:
        assert answers == [403] * 4
    assert StatusPageRow.objects.exists() == (role is None or not role.includes(Role.ADMIN))


def test_the_first_look_makes_one_page_under_the_organizations_name(admin, scene):
    for _ in range(2):
        admin.get(url("page_settings"))
    page = StatusPage.objects.get()
    assert (page.organization, page.slug, page.title, page.is_public) == (scene.acme, "acme", "Acme status", True)


def test_a_name_that_another_page_took_gets_a_number(scene):
    StatusPageFactory(slug="acme", organization=scene.bolt)
    assert services.page_for(scene.acme, scene.now).slug == "acme-2"


def test_title_address_and_reach_are_changed(admin, page):
    admin.post(url("page_settings"), {"title": "Acme Texting", "slug": "Acme-Texts", "is_public": ""})
    page.refresh_from_db()
    assert (page.title, page.slug, page.is_public) == ("Acme Texting", "acme-texts", False)


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        ("api", "api is reserved. Choose another address."),
        ("bolt", "bolt is taken by another page. Choose another address."),
        ("no spaces", "Enter a valid “slug”"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused_with_the_reason(slug, reason, admin, scene, page):
    StatusPageFactory(organization=scene.bolt, slug="bolt")
    answer = admin.post(url("page_settings"), {"title": "Acme", "slug": slug, "is_public": "on"})
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    page.refresh_from_db()
    assert page.slug == "acme"


def test_a_page_offers_what_is_followed_and_what_is_ones_own_until_it_is_there(scene, page):
    own = scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1)
    scene.probe(scene.bolt, "Secret of Bolt", State.OPERATIONAL, minutes=1)
    ScopeFactory()  # that nobody here follows
    assert set(services.offered_scopes(page)) == {own, scene.sms}
    services.add_row(page, own)
    assert set(services.offered_scopes(page)) == {scene.sms}


@pytest.mark.parametrize("whose", ["Bolt's own", "nobody's"])
def test_what_is_not_the_organizations_cannot_be_shown(whose, admin, scene, page):
    own = scene.probe(scene.bolt, "Secret of Bolt", State.OPERATIONAL, minutes=1)
    scope = own if whose == "Bolt's own" else ScopeFactory()
    assert admin.post(url("page_row_add"), {"scope": scope.id}).status_code == 422
    with pytest.raises(services.NotAllowed, match="nobody here follows it"):
        services.add_row(page, scope)
    assert names(page) == []


def test_a_row_gets_the_name_that_readers_know_or_its_own(admin, scene, page):
    own = scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1)
    admin.post(url("page_row_add"), {"scope": scene.sms.id, "name": "", "group": ""})
    admin.post(url("page_row_add"), {"scope": own.id, "name": "Paying", "group": "Shop"})
    assert names(page) == ["Twilio: SMS", "Paying"]
    row = page.rows.get(scope=own)
    admin.post(url("page_row_change", row.id), {"name": "Pay", "group": ""})
    row.refresh_from_db()
    assert (row.name, row.group) == ("Pay", "")


@pytest.mark.parametrize(
    ("name", "button", "expected"),
    [
        ("A", "up", "ABC"),
        ("B", "up", "BAC"),
        ("B", "down", "ACB"),
        ("C", "down", "ABC"),
        ("C", "up", "ACB"),
        ("B", "remove", "AC"),
    ],
)
def test_rows_are_moved_and_removed(name, button, expected, admin, scene, page):
    for letter in "ABC":
        scope = scene.probe(scene.acme, letter, State.OPERATIONAL, minutes=1)
        services.add_row(page, scope, name=letter)
    admin.post(url("page_row_change", page.rows.get(name=name).id), {"do": button})
    assert "".join(names(page)) == expected


def test_another_organizations_rows_are_out_of_reach(admin, scene):
    theirs = services.page_for(scene.bolt, scene.now)
    row = services.add_row(theirs, scene.sms)
    assert admin.post(url("page_row_change", row.id), {"do": "remove"}).status_code == 404
    assert names(theirs) == ["Twilio: SMS"]


def test_a_page_has_an_end(scene, page, monkeypatch):
    monkeypatch.setattr(services, "MOST_ROWS", 1)
    services.add_row(page, scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1))
    with pytest.raises(services.NotAllowed, match="at most 1 rows"):
        services.add_row(page, scene.sms)


def test_each_organization_has_its_own_page(scene, page):
    assert services.page_for(OrganizationFactory(slug="carl"), scene.now) != page
    assert services.page_for(scene.acme, scene.now) == page
