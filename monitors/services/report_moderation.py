"""People's comments wait until somebody has read them."""

from collections.abc import Iterable

from monitors.models import CommentState, Report


def moderate(report_ids: Iterable[int], *, is_approved: bool) -> int:
    """Let comments through, or keep them back for good, also after it was decided otherwise; return how many."""
    state = CommentState.APPROVED if is_approved else CommentState.REJECTED
    return Report.objects.filter(id__in=list(report_ids)).exclude(comment="").update(comment_state=state)
