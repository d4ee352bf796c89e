import secrets

import django.db.models.deletion
from django.db import migrations, models
from django.utils.text import slugify


def name_jobs(apps, schema_editor):
    """Name the heartbeats that there are, and give their organizations a key."""
    heartbeat, ping_key = apps.get_model("monitors", "Heartbeat"), apps.get_model("monitors", "PingKey")
    for row in heartbeat.objects.select_related("monitor").order_by("monitor"):
        organization_id = row.monitor.organization_id
        ping_key.objects.get_or_create(organization_id=organization_id, defaults={"key": secrets.token_urlsafe(24)})
        row.slug = f"{slugify(row.monitor.name)[:80] or 'job'}-{row.monitor_id}"
        row.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_days_are_the_plans"),
        ("monitors", "0035_heartbeat_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="PingKey",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ping_key",
                        serialize=False,
                        to="accounts.organization",
                    ),
                ),
                ("key", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="slug",
            field=models.CharField(default="", max_length=100),
            preserve_default=False,
        ),
        migrations.RunPython(name_jobs, migrations.RunPython.noop),
    ]
