import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from kit.clock import clock
from monitors.models import PendingChange, StateChange
from monitors.services.notices import raise_notice
from pages.health import healthz
from pages.metrics import metrics
from tests.factories import FeedFactory, ScopeFactory


def waiting_change(minutes):
    at = clock() - timedelta(minutes=minutes)
    scope = ScopeFactory()
    change = StateChange.objects.create(source="official", ref="feed:1", scope=scope, old=0, new=2, at=at)
    PendingChange.objects.create(change=change, provider=scope.provider, created_at=at)


def ask():
    answer = healthz(RequestFactory().get("/healthz"))
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
def test_an_idle_installation_is_well():
    status, body = ask()
    assert (status, body["status"], body["problems"]) == (200, "ok", [])
    assert (body["database"], body["broker"], body["cache"]) == (True, True, True)
    assert body["oldest_waiting_s"] == {"changes": None, "events": None, "notifications": None, "receipts": None}


@pytest.mark.django_db
def test_a_row_that_nobody_takes_is_a_problem_and_a_young_one_is_not():
    waiting_change(minutes=0)
    assert ask()[0] == 200
    waiting_change(minutes=2)
    status, body = ask()
    assert status == 503
    assert 119 < body["oldest_waiting_s"]["changes"] < 180
    assert [problem.split(" is ")[0] for problem in body["problems"]] == ["The oldest of the waiting changes"]


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    status, body = ask()
    assert (status, body["broker"], body["problems"]) == (503, False, ["The broker does not answer."])


def scrape(**headers):
    request = RequestFactory().get("/metrics", REMOTE_ADDR="127.0.0.1", headers=headers)
    families = text_string_to_metric_families(metrics(request).content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.mark.django_db
def test_metrics_count_what_the_tables_hold():
    FeedFactory()
    FeedFactory(last_poll_at=clock(), failures=2, unknown_words={"odd": 3})
    for ref in ("feed:1", "feed:2"):
        raise_notice("unreadable", ref, title="It cannot be read", now=clock())
    found = scrape()
    assert found["statuswire_feeds", "never polled"] == 1
    assert found["statuswire_feeds", "unreadable"] == 1
    assert found["statuswire_unknown_words", "statuspage_v2"] == 3
    assert found["statuswire_up", "database"] == 1
    assert found["statuswire_operator_notices", "unreadable"] == 2


@pytest.mark.django_db
def test_metrics_are_closed_to_strangers(settings, client):
    from django.http import Http404

    with pytest.raises(Http404):
        scrape(**{"X-Forwarded-For": "203.0.113.9"})
    settings.METRICS_TOKEN = "right"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        with pytest.raises(Http404):
            scrape(**headers)
    assert scrape(Authorization="Bearer right")
