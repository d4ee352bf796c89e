"""What people write: held until somebody has read it, and words alone; and their good news."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from monitors.core.problems import BY_CATEGORY, USUAL, WORKS, problem_words, problems
from monitors.core.report_comments import LONGEST, cleaned
from monitors.models import Report, SourceState
from monitors.queries.counts import crowds
from monitors.services.crowd import judge_provider
from monitors.services.report_people import person
from monitors.services.report_work import Proof
from monitors.services.reports import Statement, take
from tests.factories import ProviderFactory, UserFactory

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
PATH = "/providers/twilio/report/"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SMS to Docomo fail since 12:05, error 30008", "SMS to Docomo fail since 12:05, error 30008"),
        ("see https://evil.test/x?y=1 now", "see [link] now"),
        ("HTTP://EVIL.TEST", "[link]"),
        ("www.evil.test/a and ftp://b", "[link] and [link]"),
        ("go to evil.com/path today", "go to [link] today"),
        ("javascript:alert(1)", "[link]"),
        ("data:text/html,<b>", "[link]"),
        ("mail bob@example.com please", "mail [mail address] please"),
        ("call +81 90-1234-5678!", "call [number]!"),
        ("(030) 1234 5678", "([number]"),
        ("line\none\ttab\x00\x07", "line one tab"),
        ("\u202eevil\u2066 \u200bx\ufeff", "evil x"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 3),
        ("<script>alert('x')</script>", "<script>alert('x')</script>"),  # text: whoever shows it escapes it
        ("  ", ""),
    ],
)
def test_c11_a_comment_is_words_alone(typed, kept):
    assert cleaned(typed) == kept


@pytest.mark.parametrize("category", ["", "nothing we know", *BY_CATEGORY])
def test_every_category_has_a_list_that_ends_with_something_else(category):
    listed = problems(category)
    assert 4 <= len(listed) <= 7
    assert list(listed)[-1] == "other"
    assert all(problem_words(key) == USUAL.get(key, problem_words(key)) for key in listed)
    assert WORKS not in listed


# --- Comments, through the form and the admin ---


@pytest.fixture
def twilio(db):
    cache.clear()
    return ProviderFactory(slug="twilio", name="Twilio", category="comms")


def send(client=None, **fields):
    return (client or Client()).post(PATH, {"problem": "other", "country": "", **fields})


def test_c11_a_comment_is_held_and_shown_as_text_once_approved(twilio, client):
    send(comment="<img src=x onerror=alert(1)> broken, http://evil.test")
    row = Report.objects.get()
    assert (row.comment, row.comment_state) == ("<img src=x onerror=alert(1)> broken, [link]", "held")
    page = reverse("is_down", args=["twilio"])
    assert "onerror" not in Client().get(page).content.decode()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.post("/admin/monitors/report/", {"action": "approve", "_selected_action": [row.id]})
    row.refresh_from_db()
    assert row.comment_state == "approved"
    client.post("/admin/monitors/report/", {"action": "reject", "_selected_action": [row.id]})
    row.refresh_from_db()
    assert row.comment_state == "rejected"


def test_a_member_of_staff_who_may_only_look_decides_nothing(twilio, client):
    send(comment="broken")
    client.force_login(UserFactory(is_staff=True))
    client.post("/admin/monitors/report/", {"action": "approve", "_selected_action": [Report.objects.get().id]})
    assert Report.objects.get().comment_state == "held"


def test_a_report_without_a_comment_waits_for_nobody(twilio):
    send()
    assert Report.objects.get().comment_state == ""


def test_what_was_typed_survives_an_error(twilio):
    answer = send(problem="nonsense", comment="broken <b>", country="JP", carrier="My Net")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "broken &lt;b&gt;</textarea>" in html
    assert '<option value="JP" selected>' in html
    assert 'value="My Net"' in html
    assert send(comment="x" * (LONGEST + 1)).status_code == 422


# --- "It works again" ---


def say(provider, problem, n, *, minutes=0.0):
    now = NOON + timedelta(minutes=minutes)
    who = person(f"81.{n}.69.142", f"browser {n}", now)
    return take(Statement(provider, problem), who, proof=Proof.DONE, via="form", now=now)


def judged(now):
    for provider_id, votes in crowds(now).items():
        judge_provider(provider_id, votes, now=now)
    return list(SourceState.objects.values_list("state", flat=True))


def test_the_second_button_says_that_it_works_and_needs_no_problem(twilio):
    answer = Client().post(PATH, {"works": "1"})
    assert answer.url.endswith("thanks=works")
    assert Report.objects.values_list("problem", "says_well", "is_counted").get() == ("works", True, False)


def test_who_reported_can_take_it_back_in_the_same_window_and_once(twilio):
    assert [say(twilio, "other", 1), say(twilio, "works", 1, minutes=1), say(twilio, "works", 1, minutes=2)] == [
        True, True, False,
    ]  # fmt: skip
    assert Report.objects.filter(says_well=True).count() == 1


def test_a_crowd_that_takes_it_back_is_none(twilio):
    for n in range(8):
        say(twilio, "other", n)
    assert len(crowds(NOON)[twilio.id]) == 8
    for n in range(5):
        say(twilio, "works", n, minutes=3)
    assert crowds(NOON + timedelta(minutes=3)) == {}
    assert judged(NOON + timedelta(minutes=3)) == []


def test_good_news_of_others_silence_nobody(twilio):
    for n in range(8):
        say(twilio, "other", n)
    for n in range(100, 180):
        say(twilio, "works", n, minutes=1)
    assert len(crowds(NOON + timedelta(minutes=1))[twilio.id]) == 8


def test_what_is_reported_after_good_news_counts(twilio):
    say(twilio, "works", 1)
    say(twilio, "other", 1, minutes=1)
    for n in range(2, 8):
        say(twilio, "other", n, minutes=1)
    assert len(crowds(NOON + timedelta(minutes=1))[twilio.id]) == 7
