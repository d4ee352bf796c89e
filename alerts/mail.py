"""Hand one message to the mail server, and say what came of it."""

import smtplib

from django.core.mail import EmailMultiAlternatives, get_connection

from alerts.channels.base import Delivered, MailRequest, Outcome, Rejected, Retry

TIMEOUT_S = 10  # for each step of the conversation

# Replies that say this address will never take mail (RFC 3463): no such mailbox, moved, disabled.
NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


def send_mail(request: MailRequest) -> Outcome:
    """Send `request` through the configured mail server. Never raises for what a mail server does."""
    mail = EmailMultiAlternatives(
        subject=request.subject, body=request.text, to=[request.to], headers=dict(request.headers)
    )
    mail.attach_alternative(request.html, "text/html")
    try:
        connection = get_connection(timeout=TIMEOUT_S)
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return _before(error)
    try:
        connection.send_messages([mail])
    except (OSError, smtplib.SMTPException) as error:
        return _after(error)
    finally:
        _close(connection)
    return Delivered("The mail server took it.")


def _before(error: Exception) -> Outcome:
    """What a failure means before anything was sent, whatever it is: our server's trouble, not the channel's."""
    if isinstance(error, smtplib.SMTPResponseException):
        return Retry(f"The mail server refused us: {_reply(error.smtp_code, error.smtp_error)}")
    return Retry(f"The mail server could not be reached ({type(error).__name__}).")


def _after(error: Exception) -> Outcome:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, words = next(iter(refused.values()), (450, b""))
            return _judged(code, words, is_address=True)
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=words):
            return _judged(code, words, is_address=False)
        case smtplib.SMTPNotSupportedError():
            return Rejected("The mail server cannot take this address.")
    # The line went dead in mid-message: it may have been taken.
    return Retry(
        f"The mail server broke off ({type(error).__name__}); it may have taken the message.", maybe_arrived=True
    )


def _judged(code: int, words: object, *, is_address: bool) -> Outcome:
    detail = f"The mail server said {_reply(code, words)}"
    if code < 500:
        return Retry(detail)
    text = _text(words)
    return Rejected(detail, channel_gone=is_address and any(status in text for status in NO_SUCH_MAILBOX))


def _reply(code: int, words: object) -> str:
    return f"{code} {_text(words)[:150]}".strip()


def _text(words: object) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


def _close(connection: object) -> None:
    try:
        connection.close()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException):
        pass  # QUIT after a broken line: what came of the message is known already
