"""Django's entry to the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account import signals

        from accounts import receivers

        signals.password_changed.connect(receivers.on_password_changed)
        signals.password_reset.connect(receivers.on_password_changed)
