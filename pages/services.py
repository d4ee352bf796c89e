"""The only writer of status pages."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from accounts.models import Organization
from accounts.services import RESERVED_SLUGS, NotAllowed
from alerts.queries import scope_label
from incidents.queries import PARTS
from monitors.models import Scope
from pages.models import StatusPage, StatusPageRow

MOST_ROWS = 200


def page_for(organization: Organization, now: datetime) -> StatusPage:
    """Return the organization's page, made if there is none: public, empty, under the organization's own slug."""
    with transaction.atomic():
        # The organization's row is the lock: two requests at once make one page.
        Organization.objects.select_for_update(no_key=True).get(id=organization.id)
        page = StatusPage.objects.filter(organization=organization).order_by("id").first()
        if page is None:
            title = f"{organization.name} status"[:100]
            slug = _free_slug(organization.slug)
            page = StatusPage.objects.create(organization=organization, title=title, slug=slug, created_at=now)
    return page


def change_page(page: StatusPage, *, title: str, slug: str, is_public: bool) -> None:
    """Change a page's settings. Raises NotAllowed for a slug that is reserved or another page's."""
    if slug in RESERVED_SLUGS:
        raise NotAllowed(f"{slug} is reserved. Choose another address.")
    with transaction.atomic():
        if StatusPage.objects.filter(slug=slug).exclude(id=page.id).exists():
            raise NotAllowed(f"{slug} is taken by another page. Choose another address.")
        page.title, page.slug, page.is_public = title, slug, is_public
        page.save(update_fields=["title", "slug", "is_public"])


def offered_scopes(page: StatusPage) -> "QuerySet[Scope]":
    """Return what the page may still show: what its organization follows, and its own systems."""
    mine = Q(follows__organization=page.organization_id) | Q(organization=page.organization_id)
    shown = StatusPageRow.objects.filter(page=page).values("scope")
    rows = Scope.objects.filter(mine).exclude(id__in=shown).distinct()
    return rows.select_related(*PARTS).order_by("provider__name", "component__name", "id")


def add_row(page: StatusPage, scope: Scope, *, name: str = "", group: str = "") -> StatusPageRow:
    """Add a row at the end. Raises NotAllowed for what is not the organization's to show, or there already."""
    with transaction.atomic():
        StatusPage.objects.select_for_update(no_key=True).get(id=page.id)
        if not offered_scopes(page).filter(id=scope.id).exists():
            raise NotAllowed("This is on the page already, or nobody here follows it.")
        rows = StatusPageRow.objects.filter(page=page)
        if rows.count() >= MOST_ROWS:
            raise NotAllowed(f"A page has at most {MOST_ROWS} rows. Remove one first.")
        last = rows.aggregate(last=Max("position"))["last"]
        return StatusPageRow.objects.create(
            page=page,
            scope=scope,
            name=name or scope_label(scope)[:100],
            group=group,
            position=0 if last is None else last + 1,
        )


def change_row(row: StatusPageRow, *, name: str, group: str) -> None:
    """Give a row other words; without a name it keeps the one it has."""
    row.name, row.group = name or row.name, group
    with transaction.atomic():
        row.save(update_fields=["name", "group"])


def move_row(row: StatusPageRow, by: int) -> None:
    """Move a row `by` places down (negative: up), as far as there are places."""
    with transaction.atomic():
        StatusPage.objects.select_for_update(no_key=True).get(id=row.page_id)
        rows = list(StatusPageRow.objects.filter(page=row.page_id).order_by("position", "id"))
        here = next((n for n, other in enumerate(rows) if other.id == row.id), None)
        if here is None:
            return  # removed meanwhile
        rows.insert(min(max(here + by, 0), len(rows) - 1), rows.pop(here))
        for position, other in enumerate(rows):
            other.position = position
        StatusPageRow.objects.bulk_update(rows, ["position"])


def remove_row(row: StatusPageRow) -> None:
    with transaction.atomic():
        StatusPageRow.objects.filter(id=row.id).delete()


def _free_slug(wish: str) -> str:
    """Return `wish`, or with a number where another page has it."""
    taken = set(StatusPage.objects.filter(slug__startswith=wish[:45]).values_list("slug", flat=True))
    tries = (wish if n == 1 else f"{wish[:45]}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in tries if slug not in taken)
