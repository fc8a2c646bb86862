"""Codes are any text, and projects are listed in the order of their position: today's order, by code."""

from django.db import migrations, models

import core.codes


NUMBER_BY_CODE = """
    UPDATE projects_project SET position = numbered.number
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY plan_id ORDER BY code) AS number FROM projects_project) AS numbered
    WHERE projects_project.id = numbered.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0014_codes'),
        ('projects', '0006_categories'),
        ('regions', '0002_provenance_reported'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='project',
            options={'ordering': ['position', 'code'], 'verbose_name': 'Project', 'verbose_name_plural': 'projects'},
        ),
        migrations.RemoveConstraint(
            model_name='project',
            name='project_code_shape',
        ),
        migrations.AddField(
            model_name='project',
            name='position',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='Position'),
        ),
        migrations.RunSQL(NUMBER_BY_CODE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='project',
            name='code',
            field=core.codes.CodeField(max_length=32, verbose_name='Code'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['plan', 'position', 'code'], name='project_in_order'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]([^/,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]{0,30}[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff])?$'), models.Q(('code__in', ('.', '..')), _negated=True)), name='project_code_shape'),
        ),
    ]
