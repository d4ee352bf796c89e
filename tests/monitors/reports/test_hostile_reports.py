"""C1 to C17: what people and programs do to a form that everybody may send. C4 is in tests/monitors/core/test_crowd.py too."""

from datetime import UTC, datetime, timedelta

import pytest
from altcha import Payload, solve_challenge
from altcha.v2 import Challenge
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as NoValkey

from incidents.models import Incident
from monitors.core.crowd import FEWEST
from monitors.core.states import Source
from monitors.models import Report, ReportCount, SourceState
from monitors.queries.counts import crowds
from monitors.services import report_work
from monitors.services.crowd import judge_provider
from monitors.services.report_people import person
from monitors.services.report_work import LIVES_S, Proof
from monitors.services.reports import MOST_ALIKE_NEAR, MOST_STORED, MOST_UNPROVEN, Statement, take
from tests.factories import OrganizationFactory, ProviderFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
PATH = "/providers/twilio/report/"


@pytest.fixture(autouse=True)
def twilio(monkeypatch, settings):
    cache.clear()
    settings.REPORT_WORK = 2
    monkeypatch.setattr(report_work, "COST", 10)
    return ProviderFactory(slug="twilio", name="Twilio", category="comms")


@pytest.fixture
def say(twilio):
    def one(address, *, minutes=0.0, browser="Mozilla/5.0", proof=Proof.DONE):
        now = NOON + timedelta(minutes=minutes)
        return take(Statement(twilio, "other"), person(address, browser, now), proof=proof, via="form", now=now)

    return one


def counted():
    return sum(ReportCount.objects.values_list("reports", flat=True))


def flipped(minutes):
    """Judge as the sweep does, at that minute; return how many scopes the crowd ever spoke of."""
    now = NOON + timedelta(minutes=minutes)
    for provider_id, votes in crowds(now).items():
        judge_provider(provider_id, votes, now=now)
    return SourceState.objects.filter(source=Source.CROWD).count()


def solved(path=PATH):
    challenge = Challenge.from_dict(Client().get(f"{path}challenge").json())
    return Payload(challenge, solve_challenge(challenge)).to_base64()


def send(address="81.2.69.142", **fields):
    return Client().post(PATH, {"problem": "other", "country": "", **fields}, REMOTE_ADDR=address)


def test_c1_a_flood_from_one_address_is_one_report_of_a_provider_and_window(say):
    for n in range(40):
        say("81.2.69.142", minutes=n / 10)
    assert counted() == 1


@pytest.mark.parametrize("address", ["81.2.69.{}", "2001:db8:1:2::{}"])
def test_c2_c16_a_24_or_a_64_is_one_voice(say, address):
    for n in range(18):
        say(address.format(n), browser=f"browser {n}")
    assert (counted(), Report.objects.count()) == (1, 18)


def test_c3_a_browser_that_changes_its_address_is_capped_in_each_neighbourhood(say):
    for n in range(60):
        say(f"81.2.{n}.1")
        say(f"2001:db8:{n}::1")
    assert counted() == 2 * MOST_ALIKE_NEAR


def test_c3_people_of_one_neighbourhood_are_counted_where_they_are_many(say):
    for n in range(60):
        say(f"81.2.{n}.1", browser=f"browser {n % 10}")
    assert counted() == 60


def test_c4_one_report_a_minute_from_few_networks_flips_nothing(say):
    for minute in range(180):
        say(f"81.{minute % 5}.69.{minute}", minutes=minute, browser=f"browser {minute}")
        if minute % 5 == 0:
            assert flipped(minute) == 0


@pytest.mark.parametrize("minutes", [9, 21])
def test_c5_c6_without_proof_of_work_a_flood_from_everywhere_flips_nothing(say, minutes):
    for n in range(120):
        say(f"{11 + n}.{n}.69.1", minutes=minutes * n / 120, browser=f"browser {n}", proof=Proof.MISSING)
    windows = {row.window for row in Report.objects.all()}
    assert counted() == MOST_UNPROVEN * len(windows)
    assert 3 * MOST_UNPROVEN < FEWEST
    assert flipped(minutes) == 0


