"""What mail servers do, with a real one on this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.channels.base import Delivered, MailRequest, Rejected, Retry
from alerts.mail import send_mail

MAIL = MailRequest(
    to="ops@example.com",
    subject="[DOWN] Twilio: SMS “é”",
    text="Twilio: SMS is down.\n",
    html="<p>Twilio: SMS is down.</p>",
    headers={"Message-ID": "<key@status.example>", "Auto-Submitted": "auto-generated"},
)


class Server:
    """A mail server that answers as it is told."""

    def __init__(self, *, greet: str = "", rcpt: str = "", data: str = "", drop: bool = False) -> None:
        self.greet, self.rcpt, self.data, self.drop = greet, rcpt, data, drop
        self.taken: list[Envelope] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ):
        session.host_name = hostname
        return [self.greet] if self.greet else responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]):
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        if self.drop:
            server.transport.abort()
        return self.data or "250 taken"


@contextmanager
def mail_server(settings, **behaviour) -> Iterator[Server]:
    handler = Server(**behaviour)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield handler
    finally:
        controller.stop()


def test_a_mail_arrives_with_both_parts_and_our_headers(settings):
    with mail_server(settings) as server:
        assert send_mail(MAIL) == Delivered("The mail server took it.")
    (envelope,) = server.taken
    assert envelope.rcpt_tos == ["ops@example.com"]
    for part in (b"Message-ID: <key@status.example>", b"Auto-Submitted: auto-generated", b"text/plain", b"text/html"):
        assert part in envelope.content


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ({"rcpt": "451 4.7.1 Greylisted"}, Retry("The mail server said 451 4.7.1 Greylisted")),
        (
            {"rcpt": "550 5.1.1 No such user"},
            Rejected("The mail server said 550 5.1.1 No such user", channel_gone=True),
        ),
        ({"rcpt": "550 5.7.1 Blocked"}, Rejected("The mail server said 550 5.7.1 Blocked")),
        ({"data": "554 5.6.0 Spam"}, Rejected("The mail server said 554 5.6.0 Spam")),
        ({"data": "452 4.3.1 Full"}, Retry("The mail server said 452 4.3.1 Full")),
        (
            {"drop": True},
            Retry(
                "The mail server broke off (SMTPServerDisconnected); it may have taken the message.", maybe_arrived=True
            ),
        ),
    ],
)
def test_what_a_mail_server_says(settings, behaviour, expected):
    with mail_server(settings, **behaviour):
        assert send_mail(MAIL) == expected


def test_a_server_that_is_not_there_is_tried_again(settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed.getsockname()[1]
        assert send_mail(MAIL) == Retry("The mail server could not be reached (ConnectionRefusedError).")
