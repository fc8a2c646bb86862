from itertools import batched

import django.db.models.deletion
from django.db import migrations, models


def fill_units(apps, schema_editor):
    """Of whoever submitted it, as their account is now."""
    ProjectMonth = apps.get_model('projects', 'ProjectMonth')
    submitted = ProjectMonth.objects.exclude(submitted_by=None).select_related('submitted_by', 'project').order_by('pk')
    for page in batched(submitted.iterator(chunk_size=1_000), 1_000):
        for month in page:
            person, lead = month.submitted_by, month.project.lead_department_id
            is_of_lead = lead is not None and person.department_id == lead
            month.filing_department_id = lead if is_of_lead else None
            month.filing_city_id = None if is_of_lead else person.city_id
        ProjectMonth.objects.bulk_update(page, ['filing_department', 'filing_city'])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_keys_of_second_factors_encrypted'),
        ('projects', '0001_squashed_0014_returned_months_are_written'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [
        migrations.AddField(
            model_name='projectmonth',
            name='filing_city',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='Submitted by the city'),
        ),
        migrations.AddField(
            model_name='projectmonth',
            name='filing_department',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='Submitted by the department'),
        ),
        migrations.RunPython(fill_units, migrations.RunPython.noop, elidable=True),
    ]
