"""People's reports: C1 to C8 of the hostile inputs, as far as they go without proof of work."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from kit.clock import clock
from kit.countries import NAMES
from monitors.core.crowd import FEWEST
from monitors.models import Report, ReportCount, SourceState
from monitors.queries import crowd as queries
from monitors.queries.counts import crowds
from monitors.services import reports
from monitors.services.crowd import judge_provider
from monitors.services.reports import MOST_STORED, Statement, report
from monitors.services.scopes import component_for
from tests.factories import CarrierFactory, ComponentFactory, ProviderFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
PATH = "/providers/twilio/report/"
BROWSER = "Mozilla/5.0"


@pytest.fixture
def twilio():
    cache.clear()  # what it remembers of networks names providers by ids that come again
    return ProviderFactory(slug="twilio", name="Twilio", category="comms")


@pytest.fixture
def say(twilio):
    """Report as `address`, `minutes` after noon."""

    def one(address="81.2.69.142", *, minutes=0, browser=BROWSER, provider=None, **more):
        said = Statement(provider or twilio, "messages_delayed", **more)
        return report(said, address=address, browser=browser, now=NOON + timedelta(minutes=minutes))

    return one


def counted():
    return sum(ReportCount.objects.values_list("reports", flat=True))


def states(now=NOON):
    for provider_id, votes in crowds(now).items():
        judge_provider(provider_id, votes, now=now)
    return SourceState.objects.count()


# --- One person, one vote ---


def test_c1_a_flood_from_one_address_is_one_vote_per_provider_and_ten_minutes(say):
    new = [say(minutes=n / 100) for n in range(50)]
    assert (new, counted()) == ([True] + [False] * 49, 1)
    assert say(minutes=10)
    assert say(provider=ProviderFactory())
    assert counted() == 3


@pytest.mark.parametrize(
    "addresses", [[f"81.2.69.{n}" for n in range(15)], [f"2001:db8:1:2::{n:x}" for n in range(15)]]
)
def test_c2_a_network_is_counted_once_however_many_live_in_it(say, addresses):
    assert [say(address) for address in addresses] == [True] * 15
    assert (Report.objects.count(), counted()) == (15, 1)


def test_c2_a_network_fills_no_table(say):
    for n in range(MOST_STORED + 30):
        assert say(f"81.2.69.{n}")
    assert Report.objects.count() == MOST_STORED


def test_c3_an_address_with_many_browsers_is_counted_once(say):
    assert [say(browser=f"browser {n}") for n in range(15)] == [True] * 15
    assert counted() == 1


def test_ten_thousand_reports_from_three_networks_flip_nothing(say):
    for n in range(10_000):
        say(f"81.2.{n % 3}.{n // 3 % 256}", browser=f"{n}", minutes=n / 1000)
    assert (counted(), Report.objects.count(), states(NOON + timedelta(minutes=10))) == (3, 3 * MOST_STORED, 0)


def test_a_true_spike_from_many_networks_is_counted_whole(say, twilio):
    for n in range(200):
        say(f"81.{n}.69.142", minutes=n / 200)
    assert (counted(), states(NOON + timedelta(minutes=1))) == (200, 1)
    assert SourceState.objects.get().reason == "200 reports in 15 min; fewer than 1 is usual at this hour."


def test_seven_networks_make_a_suspicion(say):
    for n in range(FEWEST - 1):
        say(f"81.{n}.69.142")
    assert states() == 0
    say("82.2.69.142")
    assert states() == 1


def test_a_report_without_a_readable_address_is_of_one_network(say):
    assert [say(""), say("unknown"), say("not an address, " * 50)] == [True] * 3
    assert counted() == 1


def test_nothing_of_a_person_is_kept_but_hashes_whose_key_is_gone_after_two_days(say):
    say("81.2.69.142")
    row = Report.objects.values().get()
    assert not any("81.2.69" in str(value) or BROWSER in str(value) for value in row.values())
    name = cache.make_key(f"reports:key:{NOON.date().isoformat()}")
    assert 0 < cache._cache.get_client().ttl(name) <= 48 * 3600
    say("81.2.69.142", minutes=24 * 60)
    assert Report.objects.values("voter").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_people_of_one_network_at_once_are_one_vote_and_lose_none():
    twilio = ProviderFactory(slug="twilio", category="comms")

    def one(n):
        try:
            return report(Statement(twilio, "other"), address=f"81.2.69.{n}", browser=BROWSER, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(8))) == [True] * 8
    assert (Report.objects.count(), Report.objects.filter(is_counted=True).count(), counted()) == (8, 1, 1)


def test_old_reports_are_forgotten(say):
    say()
    say("82.2.69.142", minutes=24 * 60)
    assert reports.prune(NOON + timedelta(days=90, minutes=1)) == 2
    assert (Report.objects.count(), ReportCount.objects.count()) == (1, 1)


# --- The form ---


@pytest.fixture
def send(twilio):
    def post(client=None, headers=None, **fields):
        values = {"problem": "messages_delayed", "component": "service:sms", "country": "JP", "carrier": "", **fields}
        return (client or Client()).post(PATH, values, headers=headers or {})

    return post


def the_report():
    return Report.objects.select_related("scope__component", "scope__carrier").get()


def test_a_report_lands_in_its_scope(send):
    CarrierFactory(name="NTT DOCOMO", country="JP", aliases=["Docomo"])
    answer = send(carrier=" docomo ")
    row = the_report()
    assert (answer.status_code, answer.url) == (302, f"{PATH}?thanks=new")
    assert (row.scope.component.service, row.scope.country, row.scope.carrier.name) == ("sms", "JP", "NTT DOCOMO")
    assert (row.problem, row.carrier_text) == ("messages_delayed", "")


def test_a_second_one_is_thanked_and_not_counted(send):
    send()
    assert send().url == f"{PATH}?thanks=again"
    assert counted() == 1


@pytest.mark.parametrize("country", ["ZZ", "xx", "1", "", "'\"", "\u202e"])
def test_a_country_that_does_not_exist_is_not_said(send, country):
    send(country=country, carrier="Docomo")
    row = the_report()
    assert (row.country, row.scope.country, row.carrier_text) == ("", "", "Docomo")


def test_a_carrier_that_nobody_knows_is_kept_as_it_was_typed_less_control_characters(send):
    send(carrier="My\u202e Net\x07 <b>")
    row = the_report()
    assert (row.carrier_text, row.scope.carrier) == ("My Net <b>", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"problem": ""},
        {"problem": "nonsense"},
        {"component": "component:1"},
        {"component": "service:x"},
        {"carrier": "x" * 61},
    ],
)
def test_a_form_that_does_not_fit_is_shown_again(send, fields):
    answer = send(**fields)
    assert (answer.status_code, Report.objects.count()) == (422, 0)


def test_c8_without_its_token_nothing_is_stored(send):
    assert send(Client(enforce_csrf_checks=True)).status_code == 403
    assert not Report.objects.exists()


def test_c6_a_person_without_javascript_can_report(twilio):
    client = Client(enforce_csrf_checks=True)
    page = client.get(PATH, headers={"Accept-Language": "ja-JP,ja;q=0.9"})
    token = page.context["csrf_token"]
    fields = {"problem": "other", "country": "JP", "csrfmiddlewaretoken": str(token)}
    assert client.post(PATH, fields, follow=True).context["thanks"].startswith("Thank you.")


def test_the_form_is_filled_in_with_what_the_browser_tells(twilio):
    CarrierFactory(name="Smartfren", country="ID")
    page = Client().get(PATH, headers={"Accept-Language": "id-ID,id;q=0.9,en-US;q=0.8"})
    html = page.content.decode()
    assert '<option value="ID" selected>Indonesia</option>' in html
    assert '<option value="Smartfren"></option>' in html


def test_countries_are_there_by_name_and_one_is_chosen(twilio):
    html = Client().get(PATH, headers={"Accept-Language": "ja-JP"}).content.decode()
    (select,) = re.findall(r'<select id="id_country" name="country">(.*?)</select>', html, re.DOTALL)
    options = re.findall(r'<option value="(\w*)"( selected)?>([^<]*)</option>', select)
    assert [code for code, chosen, _ in options if chosen] == ["JP"]
    assert options[0] == ("", "", "Not said")
    assert {code: unescape(words) for code, _, words in options[1:]} == NAMES


def test_what_was_typed_stands_in_the_form_that_comes_back(send):
    html = send(problem="", country="ID").content.decode()
    assert '<option value="ID" selected>Indonesia</option>' in html
    assert '<option value="service:sms" selected>SMS</option>' in html


@pytest.mark.parametrize("component", ["service:sms", ""])
def test_a_report_asks_the_database_a_fixed_number_of_times(send, twilio, django_assert_max_num_queries, component):
    send(component=component)
    for n in range(30):
        ComponentFactory(provider=twilio, name=f"Part {n}")
        report(Statement(twilio, "other"), address=f"82.{n}.2.3", browser=f"b{n}", now=clock())
    with django_assert_max_num_queries(11):  # two of them are the test's savepoint
        send(component=component, headers={"User-Agent": "another"})


def test_parts_are_services_first_and_each_once(twilio):
    component_for(twilio, "sms")
    ComponentFactory(provider=twilio, name="voice")
    ComponentFactory(provider=twilio, name="TaskRouter")
    form = Client().get(PATH).context["report_form"]
    labels = [label for _, label in form.fields["component"].choices]
    assert labels == [
        "Not sure",
        "SMS",
        "MMS",
        "Voice",
        "Verify",
        "WhatsApp",
        "Email",
        "Console",
        "REST API",
        "TaskRouter",
    ]


def test_a_provider_that_sends_no_messages_asks_for_no_network():
    ProviderFactory(slug="stripe", category="payments")
    form = Client().get("/providers/stripe/report/").context["report_form"]
    assert (list(form.fields), form.fields["problem"].choices[0]) == (
        ["problem", "component", "country", "comment"], ("payments_fail", "Payments fail"),
    )  # fmt: skip


def test_a_provider_that_does_not_exist_is_not_found():
    assert Client().get("/providers/none/report/").status_code == 404


def test_other_methods_are_refused(twilio):
    assert Client().put(PATH).status_code == 405


@pytest.mark.parametrize(("proxies", "votes"), [(0, 1), (1, 2)])
def test_c17_only_our_own_proxies_are_believed_who_the_client_is(send, settings, proxies, votes):
    settings.TRUSTED_PROXIES = proxies
    for n in range(2):
        send(headers={"X-Forwarded-For": f"10.9.9.9, 81.{n}.69.142"})
    assert counted() == votes


# --- What pages read ---


def test_pages_read_buckets_problems_and_countries(say, twilio):
    for n, (minutes, country) in enumerate([(0, "JP"), (1, "JP"), (16, "ID"), (31, "")]):
        say(f"81.{n}.69.142", minutes=minutes, country=country)
    now = NOON + timedelta(minutes=50)
    assert [n for _, n in queries.report_buckets(twilio.id, NOON, now)] == [2, 1, 1, 0]
    assert [(s.words, s.reports, s.about) for s in queries.top_problems(twilio.id, NOON)] == [
        ("Messages are delayed", 4, "100 %")
    ]
    assert [(s.key, s.words, s.about) for s in queries.countries(twilio.id, NOON)] == [
        ("JP", "Japan", "50 %"), ("ID", "Indonesia", "25 %"), ("", "Not said", "25 %"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reports", "problems", "countries"),
    [
        ([], [], []),
        (
            [("login", "JP"), ("other", "ID"), ("api_errors", "US")],
            [("API errors", 34), ("Login or console", 33), ("Something else", 33)],
            [("Indonesia", 34), ("Japan", 33), ("United States", 33)],
        ),
        (
            [("login", "JP")] * 3 + [("other", "JP")] * 2 + [("api_errors", "")] * 2 + [("messages_missing", "")],
            [("Login or console", 38), ("API errors", 25), ("Something else", 25), ("All others", 12)],
            [("Japan", 63), ("Not said", 37)],
        ),
    ],
)
def test_shares_are_of_all_reports_and_add_up(twilio, reports, problems, countries):
    for n, (problem, country) in enumerate(reports):
        report(Statement(twilio, problem, country=country), address=f"81.{n}.69.142", browser=BROWSER, now=NOON)
    assert [(s.words, s.percent) for s in queries.top_problems(twilio.id, NOON)] == problems
    assert [(s.words, s.percent) for s in queries.countries(twilio.id, NOON)] == countries


def test_countries_that_a_list_has_no_room_for_are_in_its_last_line(twilio):
    for n, country in enumerate(["JP", "JP", "ID", "US", ""]):
        report(Statement(twilio, "other", country=country), address=f"81.{n}.69.142", browser=BROWSER, now=NOON)
    assert [(s.words, s.percent) for s in queries.countries(twilio.id, NOON, most=2)] == [
        ("Japan", 40), ("Indonesia", 20), ("Elsewhere, or not said", 40),
    ]  # fmt: skip
