"""Operators are written to, and see the notices in the admin."""

from smtplib import SMTPException

import pytest
from django.core import mail
from django.urls import reverse

from kit.clock import clock, real
from monitors.models import OperatorNotice
from monitors.services.notices import LEASE_S, raise_notice, resolve_notice
from monitors.tasks.notices import tell_operators
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operators(settings):
    settings.OPERATOR_EMAILS = ["ops@example.com", "night@example.com"]
    return settings.OPERATOR_EMAILS


def raised(ref="feed:7", title="Twilio cannot be read", **more):
    return raise_notice("unreadable", ref, title=title, reason="It is HTML.", now=clock(), **more)


def test_one_mail_tells_of_all_that_is_new(operators):
    raised(sample=b"<b>Sign in</b>")
    raised("feed:8", "Vonage cannot be read\nBcc: everybody@example.com")
    tell_operators()
    tell_operators()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (operators, "[StatusWire] Twilio cannot be read (and 1 more)")
    assert ("Vonage" in sent.body, "Sign in" in sent.body) == (True, False)
    assert reverse("admin:monitors_operatornotice_changelist") in sent.body


def test_a_vendors_words_cannot_add_a_header(operators):
    raised(title="Twilio\r\nBcc: everybody@example.com")
    tell_operators()
    assert mail.outbox[0].subject == "[StatusWire] Twilio Bcc: everybody@example.com"


def test_the_end_is_told_once(operators):
    raised()
    tell_operators()
    resolve_notice("unreadable", "feed:7", now=clock())
    for _ in range(2):
        tell_operators()
    assert [sent.subject for sent in mail.outbox] == [
        "[StatusWire] Twilio cannot be read",
        "[StatusWire] Over: Twilio cannot be read",
    ]


def test_without_an_address_nothing_is_mailed_and_nothing_waits():
    raised()
    tell_operators()
    assert (mail.outbox, OperatorNotice.objects.get().tell_at) == ([], None)


def test_a_mail_that_fails_is_sent_by_a_later_run(operators, monkeypatch):
    raised()
    with monkeypatch.context() as broken:
        broken.setattr(mail.backends.locmem.EmailBackend, "send_messages", _refuse)
        tell_operators()
    tell_operators()
    assert mail.outbox == []  # the lease holds
    OperatorNotice.objects.update(tell_at=OperatorNotice.objects.get().tell_at - real(LEASE_S))
    tell_operators()
    assert len(mail.outbox) == 1


def _refuse(*args):
    raise SMTPException("no")


def test_the_admin_shows_a_sample_as_text_and_only_to_operators(client):
    notice = raised(sample=b"<script>alert(1)</script>")
    page = reverse("admin:monitors_operatornotice_change", args=[notice.id])
    client.force_login(UserFactory())
    assert client.get(page).status_code in (302, 403, 404)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    shown = client.get(page).content.decode()
    assert ("&lt;script&gt;alert(1)&lt;/script&gt;" in shown, "<script>alert(1)" in shown) == (True, False)
    for state, count in (("open", 1), ("over", 0)):
        rows = client.get(reverse("admin:monitors_operatornotice_changelist"), {"state": state})
        assert rows.context["cl"].result_count == count
