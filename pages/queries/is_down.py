"""The evidence under the answer of "is it down?"."""

from pages.core.answer import of_calm, of_trouble
from pages.queries.day import CrowdView
from pages.queries.provider import ProviderPage


def evidence(page: ProviderPage, people: CrowdView) -> str:
    """Say how sure we are and who saw what, of the gravest open incident or of there being none. Asks nothing."""
    if page.details:
        lead, *others = page.details
        return of_trouble(lead.incident.confidence, page.seen, len(others))
    return of_calm(page.view.state.state, people.total, people.last_quarter, people.usual)
