"""Sections are called priority areas."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0012_plan_milestones'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='section',
            options={'ordering': ['plan', 'number'], 'verbose_name': 'Priority area', 'verbose_name_plural': 'priority areas'},
        ),
    ]
