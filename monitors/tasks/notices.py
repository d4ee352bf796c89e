"""Write to the operators about what they should look at."""

import logging
from collections.abc import Sequence
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from kit.clock import clock
from monitors.models import OperatorNotice
from monitors.services import attendance, notices, report_moderation

logger = logging.getLogger(__name__)


@shared_task(name="monitors.tasks.tell_operators")
def tell_operators() -> None:
    """Send one mail about all that is new. Safe to repeat: what could not be sent is due again after its lease."""
    while told := notices.claim_untold(now=clock()):
        if settings.OPERATOR_EMAILS and not _mail(told):
            break
        notices.mark_told(told, now=clock())
    # Told by the next run, if it is not over by then: where everything has just started, it is.
    attendance.judge_attendance(now=clock())
    report_moderation.judge_waiting(now=clock())


def _mail(told: Sequence[OperatorNotice]) -> bool:
    first = "Over: " if told[0].resolved_at else ""
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    text = "\n\n".join([*map(_paragraph, told), f"All notices: {settings.PUBLIC_URL}{_page()}"])
    try:
        subject = " ".join(f"[StatusWire] {first}{told[0].title}{more}".split())
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, settings.OPERATOR_EMAILS)
    except (SMTPException, OSError) as error:
        logger.warning("The operators could not be written to, and will be by a later run: %s", error)
        return False
    return True


def _paragraph(notice: OperatorNotice) -> str:
    """The sample of a stranger's body stays out of mails: it is on the notice's page."""
    if notice.resolved_at:
        return f"Over since {notice.resolved_at:%F %T} UTC: {notice.title}"
    return f"{notice.title}\n{notice.reason}\nSince {notice.raised_at:%F %T} UTC, seen {notice.count} times."


def _page() -> str:
    return reverse("admin:monitors_operatornotice_changelist")
