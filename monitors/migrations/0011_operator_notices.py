
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitors', '0010_guarded_regions'),
    ]

    operations = [
        migrations.CreateModel(
            name='OperatorNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('ref', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=200)),
                ('reason', models.TextField(blank=True)),
                ('sample', models.TextField(blank=True)),
                ('raised_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=1)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('tell_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-raised_at'], name='monitors_op_raised__1fae38_idx'), models.Index(condition=models.Q(('tell_at__isnull', False)), fields=['tell_at'], name='notice_to_tell')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('kind', 'ref'), name='notice_once')],
            },
        ),
    ]
