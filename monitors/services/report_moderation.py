"""People's comments wait until somebody has read them, and operators hear once that some wait."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from monitors.models import CommentState, OperatorNotice, Report
from monitors.services.notices import raise_notice, settle_notice

_KIND, _REF = "comments_held", "reports"


def moderate(report_ids: Iterable[int], *, is_approved: bool) -> int:
    """Let comments through, or keep them back for good, also after it was decided otherwise; return how many."""
    state = CommentState.APPROVED if is_approved else CommentState.REJECTED
    return Report.objects.filter(id__in=list(report_ids)).exclude(comment="").update(comment_state=state)


def judge_waiting(*, now: datetime) -> None:
    """Raise a notice when a comment waits; further ones only change its number, and when all are read it is over."""
    waiting = Report.objects.filter(comment_state=CommentState.HELD).count()
    if not waiting:
        settle_notice(_KIND, _REF, now=now)
        return
    title = f"{waiting} comments in reports wait" if waiting > 1 else "A comment in a report waits"
    title = f"{title} to be read by somebody"
    if not OperatorNotice.objects.filter(kind=_KIND, ref=_REF, resolved_at=None, title=title).exists():
        reason = f"Nobody else sees them before that. Approve or reject them: {settings.PUBLIC_URL}{_page()}"
        raise_notice(_KIND, _REF, title=title, reason=reason, now=now)


def _page() -> str:
    return f"{reverse('admin:monitors_report_changelist')}?comment_state__exact={CommentState.HELD}"
