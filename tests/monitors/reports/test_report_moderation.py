"""Comments wait until somebody has read them, and operators hear of it once."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from monitors.models import OperatorNotice, Report
from monitors.services.report_moderation import moderate
from monitors.tasks.notices import tell_operators
from tests.factories import ProviderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def twilio(settings):
    cache.clear()
    settings.OPERATOR_EMAILS = ["ops@example.com"]
    return ProviderFactory(slug="twilio", category="comms")


def say(comment, address):
    Client().post("/providers/twilio/report/", {"problem": "other", "comment": comment}, REMOTE_ADDR=address)


def told():
    tell_operators()  # judges what waits
    tell_operators()  # and tells of it
    subjects = [sent.subject.removeprefix("[StatusWire] ") for sent in mail.outbox]
    mail.outbox.clear()
    return subjects


def test_operators_hear_once_that_comments_wait_however_many_follow():
    say("", "81.1.2.3")
    assert told() == []
    say("nothing arrives", "81.2.2.3")
    say("here neither", "81.3.2.3")
    assert told() == ["2 comments in reports wait to be read by somebody"]
    say("nor here", "81.4.2.3")
    assert told() == []
    assert OperatorNotice.objects.get().title == "3 comments in reports wait to be read by somebody"


def test_when_all_are_read_it_is_over_without_a_word_and_the_next_comment_is_told():
    say("nothing arrives", "81.2.2.3")
    assert told() == ["A comment in a report waits to be read by somebody"]
    moderate(Report.objects.values_list("id", flat=True), is_approved=False)
    assert told() == []
    assert OperatorNotice.objects.get().resolved_at
    say("once more", "81.3.2.3")
    assert told() == ["A comment in a report waits to be read by somebody"]


def test_the_mail_leads_to_those_that_wait_and_has_none_of_their_words(client, settings):
    say("nothing arrives", "81.2.2.3")
    say("", "81.4.2.3")
    tell_operators()
    tell_operators()
    (sent,) = mail.outbox
    (line,) = [line for line in sent.body.splitlines() if line.startswith("Nobody else sees")]
    link = line.rpartition(" ")[2]
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = client.get(link.removeprefix(settings.PUBLIC_URL)).content.decode()
    assert ("nothing arrives" in sent.body, "nothing arrives" in page, "1 report" in page) == (False, True, True)
