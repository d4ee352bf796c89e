"""Loading the catalogue: what it makes, what it follows, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitors import catalogue
from monitors.catalogue import Entry
from monitors.formats import formats
from monitors.models import Feed, FeedMove, Provider
from monitors.services.catalogue import load
from tests.factories import OfficialPostFactory, OrganizationFactory, ProviderFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
KNOWN = ("statuspage_v2", "incidentio")


def entry(slug, **more):
    page = f"https://{slug}.example.com"
    usual = {"name": slug.title(), "category": "comms", "homepage": page, "status_page": page,
             "format": "statuspage_v2", "feed": f"{page}/api/v2/summary.json"}  # fmt: skip
    return Entry(slug=slug, **(usual | more))


TWILIO = entry("twilio", alternatives=("vonage",))
VONAGE = entry("vonage")
SENDGRID = entry("sendgrid", parent="twilio")
ALL = (TWILIO, VONAGE, SENDGRID)


def loaded(*entries, **more):
    return load(entries, KNOWN, now=NOW, **more)


def told():
    """Every row as people see it."""
    return [
        (row.slug, row.name, row.parent and row.parent.slug, sorted(row.alternatives.values_list("slug", flat=True)))
        for row in Provider.objects.order_by("slug")
    ]


def post_of(slug):
    feed = Feed.objects.get(provider__slug=slug)
    return OfficialPostFactory(feed=feed)


def test_parents_and_alternatives_are_linked():
    loaded(*ALL)
    assert told() == [
        ("sendgrid", "Sendgrid", "twilio", []),
        ("twilio", "Twilio", None, ["vonage"]),
        ("vonage", "Vonage", None, []),
    ]


def test_loading_twice_changes_nothing():
    loaded(*ALL)
    before = (told(), list(Provider.objects.order_by("id").values()), list(Feed.objects.order_by("id").values()))
    report = loaded(*ALL)
    assert (report.new, report.filled, report.feeds, report.moved, report.left) == (0, 0, 0, 0, 0)
    assert (
        told(),
        list(Provider.objects.order_by("id").values()),
        list(Feed.objects.order_by("id").values()),
    ) == before


def test_the_shipped_catalogue_loads_twice_to_the_same():
    entries = catalogue.read()
    first, second = (load(entries, formats(), now=NOW) for _ in range(2))
    assert (first.new, second.new, second.filled, second.feeds, second.moved, second.left) == (435, 0, 0, 0, 0, 0)
    assert Provider.objects.exclude(parent=None).count() == sum(bool(e.parent) for e in entries) > 40
    assert Provider.alternatives.through.objects.count() == sum(len(e.alternatives) for e in entries) > 80


def test_what_the_catalogue_changes_follows_where_nobody_touched_it():
    loaded(*ALL)
    Provider.objects.filter(slug="vonage").update(name="Our Vonage")
    report = loaded(
        replace(TWILIO, name="Twilio Inc.", alternatives=("sendgrid",)), replace(VONAGE, name="Vonage Inc."),
        replace(SENDGRID, parent=""),
    )  # fmt: skip
    assert told() == [
        ("sendgrid", "Sendgrid", None, []),
        ("twilio", "Twilio Inc.", None, ["sendgrid"]),
        ("vonage", "Our Vonage", None, []),
    ]
    assert report.filled == 2


def test_an_operator_s_edit_is_kept_until_it_is_overwritten():
    loaded(*ALL)
    twilio, vonage, sendgrid = (Provider.objects.get(slug=e.slug) for e in ALL)
    Provider.objects.filter(slug="twilio").update(homepage="")
    twilio.alternatives.set([sendgrid])
    Provider.objects.filter(slug="sendgrid").update(parent=vonage)
    edited = told()
    assert loaded(*ALL).filled == 0
    assert (told(), Provider.objects.get(slug="twilio").homepage) == (edited, "")
    loaded(*ALL, overwrite=True)
    assert told()[:2] == [("sendgrid", "Sendgrid", "twilio", []), ("twilio", "Twilio", None, ["vonage"])]


def test_a_row_that_the_catalogue_drops_keeps_its_history():
    loaded(*ALL)
    post = post_of("vonage")
    report = loaded(replace(TWILIO, alternatives=()), SENDGRID)
    assert (report.left, Provider.objects.count(), Feed.objects.filter(is_enabled=True).count()) == (1, 3, 3)
    post.refresh_from_db()
    assert post.provider.slug == "vonage"


def test_a_row_that_the_catalogue_renames_keeps_its_history():
    loaded(*ALL)
    post = post_of("vonage")
    renamed = replace(VONAGE, slug="ericsson-vonage", formerly=("nexmo", "vonage"))
    report = loaded(replace(TWILIO, alternatives=("ericsson-vonage",)), renamed, SENDGRID)
    post.refresh_from_db()
    assert (report.new, report.feeds, report.left, post.provider.slug) == (0, 0, 0, "ericsson-vonage")
    assert told()[2] == ("twilio", "Twilio", None, ["ericsson-vonage"])


MOVED = {"format": "incidentio", "feed": "https://new.example.com/api/v2/summary.json"}


def test_a_feed_that_nobody_touched_follows_the_catalogue_and_says_so():
    loaded(TWILIO, VONAGE)
    feed = Feed.objects.get(provider__slug="vonage")
    report = loaded(TWILIO, replace(VONAGE, **MOVED))
    feed.refresh_from_db()
    assert (report.moved, report.feeds, feed.format, feed.url, feed.fence) == (1, 0, *MOVED.values(), 1)
    assert list(FeedMove.objects.values_list("old_format", "new_format")) == [("statuspage_v2", "incidentio")]


def test_a_feed_that_was_moved_here_stays_and_gets_no_twin():
    loaded(TWILIO, VONAGE)
    Feed.objects.filter(provider__slug="vonage").update(url="https://mirror.example.com/x.json", format="incidentio")
    for again in (VONAGE, replace(VONAGE, **MOVED)):
        report = loaded(TWILIO, again)
        assert (report.moved, report.feeds, Feed.objects.get(provider__slug="vonage").url) == (
            0, 0, "https://mirror.example.com/x.json",
        )  # fmt: skip


def test_a_provider_that_could_not_be_read_gets_a_feed_when_it_can():
    load([TWILIO, VONAGE], (), now=NOW)
    assert Feed.objects.count() == 0
    assert loaded(TWILIO, VONAGE).feeds == 2


def test_an_organization_s_own_provider_is_not_taken_for_a_catalogue_s():
    own = ProviderFactory(slug="nexmo", name="Ours", organization=OrganizationFactory())
    loaded(TWILIO, replace(VONAGE, formerly=("nexmo",)))
    own.refresh_from_db()
    assert (own.slug, own.name, own.shipped) == ("nexmo", "Ours", {})


HEAD = ",".join(catalogue.COLUMNS)
GOOD = "a,A,ai,https://a.example.com,,,,,,"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["A b,A,ai,,,,,,,"], r"Line 2 \(A b\): A slug has small letters"),
        (["a,A,toys,,,,,,,"], r"Line 2 \(a\): The category 'toys' is none of ai, cdn,"),
        (["a,A,ai,ftp://a.example.com,,,,,,"], "'ftp://a.example.com' is no web address"),
        (["a,A,ai,,,statuspage_v2,,,,"], "A format needs a feed, and a feed a format"),
        ([GOOD, "b,B,ai,,,,,c,,"], r"Line 3 \(b\): There is no provider 'c' to be its parent or alternative"),
        ([GOOD, "b,B,ai,,,,,,a c,"], "There is no provider 'c' to be its parent or alternative"),
        (["a,A,ai,,,,,a,,"], "is another provider, named once"),
        ([GOOD, "b,B,ai,,,,,,a a,"], "is another provider, named once"),
        ([GOOD, "b,B,ai,,,,,,,a"], "Its former slug 'a' is that of another line"),
    ],
)
def test_a_catalogue_that_contradicts_itself_names_the_line(tmp_path, lines, says):
    path = tmp_path / "providers.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n")
    with pytest.raises(catalogue.BadCatalogue, match=says):
        catalogue.read(path)


# Pages that had no certificate when they were looked at.
HTTP_ONLY = {"apollo-graphql", "juicefs", "liquidplanner", "sumo-logic-us1", "swiftype"}


def test_the_shipped_catalogue_names_known_formats_and_safe_addresses():
    entries = catalogue.read()
    assert len(entries) == 435
    assert {e.format for e in entries} - set(formats()) == {""}
    addresses = {(e.slug, a) for e in entries for a in (e.homepage, e.status_page, e.feed) if a}
    assert {slug for slug, address in addresses if not address.startswith("https://")} == HTTP_ONLY
    assert {e.slug for e in entries if not e.homepage or not e.status_page} == set()


def test_no_shipped_provider_is_its_own_grandparent():
    parents = {e.slug: e.parent for e in catalogue.read()}
    assert [slug for slug, parent in parents.items() if parent and parents[parent]] == []
