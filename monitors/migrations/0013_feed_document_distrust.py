from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitors", "0012_provider_parents_alternatives"),
    ]

    operations = [
        migrations.AddField(
            model_name="feeddocument",
            name="distrusted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
