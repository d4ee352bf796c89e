import re
from datetime import timedelta

import pytest

from accounts.models import Role
from incidents.models import Impact, IncidentUpdate, Sighting
from kit.clock import clock
from monitors.core.states import State
from monitors.models import Coverage, FeedMove, Provider, ReportCount
from monitors.services.scopes import component_for, scope_of
from tests.factories import (
    ComponentFactory,
    FeedFactory,
    FollowFactory,
    IncidentFactory,
    MembershipFactory,
    MonitorFactory,
    OfficialPostFactory,
    OrganizationFactory,
    ProviderFactory,
    ReceiptSourceFactory,
    ScopeFactory,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def watched(slug, **more):
    """A provider whose page was read a moment ago."""
    provider = ProviderFactory(slug=slug, name=slug.title(), **more)
    feed = FeedFactory(provider=provider, last_read_at=clock(), last_poll_at=clock())
    Coverage.objects.create(ref=f"feed:{feed.id}", began_at=clock() - timedelta(days=30), ended_at=clock())
    return provider


def incident(provider, **more):
    scope = scope_of(provider, component=component_for(provider, "sms"))
    row = IncidentFactory(provider=provider, title="SMS: delivery delays", **more)
    Impact.objects.create(incident=row, scope=scope, state=State.DEGRADED, began_at=row.started_at)
    seen = {"first_at": row.started_at, "seen_at": row.started_at, "state": State.DEGRADED}
    Sighting.objects.create(
        incident=row, source="official", ref="post:1", scope=scope, reason="The vendor says so.", **seen
    )
    return row


def update(row):
    return IncidentUpdate.objects.create(incident=row, phase="investigating", body="We look.", at=row.started_at)


@pytest.mark.parametrize(
    "path",
    ["/", "/providers/", "/providers/twilio/", "/is/twilio/down", "/about", "/_design", "/providers/?q=twi&page=7"],
)
def test_anybody_may_read(client, path):
    incident(watched("twilio", category="comms"))
    answer = client.get(path)
    assert answer.status_code == 200
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/providers/nobody/", "/is/nobody/down", "/incidents/nobody/"])
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_answer_is_one_of_four_words(client):
    watched("fine")
    incident(watched("slow"))
    ProviderFactory(slug="silent", name="Silent")
    for slug, word in [("fine", "Up"), ("slow", "Degraded"), ("silent", "Unknown")]:
        assert f'<span class="verdict">{word}</span>' in client.get(f"/is/{slug}/down").text


def test_the_answer_names_its_evidence_and_how_sure_we_are(client):
    watched("fine")
    row = incident(watched("slow"), confidence=0.88)
    assert "The vendor&#x27;s page shows no trouble; nobody reported a problem" in client.get("/is/fine/down").text
    said = f"Very likely (88 %): the vendor&#x27;s page showed it first, at {row.started_at:%H:%M} UTC."
    assert said in client.get("/is/slow/down").text


def test_a_page_that_was_read_long_ago_says_so_and_is_not_green(client):
    provider = ProviderFactory(slug="stale", name="Stale")
    FeedFactory(provider=provider, last_read_at=clock() - timedelta(hours=2), last_poll_at=clock(), failures=9)
    text = client.get("/providers/stale/").text
    assert "No data since" in text
    assert "pill-operational" not in text


def test_the_fragment_is_what_lies_inside_the_page(client):
    incident(watched("twilio"))
    for path, key in [("/providers/twilio/", "provider"), ("/is/twilio/down", "is-down")]:
        fragment = client.get(path, headers={"HX-Request": "true"})
        assert fragment.text.startswith(f'<div id="{key}"')
        assert "<html" not in fragment.text
        assert "HX-Request" in fragment["Vary"]


def test_an_organization_s_own_incident_is_not_found_in_public(client):
    provider = watched("twilio")
    public, private = incident(provider), IncidentFactory(provider=provider, organization=OrganizationFactory())
    assert client.get(f"/incidents/{public.uid}/").status_code == 200
    assert client.get(f"/incidents/{private.uid}/").status_code == 404


def test_the_directory_filters_by_words_category_and_state(client):
    incident(watched("twilio", category="comms"))
    watched("stripe", category="payments")
    ProviderFactory(slug="quiet", name="Quiet", category="comms")

    def names(query):
        page = client.get(f"/providers/?{query}").context["page"]
        return [row.slug for row in page.object_list]

    assert names("") == ["twilio", "stripe", "quiet"]
    assert names("q=STR") == ["stripe"]
    assert names("category=comms") == ["twilio", "quiet"]
    assert names("state=unknown") == ["quiet"]
    assert names("state=nonsense&q=nothing+at+all") == []


def test_each_filter_counts_what_the_others_leave(client):
    incident(watched("twilio", category="comms"))
    watched("stripe", category="payments")
    ProviderFactory(slug="quiet", name="Quiet", category="comms")
    ProviderFactory(name="Theirs", category="comms", organization=OrganizationFactory())  # counted nowhere

    def counts(query):
        found = client.get(f"/providers/?{query}").context["found"]
        return dict(found.of_category), {state.slug: number for state, number in found.of_state}

    assert counts("") == ({"comms": 2, "payments": 1}, {"degraded": 1, "operational": 1, "unknown": 1})
    assert counts("category=comms") == ({"comms": 2, "payments": 1}, {"degraded": 1, "unknown": 1})
    assert counts("state=unknown") == ({"comms": 1}, {"degraded": 1, "operational": 1, "unknown": 1})
    assert counts("q=stripe&category=comms") == ({"comms": 0, "payments": 1}, {})
    assert counts("q=stripe&state=degraded") == ({}, {"degraded": 0, "operational": 1})


def test_filters_are_links_that_keep_the_others(client):
    watched("twilio", category="comms")
    text = client.get("/providers/?q=twi&category=comms&page=2").text
    assert 'href="?q=twi&amp;category=comms&amp;state=operational"' in text
    text = client.get("/providers/?q=twi&state=operational").text
    assert '<input type="hidden" name="state" value="operational">' in text


def test_sources_say_how_fresh_they_are(client):
    provider = ProviderFactory(slug="twilio", name="Twilio")
    fresh = {"last_read_at": clock() - timedelta(seconds=40), "interval_s": 60}
    moved = FeedFactory(provider=provider, **fresh)
    FeedFactory(provider=provider, last_read_at=clock() - timedelta(hours=3), error="It answered 503.")
    FeedFactory(provider=provider)
    FeedFactory(provider=provider, is_enabled=False)
    FeedMove.objects.create(
        feed=moved, at=clock() - timedelta(days=2), old_format="instatus", new_format="statuspage_v2"
    )
    card = client.get("/providers/twilio/").text.split('id="feeds-title"')[1].split("</section>")[0]
    words = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in card.split("<li>")[1:]]
    words = [re.sub(r"since .* UTC", "since then", re.sub(r" on .* UTC", " on that day", one)) for one in words]
    assert words == [
        "Atlassian Statuspage checked 40 s ago moved from Instatus to Atlassian Statuspage on that day",
        "Atlassian Statuspage no data since then ( 3 h ago ) It answered 503.",
        "Atlassian Statuspage not read yet",
        "Atlassian Statuspage not asked at present",
    ]


