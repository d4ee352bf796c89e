"""An organization adds a provider by pasting an address, and nobody else learns of it."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Role
from alerts.forms import FollowForm, RouteForm
from incidents.models import Incident
from incidents.tasks import correlate_pending
from kit.clock import clock
from monitors.models import Feed, FeedMove, Follow, PendingChange, Provider
from monitors.queries.monitors import watchable
from monitors.queries.providers import seen_by
from monitors.services import own_providers as services
from monitors.services.polling import claim_one
from monitors.services.scopes import scope_of
from monitors.tasks.official import poll
from monitors.views import own_providers as views
from pages.forms import FollowChoice
from tests.factories import FeedFactory, MembershipFactory, OrganizationFactory, ProviderFactory
from tests.monitors.services.pages import INSTATUS, RSS, Site, html, summary

pytestmark = pytest.mark.django_db
SUMMARY = "/api/v2/summary.json"


@pytest.fixture(autouse=True)
def _no_looks():
    cache.clear()


@pytest.fixture
def site(settings):
    site = Site({"/": html(), SUMMARY: summary()})
    settings.ALLOWED_PRIVATE_HOSTS = [site.place]
    yield site
    site.close()


@pytest.fixture
def admin():
    return MembershipFactory(role=Role.ADMIN)


@pytest.fixture
def page(client, admin):
    client.force_login(admin.user)
    return reverse("own_provider_add", args=[admin.organization.slug])


def found_in(answer):
    """The signed field of the page that shows what was found."""
    return re.search(r'name="found" value="([^"]+)"', answer.content.decode())[1]


def added(client, page, site, name="Acme"):
    answer = client.post(page, {"address": site.url})
    client.post(page, {"found": found_in(answer), "name": name})
    return Provider.objects.get(organization__isnull=False, name=name)


def test_what_was_found_is_shown_before_it_is_kept(client, page, site):
    answer = client.post(page, {"address": f"{site.place}/".replace("127", "http://127")})
    text = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Atlassian Statuspage", site.url + SUMMARY, "API is slow", "API", "1 component,", "1 open incident,"):
        assert words in text
    assert not Provider.objects.exists()


def test_what_was_shown_is_kept_followed_and_read(client, page, site, admin):
    answer = client.post(page, {"address": site.url})
    done = client.post(page, {"found": found_in(answer), "name": "Our Acme"}, follow=True)
    provider = Provider.objects.get()
    feed = Feed.objects.get()
    assert (provider.name, provider.organization, feed.format, feed.url) == (
        "Our Acme", admin.organization, "statuspage_v2", site.url + SUMMARY,
    )  # fmt: skip
    assert Follow.objects.get().scope == scope_of(provider)
    assert feed.next_poll_at is not None
    assert "Our Acme is read from now on" in done.content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "required"),
        ("http://10.0.0.7/", "not a public address"),
        ("localhost", "not a public host name"),
        ("file:///etc/passwd", "must start with http"),
    ],
)
def test_a_bad_address_is_refused_with_a_way_out(client, page, address, words):
    answer = client.post(page, {"address": address})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_page_that_cannot_be_read_is_said_with_all_that_was_tried(client, page, site):
    site.answers = {"*": html()}
    answer = client.post(page, {"address": site.url})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Paste the address of the status page" in text
    assert "/summary.json" in text
    assert 'name="found"' not in text


def test_vendors_words_are_text(client, page, site):
    site.answers[SUMMARY] = summary(
        components=[{"id": "c", "name": "<script>alert(1)</script>x", "status": "operational"}]
    )
    assert "<script>alert" not in client.post(page, {"address": site.url}).content.decode()


def test_a_page_of_the_catalogue_is_offered_instead(client, page, site):
    known = FeedFactory(provider=ProviderFactory(name="Globex", slug="globex"), url=site.url + SUMMARY).provider
    text = client.post(page, {"address": site.url}).content.decode()
    assert "Globex</a> is in the catalogue already" in text
    assert f'name="provider" value="{known.slug}"' in text
    assert 'name="found"' not in text


def test_a_page_of_the_catalogue_is_known_by_its_id_too(client, page, site):
    FeedFactory(provider=ProviderFactory(name="Globex"), format="statuspage_v2", page_id="kctbh9vrtdwd")
    assert "Globex</a> is in the catalogue already" in client.post(page, {"address": site.url}).content.decode()


def test_another_organizations_provider_is_no_hint(client, page, site):
    other = ProviderFactory(name="Globex", organization=OrganizationFactory())
    FeedFactory(provider=other, url=site.url + SUMMARY, page_id="kctbh9vrtdwd")
    answer = client.post(page, {"address": site.url})
    assert "Globex" not in answer.content.decode()
    client.post(page, {"found": found_in(answer), "name": "Acme"})
    assert Provider.objects.count() == 2


def test_two_clicks_add_one(client, page, site):
    found = found_in(client.post(page, {"address": site.url}))
    client.post(page, {"found": found, "name": "Acme"})
    again = client.post(page, {"found": found, "name": "Acme"})
    assert again.status_code == 422
    assert "Acme is there already" in again.content.decode()
    assert Provider.objects.count() == 1


def test_what_was_not_found_by_us_is_not_kept(client, page, site):
    found = found_in(client.post(page, {"address": site.url}))
    for forged in (found[:-1] + ("a" if found[-1] != "a" else "b"), "x", ""):
        answer = client.post(page, {"found": forged, "name": "Acme"})
        assert answer.status_code == 422
    other = MembershipFactory(role=Role.OWNER)
    client.force_login(other.user)
    elsewhere = client.post(reverse("own_provider_add", args=[other.organization.slug]), {"found": found, "name": "A"})
    assert elsewhere.status_code == 422
    assert not Provider.objects.exists()


def test_an_organization_has_so_many_and_no_more(client, page, site, monkeypatch, settings):
    monkeypatch.setattr(services, "MOST_OWN", 1)
    added(client, page, site)
    other = Site({"/": html(), "/summary.json": INSTATUS})
    settings.ALLOWED_PRIVATE_HOSTS = [other.place]
    answer = client.post(page, {"found": found_in(client.post(page, {"address": other.url})), "name": "Second"})
    other.close()
    assert answer.status_code == 422
    assert "Remove one that nobody needs first" in answer.content.decode()


def test_looks_are_counted_for_other_peoples_servers_sake(client, page, site, monkeypatch):
    monkeypatch.setattr(views, "MOST_LOOKS", 1)
    assert client.post(page, {"address": site.url}).status_code == 200
    asked = len(site.asked)
    answer = client.post(page, {"address": site.url})
    assert answer.status_code == 422
    assert "Wait a little" in answer.content.decode()
    assert len(site.asked) == asked


def test_an_own_provider_gets_another_name_and_another_address(client, page, site, admin):
    provider = added(client, page, site)
    edit = reverse("own_provider_edit", args=[admin.organization.slug, provider.id])
    client.post(edit, {"name": "Acme Cloud"})
    site.answers |= {"/news.rss": RSS, SUMMARY: 404}
    found = found_in(client.post(edit, {"address": f"{site.url}/news.rss"}))
    client.post(edit, {"found": found, "name": "Acme Cloud"})
    provider.refresh_from_db()
    assert (provider.name, Feed.objects.get().url) == ("Acme Cloud", f"{site.url}/news.rss")
    assert FeedMove.objects.get().reason == "Somebody gave another address."
    assert "Acme Cloud" in client.get(reverse("own_providers", args=[admin.organization.slug])).content.decode()


def test_an_own_provider_is_removed_with_all_that_was_read(client, page, site, admin):
    provider = added(client, page, site)
    poll([claim_one(Feed.objects.get(), now=clock())])
    client.post(reverse("own_provider_remove", args=[admin.organization.slug, provider.id]))
    assert not Provider.objects.exists()
    assert not Feed.objects.exists()


def test_everybodys_provider_is_not_ones_own(client, page, admin):
    provider = ProviderFactory()
    for name in ("own_provider_edit", "own_provider_remove"):
        assert client.post(reverse(name, args=[admin.organization.slug, provider.id]), {"name": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_a_lesser_role_sees_and_does_not_change(client, site, role):
    member = MembershipFactory(role=role)
    provider = ProviderFactory(organization=member.organization)
    client.force_login(member.user)
    slug = member.organization.slug
    assert client.get(reverse("own_providers", args=[slug])).status_code == 200
    assert client.get(reverse("own_provider_add", args=[slug])).status_code == 403
    assert client.post(reverse("own_provider_edit", args=[slug, provider.id]), {"name": "x"}).status_code == 403
    assert client.post(reverse("own_provider_remove", args=[slug, provider.id])).status_code == 403


# Who else looks: nobody, and a member of another organization.
@pytest.fixture(params=["nobody", "a stranger"])
def stranger(request, client):
    if request.param == "a stranger":
        client.force_login(MembershipFactory(role=Role.OWNER).user)
    return client


@pytest.fixture
def secret():
    return ProviderFactory(
        name="Secret Vendor", slug="secret-vendor-1", category="cloud", organization=OrganizationFactory()
    )


@pytest.mark.parametrize(
    "address",
    ["provider", "is_down", "maintenances_ics", "provider_history", "report_problem"],
)
def test_a_stranger_finds_no_page_of_it(stranger, secret, address):
    assert stranger.get(reverse(address, args=[secret.slug])).status_code == 404


def test_a_stranger_finds_it_in_no_list(stranger, secret):
    ProviderFactory(name="Known Vendor", category="mail")
    for url in (
        "/",
        reverse("directory"),
        reverse("directory") + "?q=secret",
        reverse("directory") + "?category=cloud",
    ):
        text = stranger.get(url).content.decode()
        assert "Secret Vendor" not in text
        assert "secret-vendor" not in text
    assert 'value="cloud"' not in stranger.get(reverse("directory")).content.decode()


def test_another_organization_can_choose_it_nowhere(secret):
    other = OrganizationFactory()
    scope = scope_of(secret)
    assert secret not in RouteForm(other).fields["provider"].queryset
    assert secret not in FollowChoice(other.id).fields["provider"].queryset
    assert not FollowForm(other, {"scope": scope.id}).is_valid()
    assert not FollowForm(other, {"provider": secret.slug}).is_valid()
    assert "Secret Vendor" not in str(watchable(other.id))
    assert not seen_by(other.id).exists()


def test_its_own_organization_can_choose_it_everywhere(client, secret):
    member = MembershipFactory(organization=secret.organization)
    client.force_login(member.user)
    scope = scope_of(secret)
    assert secret in RouteForm(secret.organization).fields["provider"].queryset
    assert secret in FollowChoice(secret.organization_id).fields["provider"].queryset
    assert FollowForm(secret.organization, {"scope": scope.id}).is_valid()
    assert FollowForm(secret.organization, {"provider": secret.slug}).is_valid()
    assert "Secret Vendor" in str(watchable(secret.organization_id))
    assert "Secret Vendor" in client.get(reverse("directory")).content.decode()
    assert client.get(reverse("provider", args=[secret.slug])).status_code == 200


def test_its_trouble_is_in_nobody_elses_record(client, page, site):
    provider = added(client, page, site)
    site.answers[SUMMARY] = summary(components=[{"id": "c1", "name": "API", "status": "major_outage"}])
    for _ in range(3):
        poll([claim_one(Feed.objects.get(), now=clock())])
    changes = PendingChange.objects.filter(provider=provider)
    assert {change.organization_id for change in changes} == {provider.organization_id}
    correlate_pending()
    incident = Incident.objects.get()
    assert incident.organization == provider.organization
    path = reverse("incident", args=[incident.uid])
    assert path in client.get(reverse("provider", args=[provider.slug])).content.decode()
    inside = reverse("organization_incident", args=[provider.organization.slug, incident.uid])
    assert client.get(path).headers["Location"] == inside
    client.force_login(MembershipFactory().user)
    assert client.get(path).status_code == 404
