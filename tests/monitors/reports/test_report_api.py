"""What partners' users report: a key, a rate, each request once, and no crowd out of one partner."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from kit.clock import clock
from monitors.models import PartnerKey, PartnerRequest, Report
from monitors.services.report_partners import make_key
from tests.factories import CarrierFactory, OrganizationFactory, ProviderFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/reports"


@pytest.fixture
def key():
    cache.clear()
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    return make_key("Observers")[1]


@pytest.fixture
def send(key):
    def post(body=None, once="", key=key, content_type="application/json", **fields):
        said = {"provider": "twilio", "problem": "calls_fail", "reporter": "u1"} | fields
        headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": once} if once else {})
        body = json.dumps(said) if body is None else body
        return Client().post(PATH, body, content_type=content_type, headers=headers)

    return post


def test_a_report_lands_in_its_scope(send):
    CarrierFactory(name="NTT DOCOMO", country="JP")
    answer = send(component="SMS", country="jp", carrier="ntt docomo", comment="see http://x.test")
    assert (answer.status_code, answer.json()) == (202, {"status": "taken"})
    row = Report.objects.select_related("scope__component", "scope__carrier").get()
    assert (row.scope.component.service, row.scope.country, row.scope.carrier.name) == ("sms", "JP", "NTT DOCOMO")
    assert (row.via, row.comment, row.comment_state, row.is_counted) == ("partner", "see [link]", "held", True)


def test_it_works_again_too(send):
    send(problem="works")
    assert Report.objects.values_list("says_well", "is_counted").get() == (True, False)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Bearer swp_x", "Basic swp_x", "Bearer " + "swp_" * 99]
)
def test_without_a_key_nothing_is_taken(key, authorization):
    answer = Client().post(PATH, "{}", content_type="application/json", headers={"Authorization": authorization})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_revoked_key_opens_nothing(send):
    PartnerKey.objects.update(revoked_at=clock())
    assert send().status_code == 401


def test_of_a_key_only_its_hash_is_kept(key):
    row = PartnerKey.objects.values().get()
    assert key not in str(row)
    assert len(row["hashed"]) == 64
    assert key.startswith(row["prefix"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provider": "nobody"}, "There is no provider “nobody”."),
        ({"provider": ""}, "“provider” is missing."),
        ({"problem": "nonsense"}, "“nonsense” is no problem of Twilio. There are: messages_delayed"),
        ({"reporter": ""}, "“reporter” is missing."),
        ({"component": "Toaster"}, "Twilio has no component “Toaster”."),
        ({"country": "ZZ"}, "“ZZ” is no country."),
        ({"country": "Japan"}, "“country” has 5 characters; at most 2 may be."),
        ({"comment": "x" * 281}, "“comment” has 281 characters"),
        ({"count": "5"}, "There is no field “count”."),
        ({"reporter": 5}, "The body must be an object of texts"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_way_out(send, fields, words):
    answer = send(**fields)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(words)
    assert not Report.objects.exists()


@pytest.mark.parametrize("body", [" ", "{", "[]", "null", '"x"', "[" * 9000, b"\xff\xfe", '{"a": NaN}'])
def test_no_body_breaks_anything(send, body):
    assert send(body).status_code == 400


def test_other_types_sizes_and_methods_are_refused(send, key):
    assert send(content_type="text/plain").status_code == 415
    assert send("x" * 10_001).status_code == 413
    assert Client().get(PATH, headers={"Authorization": f"Bearer {key}"}).status_code == 405


def test_a_provider_of_one_organization_is_not_found(send):
    ProviderFactory(slug="own", organization=OrganizationFactory())
    assert send(provider="own").json()["error"].startswith("There is no provider")


def test_the_same_key_and_body_is_one_report_and_the_same_answer(send):
    first, second = send(once="a1"), send(once="a1")
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (202, {"status": "taken"})
    assert ("Idempotent-Replay" in first, "Idempotent-Replay" in second) == (False, True)
    assert Report.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(send):
    send(once="a1")
    answer = send(once="a1", reporter="u2")
    assert (answer.status_code, Report.objects.count()) == (409, 1)


def test_a_refusal_is_given_again_too(send):
    assert [send(once="a1", provider="nobody").status_code for _ in range(2)] == [400, 400]
    assert PartnerRequest.objects.count() == 1


def test_keys_of_two_partners_have_nothing_to_do_with_each_other(send):
    _, other = make_key("Others")
    assert [send(once="a1").status_code, send(once="a1", reporter="u2", key=other).status_code] == [202, 202]


@pytest.mark.parametrize("once", ["x" * 81, "a\tb"])
def test_a_key_of_another_kind_is_refused(send, once):
    assert send(once=once).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_eight_of_the_same_request_at_once_are_one_report():
    cache.clear()
    ProviderFactory(slug="twilio", category="comms")
    _, key = make_key("Observers")
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "a1"}
    body = json.dumps({"provider": "twilio", "problem": "other", "reporter": "u1"})

    def one(_):
        try:
            return Client().post(PATH, body, content_type="application/json", headers=headers).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(8))) == {202}
    assert (Report.objects.count(), PartnerRequest.objects.count()) == (1, 1)


def test_who_asks_too_often_is_told_when_to_come_back(send):
    PartnerKey.objects.update(per_minute=2)
    answers = [send(reporter=f"u{n}") for n in range(6)]  # the minute may turn once between them
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert late[0].json()["error"].startswith("At most 2 requests in a minute. Try again in ")
    assert 0 < int(late[0]["Retry-After"]) <= 60


@pytest.mark.parametrize(("trusted", "counted"), [(2, 2), (50, 12)])
def test_a_partner_alone_is_no_crowd_until_somebody_trusts_it(send, trusted, counted):
    PartnerKey.objects.update(trusted_networks=trusted)
    for n in range(12):
        send(reporter=f"u{n}")
    windows = Report.objects.values("window").distinct().count()  # 2 where the clock passed a border
    assert counted <= Report.objects.filter(is_counted=True).count() <= counted * windows
    assert Report.objects.count() == 12


def test_the_command_prints_a_key_that_works(send, capsys):
    call_command("make_partner_key", "Third")
    assert send(key=capsys.readouterr().out.strip()).status_code == 202


def test_a_partner_has_a_name():
    with pytest.raises(CommandError):
        call_command("make_partner_key", " ")
