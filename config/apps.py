"""Django's entry to the project itself: its checks, its schedules, its commands."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, schedules

        checks.register()
        # After its own tables have been migrated; see config.schedules for why not by a migration.
        beat = apps.get_app_config("django_celery_beat")
        post_migrate.connect(schedules.install, sender=beat, dispatch_uid="schedules")
