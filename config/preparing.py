"""What has to be true of the database before the processes start; what is already there costs next to nothing."""

from collections.abc import Callable
from io import StringIO

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import services
from config import schedules
from kit.clock import clock

LOCK = 7_302_114  # of PostgreSQL's advisory locks: two machines that prepare at once take turns
CATALOGUES = ("load_catalogue", "load_carriers")


def prepare(say: Callable[[str], None]) -> str | None:
    """Migrate, load what ships with the code, make the first owner; return the owner's one-time password, if made.

    Raises OperationalError if the database does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            _migrate(say)
            schedules.install()
            _load_catalogues(say)
            made = services.create_first_owner(settings.FIRST_OWNER_EMAIL, now=clock())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return made[1] if made else None


def _migrate(say: Callable[[str], None]) -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        say(f"applying {len(waiting)} migrations")
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)


def _load_catalogues(say: Callable[[str], None]) -> None:
    for name in CATALOGUES:
        if name in get_commands():
            out = StringIO()
            call_command(name, stdout=out, verbosity=0, skip_checks=True)
            say(out.getvalue())
