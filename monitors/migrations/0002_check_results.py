"""The partitioned table of check results, which Django's migrations cannot describe.

Each day is a partition of its own, made ahead by the daily upkeep task; the default partition takes
what no day takes, so that a missed upkeep loses nothing.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitors", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE monitors_checkresult (
                monitor_id integer NOT NULL,
                slot timestamptz NOT NULL,
                state smallint NOT NULL,
                reason smallint NOT NULL,
                total_us integer NOT NULL,
                dns smallint NOT NULL,
                connect smallint NOT NULL,
                tls smallint NOT NULL,
                first_byte smallint NOT NULL,
                transfer smallint NOT NULL,
                PRIMARY KEY (monitor_id, slot)
            ) PARTITION BY RANGE (slot);
            CREATE TABLE monitors_checkresult_default PARTITION OF monitors_checkresult DEFAULT;
            """,
            "DROP TABLE monitors_checkresult",
        )
    ]
