import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitors", "0031_number_lookups"),
    ]

    operations = [
        migrations.AddField(
            model_name="maintenancewindow",
            name="tag",
            field=models.CharField(blank=True, db_default="", max_length=30),
        ),
        migrations.CreateModel(
            name="TagMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30)),
                ("at", models.DateTimeField()),
                ("is_put_on", models.BooleanField()),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tag_moves", to="monitors.monitor"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["monitor", "name", "at"], name="monitors_ta_monitor_403a76_idx")],
            },
        ),
    ]