def test_c6_what_has_no_proof_takes_nothing_from_what_has(say):
    for n in range(20):
        say(f"81.{n}.69.1", proof=Proof.MISSING)
    for n in range(20):
        say(f"82.{n}.69.1")
    assert counted() == MOST_UNPROVEN + 20


def test_c7_a_proof_counts_once_and_who_sends_it_again_is_thanked_the_same():
    proof = solved()
    answers = [send(f"81.{n}.69.142", altcha=proof) for n in range(3)]
    assert [answer.url for answer in answers] == [f"{PATH}?thanks=new"] * 3
    assert list(Report.objects.order_by("id").values_list("is_proven", "is_counted")) == [
        (True, True), (False, False), (False, False),
    ]  # fmt: skip


@pytest.mark.parametrize("proof", ["forged", "bnVsbA==", "x" * 9000])
def test_c8_a_forged_proof_stores_nothing_and_keeps_what_was_typed(proof):
    answer = send(altcha=proof, comment="it is broken")
    assert (answer.status_code, Report.objects.count()) == (400, 0)
    html = answer.content.decode()
    assert "Nothing is lost: please send it once more." in html
    assert "it is broken</textarea>" in html


def test_c8_a_stale_proof_stores_nothing_and_a_new_one_is_taken(monkeypatch):
    monkeypatch.setattr(report_work, "LIVES_S", -1.0)
    assert (send(altcha=solved()).status_code, Report.objects.count()) == (400, 0)
    monkeypatch.setattr(report_work, "LIVES_S", LIVES_S)
    assert send(altcha=solved()).status_code == 302


def test_c8_a_proof_for_another_provider_is_none():
    ProviderFactory(slug="stripe", category="payments")
    assert send(altcha=solved("/providers/stripe/report/")).status_code == 400


@pytest.mark.parametrize("country", ["ZZ", "<x>", "x" * 5000, "null", "\x00", "jp\u202e", "🇯🇵"])
def test_c9_a_country_that_is_none_is_not_said(country):
    assert send(country=country).status_code in (302, 422)  # NUL is refused by the form itself
    assert set(Report.objects.values_list("country", flat=True)) <= {""}


def test_c9_a_country_that_is_not_sent_is_not_said():
    Client().post(PATH, {"problem": "other"})
    assert Report.objects.get().country == ""


@pytest.mark.parametrize("carrier", ["Nobody Mobile", "<script>", "'; DROP TABLE", "ドコモ"])
def test_c10_a_carrier_that_is_not_in_the_list_is_kept_as_text(carrier):
    send(country="JP", carrier=carrier)
    row = Report.objects.select_related("scope").get()
    assert (row.carrier_text, row.scope.carrier_id, row.scope.country) == (carrier, None, "JP")


@pytest.mark.parametrize("path", ["/providers/{}/report/", "/providers/{}/report/challenge", "/embed/{}/report"])
@pytest.mark.parametrize("slug", ["hidden", "none"])
def test_c12_a_provider_that_is_not_everybody_s_is_not_found(path, slug):
    ProviderFactory(slug="hidden", organization=OrganizationFactory())
    assert Client().get(path.format(slug)).status_code == 404
    assert Client().post(path.format(slug), {"problem": "down"}).status_code in (404, 405)


def test_c12_a_component_of_another_provider_is_refused():
    other = ProviderFactory(category="cloud").components.create(name="Servers")
    assert (send(component=f"component:{other.id}").status_code, Report.objects.count()) == (422, 0)


def test_c13_a_true_tenfold_spike_is_counted_whole(say):
    for n in range(30):  # a usual day
        say(f"90.{n}.69.1", minutes=-600 + n, browser=f"browser {n % 7}")
    for n in range(300):
        assert say(f"{11 + n % 150}.{n % 251}.{n % 97}.1", minutes=n / 60, browser=f"browser {n % 7}")
    spike = ReportCount.objects.filter(minute__gte=NOON)
    assert sum(spike.values_list("reports", flat=True)) == 300
    assert flipped(5) == 1


