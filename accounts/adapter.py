"""How allauth behaves here: where a login leads, and whose tries are counted."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from kit.client_ip import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Leads people with a one-time password to the page where they choose one of their own."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "must_change_password", False):
            return resolve_url("account_change_password")
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("home_of_member")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Its limits count addresses: the one next to our own proxies, not one that the client claims."""
        return client_ip(request.headers, request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES)
