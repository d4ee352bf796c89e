"""What every template may use."""

from django.http import HttpRequest

from accounts.access import organizations_of


def site(request: HttpRequest) -> dict[str, object]:
    return {"my_organizations": organizations_of(getattr(request, "user", None))}
