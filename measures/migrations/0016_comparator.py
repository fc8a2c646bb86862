"""What the indicators of a plan are compared with is a column: it was the country."""

import django.db.models.deletion
from django.db import migrations, models


def compare_with_country(apps, schema_editor):
    """As every plan was, whose region is not the country itself."""
    using = schema_editor.connection.alias
    country = apps.get_model("regions", "Region").objects.using(using).filter(kind="country").order_by("code").first()
    plans = apps.get_model("measures", "Plan").objects.using(using).exclude(region=None)
    if country is not None:
        plans.exclude(region=country).update(comparator=country, updated_at=models.F("updated_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0015_names'),
        ('regions', '0003_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='comparator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compared_plans', to='regions.region', verbose_name='Compared with'),
        ),
        migrations.RunPython(compare_with_country, migrations.RunPython.noop),
    ]