def test_a_provider_leads_to_what_it_is_part_of_and_what_could_replace_it(client):
    twilio, own = watched("twilio"), ProviderFactory(name="Own", organization=OrganizationFactory())
    sendgrid = watched("sendgrid", parent=twilio)
    sendgrid.alternatives.set([watched("mailgun"), ProviderFactory(slug="postmark", name="Postmark"), own])
    page = client.get("/providers/sendgrid/").context["page"]
    assert (page.parent.name, page.parent.state) == ("Twilio", State.OPERATIONAL)
    assert [(one.name, one.state) for one in page.alternatives] == [
        ("Mailgun", State.OPERATIONAL), ("Postmark", State.UNKNOWN)
    ]  # fmt: skip
    page = client.get("/providers/twilio/").context["page"]
    assert ([one.name for one in page.children], page.alternatives, page.parent) == (["Sendgrid"], (), None)


def test_a_neighbour_is_named_only_while_it_has_an_open_incident(client):
    aws = watched("aws")
    slack = watched("slack", parent=aws)
    watched("quip", parent=aws)
    assert "an open incident" not in client.get("/is/slack/down").text
    opened = incident(aws)
    who = '<a href="/providers/aws/">Aws</a>, which Slack is a part of or stands on'
    what = f'<a href="/incidents/{opened.uid}/">an open incident</a>.'
    for path in ("/providers/slack/", "/is/slack/down"):
        assert f"{who}, has {what}" in client.get(path).text
    ReportCount.objects.create(scope=scope_of(slack), minute=clock() - timedelta(minutes=1), reports=1)
    text = client.get("/is/slack/down").text
    assert f"Reports may come from {who}: it has {what}" in text
    assert text.count("an open incident") == 1


def test_alternatives_are_offered_only_in_trouble(client):
    slow, fine = watched("slow"), watched("fine")
    incident(slow)
    for provider in (slow, fine):
        provider.alternatives.set([watched(f"instead-of-{provider.slug}")])
    assert "Others do the same as Slow" in client.get("/is/slow/down").text
    assert "Others do the same" not in client.get("/is/fine/down").text


def drawn(client):
    """Which of the four strips this reader has: official, probes, people, messages."""
    return [strip.stretches is not None for strip in client.get("/is/twilio/down").context["day"].strips]


