"""Codes are any text, and measures are listed in the order of their position: today's order, by code."""

from django.db import migrations, models

import core.codes


NUMBER_BY_CODE = """
    UPDATE measures_measure SET position = numbered.number
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY plan_id ORDER BY code) AS number FROM measures_measure) AS numbered
    WHERE measures_measure.id = numbered.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_provenance_reported'),
        ('measures', '0013_priority_areas'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='measure',
            options={'ordering': ['position', 'code'], 'verbose_name': 'Measure', 'verbose_name_plural': 'measures'},
        ),
        migrations.RemoveConstraint(
            model_name='measure',
            name='measure_code_shape',
        ),
        migrations.AddField(
            model_name='measure',
            name='position',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='Position'),
        ),
        migrations.RunSQL(NUMBER_BY_CODE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='measure',
            name='code',
            field=core.codes.CodeField(max_length=32, verbose_name='Code'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]([^/,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]{0,30}[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff])?$'), models.Q(('code__in', ('.', '..')), _negated=True)), name='measure_code_shape'),
        ),
    ]