def test_c14_a_smear_on_a_healthy_service_changes_no_state_and_opens_nothing(say):
    for n in range(600):
        say(f"81.2.{n % 3}.{n % 250}", minutes=n / 60, browser=f"browser {n}")
    assert (flipped(10), Incident.objects.count()) == (0, 0)


def test_c15_a_report_after_the_end_counts_for_a_new_window_and_reopens_nothing_alone(say):
    for n in range(12):
        say(f"81.{n}.69.1")
    assert flipped(1) == 1
    now = NOON + timedelta(minutes=60)
    judge_provider(Report.objects.first().provider_id, [], now=now)
    assert SourceState.objects.get().state.is_impaired is False
    say("81.3.69.1", minutes=61)
    assert flipped(62) == 1
    assert SourceState.objects.get().state.is_impaired is False
    assert counted() == 13


def test_c17_who_says_that_they_are_somebody_else_is_not_believed():
    for n in range(5):
        Client().post(
            PATH, {"problem": "other"}, headers={"X-Forwarded-For": f"81.{n}.69.142", "Forwarded": f"for=81.{n}.1.1"}
        )
    assert counted() == 1


def test_a_network_that_asks_for_work_without_end_gets_none_and_can_still_report(monkeypatch):
    monkeypatch.setattr(report_work, "MOST_ASKED", 3)
    answers = [Client().get(f"{PATH}challenge", REMOTE_ADDR=f"81.2.69.{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1]["Retry-After"] == "600"
    assert Client().get(f"{PATH}challenge", REMOTE_ADDR="81.2.70.1").status_code == 200
    assert send("81.2.69.9").status_code == 302


# --- The frame on other sites ---

EMBED = "/embed/twilio/report"


def policy(answer):
    return next(part for part in answer["Content-Security-Policy"].split("; ") if part.startswith("frame-ancestors"))


def test_only_the_embedded_form_may_be_framed():
    framed, own = Client().get(EMBED), Client().get(PATH)
    assert (policy(framed), framed.has_header("X-Frame-Options")) == ("frame-ancestors *", False)
    assert (policy(own), own["X-Frame-Options"]) == ("frame-ancestors 'none'", "DENY")


def test_the_rest_of_its_policy_is_everybody_s():
    framed, own = Client().get(EMBED), Client().get(PATH)
    rest = [
        {part for part in page["Content-Security-Policy"].split("; ") if "frame-" not in part} for page in (framed, own)
    ]
    assert rest[0] == rest[1]


@pytest.mark.parametrize(
    ("origin", "status"), [("", 302), ("http://testserver", 302), ("https://evil.test", 403), ("null", 403)]
)
def test_a_page_elsewhere_cannot_send_its_readers_votes(origin, status):
    headers = {"Origin": origin} if origin else {}
    answer = Client(enforce_csrf_checks=True).post(EMBED, {"problem": "other"}, headers=headers)
    assert (answer.status_code, Report.objects.count()) == (status, int(status == 302))


def test_the_embedded_form_sets_no_cookie_and_knows_nobody(client, django_user_model):
    answer = client.get(EMBED)
    assert (answer.cookies, answer.has_header("Set-Cookie")) == ({}, False)


def test_a_report_out_of_a_frame_says_so():
    assert Client().post(EMBED, {"problem": "other"}).url == f"{EMBED}?thanks=new"
    assert Report.objects.get().via == "embed"


def test_c1_a_network_whose_window_is_full_costs_the_database_nothing(say, django_assert_num_queries):
    for n in range(MOST_STORED + 1):
        say(f"81.2.69.{n}")
    with django_assert_num_queries(0):
        assert say("81.2.69.200")
    assert say("81.2.70.200")
    assert say("81.2.69.200", minutes=10)
    assert Report.objects.count() == MOST_STORED + 2


def test_without_valkey_reports_are_taken_and_a_network_is_one_voice(say, monkeypatch):
    def gone(*_, **__):
        raise NoValkey("gone")

    for name in ("get", "set", "add", "incr", "get_or_set"):
        monkeypatch.setattr(cache, name, gone)
    assert [say(f"81.2.69.{n}") for n in range(5)] == [True] * 5
    assert (Report.objects.count(), counted()) == (5, 1)
