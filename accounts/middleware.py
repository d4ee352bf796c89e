"""A one-time password opens one page: the one where a password of one's own is chosen."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class OneTimePasswordMiddleware:
    """Leads whoever logged in with a printed password to the change page before any page of an organization."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inside = request.path.startswith(("/o/", "/admin/"))
        if inside and getattr(request.user, "must_change_password", False):
            messages.info(request, "Choose a password of your own first: the one you have was printed in a log.")
            return redirect("account_change_password")
        return self.get_response(request)
