from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitors", "0015_heartbeats"),
    ]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="backfill_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