def test_strangers_see_public_strips_and_members_their_own_as_well(client):
    watched("twilio")
    assert drawn(client) == [True, False, True, False]
    membership = MembershipFactory()
    client.force_login(membership.user)
    assert drawn(client) == [True, False, True, False]
    scope = scope_of(Provider.objects.get())
    MonitorFactory(organization=membership.organization, scope=scope)
    ReceiptSourceFactory(organization=membership.organization, provider=scope.provider)
    assert drawn(client) == [True, True, True, True]


def test_nobody_s_report_is_not_drawn_as_good_news(client):
    watched("twilio")
    people = client.get("/is/twilio/down").text.split("<span>People</span>")[1].split("</svg>")[0]
    assert "bar-operational" not in people
    assert 'aria-label="People: no reports"' in people


def test_members_follow_from_a_provider_s_page_and_viewers_do_not(client):
    provider = watched("twilio")
    membership = MembershipFactory(role=Role.MEMBER, organization__slug="acme", organization__name="Acme")
    button = 'action="/o/acme/follow/"'
    assert button not in client.get("/providers/twilio/").text
    client.force_login(membership.user)
    assert button in client.get("/providers/twilio/").text
    FollowFactory(organization=membership.organization, scope=scope_of(provider))
    text = client.get("/providers/twilio/").text
    assert button not in text
    assert "follows Twilio." in text
    client.force_login(MembershipFactory(role=Role.VIEWER).user)
    assert "/follow/" not in client.get("/providers/twilio/").text


@pytest.mark.parametrize("number", [1, 3])
def test_the_directory_asks_the_same_of_the_database_for_any_number(client, django_assert_num_queries, number):
    for n in range(number):
        watched(f"provider-{n}")
    with django_assert_num_queries(5):
        client.get("/providers/")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("/providers/twilio/", 32), ("/is/twilio/down", 31)])
def test_a_provider_s_pages_ask_the_same_for_any_number(client, django_assert_num_queries, path, queries, number):
    provider = watched("twilio")
    for n in range(number):
        ComponentFactory(provider=provider, name=f"Component {n}", external_id=f"c{n}")
        update(incident(provider))
    with django_assert_num_queries(queries):
        client.get(path)


@pytest.mark.parametrize("number", [1, 3])
def test_an_incident_s_page_asks_the_same_for_any_number_of_scopes(client, django_assert_num_queries, number):
    provider = watched("twilio")
    row = incident(provider)
    for n in range(1, number):
        scope = ScopeFactory(component=ComponentFactory(provider=provider, name=f"Part {n}"), provider=provider)
        Impact.objects.create(incident=row, scope=scope, state=State.DEGRADED, began_at=row.started_at)
    with django_assert_num_queries(16):
        client.get(f"/incidents/{row.uid}/")


@pytest.mark.parametrize("path", ["/", "/providers/", "/providers/twilio/", "/is/twilio/down"])
def test_shared_caches_keep_only_what_strangers_get(client, path):
    watched("twilio")
    answer = client.get(path)
    assert answer["Cache-Control"] == "public, max-age=30"
    assert not answer.cookies
    client.force_login(MembershipFactory().user)
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_what_is_asked_for_again_is_never_an_older_copy(client):
    watched("twilio")
    assert client.get("/is/twilio/down", headers={"HX-Request": "true"})["Cache-Control"] == "no-cache"


def test_asking_again_leaves_the_report_form_alone(client):
    watched("twilio")
    fragment = client.get("/is/twilio/down", headers={"HX-Request": "true"}).text
    assert 'id="is-down"' in fragment
    assert 'id="evidence"' in fragment
    assert "<form" not in fragment
    assert "report-title" not in fragment


def test_vendors_words_are_shown_as_text(client):
    provider = watched("twilio")
    IncidentFactory(provider=provider, title="<script>alert(1)</script>")
    text = client.get("/providers/twilio/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize(
    ("incidents", "sentence"),
    [
        (3, "How late Twilio usually admits incidents: too few to say (3 of 5 with a known start in 90 days)."),
        (5, "Twilio usually admits incidents 31 min after they start (median, n = 5, 90 days; from 29 min to 33 min)."),
    ],
)
@pytest.mark.parametrize("path", ["/providers/twilio/", "/is/twilio/down"])
def test_how_late_a_vendor_usually_is_takes_five_incidents(path, incidents, sentence, client):
    provider = watched("twilio")
    scope = ScopeFactory(component=ComponentFactory(provider=provider, name="SMS"), provider=provider)
    for number in range(incidents):
        began = clock() - timedelta(days=number + 1)
        row = IncidentFactory(provider=provider, started_at=began, resolved_at=began + timedelta(hours=2))
        post = OfficialPostFactory(
            feed=provider.feeds.get(), began_at=began, posted_at=began + timedelta(minutes=29 + number % 5)
        )
        seen = {"source": "official", "first_at": began, "seen_at": began, "state": State.DEGRADED}
        Sighting.objects.create(incident=row, ref=f"post:{post.id}", scope=scope, **seen)
    assert sentence in client.get(path).text
