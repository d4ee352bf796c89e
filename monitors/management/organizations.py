"""What commands share: the organization that a slug names."""

from django.core.management.base import CommandError

from accounts.models import Organization


def organization_called(slug: str) -> Organization:
    """Return the organization with this slug. Raises CommandError, which says which there are."""
    if found := Organization.objects.filter(slug=slug).first():
        return found
    known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20])
    raise CommandError(f"There is no organization {slug!r}. There are: {known or 'none'}.")
