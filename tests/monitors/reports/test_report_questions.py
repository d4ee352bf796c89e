"""The question in an alert: who may answer it, how often it counts, and that looking at it is no answer."""

import re
from dataclasses import replace

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from alerts import services
from alerts.channels import email, slack
from monitors.core.states import State
from monitors.models import Report
from monitors.queries.report_questions import question_of, question_path
from monitors.services.follows import follow
from monitors.services.report_answers import MOST_OF_ONE_LINK
from monitors.services.scopes import component_for, scope_of
from tests.alerts.messages import OPENED
from tests.alerts.scenes import at, happen, make_channel, make_incident
from tests.alerts.test_path import deliver
from tests.factories import OrganizationFactory, ProviderFactory, ScopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    cache.clear()
    return ScopeFactory(
        component__provider__slug="twilio", component__provider__category="comms", component__name="SMS"
    )


def answer(path, given="yes", address="81.2.69.142", client=None):
    return (client or Client()).post(path, {"answer": given}, REMOTE_ADDR=address)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("given", ["", "?answer=yes", "?answer=no"])
def test_a_program_that_follows_links_votes_for_nothing(scope, method, given):
    page = getattr(Client(), method)(question_path(scope.id, "abc") + given)
    assert (page.status_code, Report.objects.count()) == (200, 0)


@pytest.mark.parametrize(("given", "expected"), [("yes", ("me_too", False, True)), ("no", ("works", True, False))])
def test_one_click_is_an_answer_about_the_alert_s_scope(scope, given, expected):
    reply = answer(question_path(scope.id, "abc"), given)
    assert reply.url.startswith("/providers/twilio/report/?thanks=")
    row = Report.objects.get()
    assert ((row.problem, row.says_well, row.is_counted), row.scope, row.via) == (expected, scope, "link")


def test_the_button_needs_its_token(scope):
    assert answer(question_path(scope.id, "abc"), client=Client(enforce_csrf_checks=True)).status_code == 403


def test_one_person_answers_once(scope):
    path = question_path(scope.id, "abc")
    assert [answer(path).url[-5:] for _ in range(2)] == ["s=new", "again"]


def test_a_link_that_was_passed_on_is_no_crowd(scope):
    path = question_path(scope.id, "abc")
    for n in range(MOST_OF_ONE_LINK + 4):
        answer(path, address=f"81.{n}.69.142")
    assert Report.objects.filter(is_counted=True).count() == MOST_OF_ONE_LINK
    assert Report.objects.count() == MOST_OF_ONE_LINK + 4


@pytest.mark.parametrize("token", ["x", "1.abc", "1.abc:x:y", "%00", "a" * 5000])
def test_a_link_that_is_not_ours_is_not_found(scope, token):
    assert Client().get(f"/me-too/{token}/").status_code == 404


def test_another_signature_of_ours_is_no_question(scope):
    assert question_of(signing.TimestampSigner(salt="other").sign(f"{scope.id}.abc")) is None


def test_a_provider_that_an_organization_added_is_asked_about_by_nobody():
    own = ProviderFactory(organization=OrganizationFactory())
    assert Client().get(question_path(ScopeFactory(component__provider=own).id, "abc")).status_code == 404


def test_a_mail_asks_when_it_begins_and_not_when_it_is_over(mailoutbox):
    organization, twilio = OrganizationFactory(), ProviderFactory(name="Twilio", slug="twilio")
    scope = scope_of(twilio, component=component_for(twilio, "sms"))
    incident = make_incident(organization, scope)
    services.add_route(follow(organization, scope, at(-60)), make_channel(organization), user=None, now=at(-60))
    happen(incident, "opened")
    deliver(1)
    happen(incident, "resolved", State.OPERATIONAL)
    deliver(2)
    found = [re.findall(r"http\S+(/me-too/\S+)\?answer=(\w+)", mail.body) for mail in mailoutbox]
    assert [[given for _, given in links] for links in found] == [["yes", "no"], []]
    page = Client().get(found[0][0][0])
    assert "Twilio" in page.content.decode()
    assert page.context["question"].incident == incident.uid


def test_every_channel_of_words_asks_with_the_same_links():
    message = replace(OPENED, ask_url="https://status.example/me-too/1.abc:x:y/")
    mail, hook = (
        email.write(message, {"address": "a@example.com"}),
        slack.write(message, {"url": "https://hooks.example/x"}),
    )
    for given in ("yes", "no"):
        link = f"{message.ask_url}?answer={given}"
        assert f": {link}\n" in mail.text
        assert f'href="{link}"' in mail.html
        assert f"<{link}|" in hook.body.decode()


def test_where_nobody_is_asked_no_channel_asks():
    mail, hook = (
        email.write(OPENED, {"address": "a@example.com"}),
        slack.write(OPENED, {"url": "https://hooks.example/x"}),
    )
    assert "you too" not in mail.text + mail.html + hook.body.decode()
