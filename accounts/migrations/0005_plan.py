import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0004_shares_counts")]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=50, unique=True)),
                ("checks_kept_days", models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ("most_monitors", models.PositiveIntegerField(blank=True, null=True)),
                ("least_interval_s", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("checks_kept_days__gte", 1)), name="plan_keeps_a_day")],
            },
        ),
        migrations.AddField(
            model_name="organization",
            name="plan",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="organizations", to="accounts.plan"),
        ),
    ]
