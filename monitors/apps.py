"""Django's entry to the monitors app."""

from importlib import import_module

from django.apps import AppConfig


class MonitorsConfig(AppConfig):
    name = "monitors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("monitors.receivers")
