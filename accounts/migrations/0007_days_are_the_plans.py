from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("accounts", "0006_days_into_plans")]

    operations = [migrations.RemoveField(model_name="organization", name="checks_kept_days")]
