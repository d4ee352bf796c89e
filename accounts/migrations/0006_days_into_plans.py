"""An organization that kept its checks for so many days of its own is put on a plan that does."""

from django.db import migrations


def into_plans(apps, schema_editor):
    organizations = apps.get_model("accounts", "Organization").objects.exclude(checks_kept_days=None)
    plans = apps.get_model("accounts", "Plan").objects
    for days in set(organizations.values_list("checks_kept_days", flat=True)):
        plan, _ = plans.get_or_create(name=f"Checks kept {days} days", checks_kept_days=max(1, days))
        organizations.filter(checks_kept_days=days).update(plan=plan)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0005_plan")]

    operations = [migrations.RunPython(into_plans, migrations.RunPython.noop)]
