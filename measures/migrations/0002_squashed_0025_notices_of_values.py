"""What names projects and indicators, whose tables themselves name plans and problems of measures."""

import django.db.models.deletion
from django.db import migrations, models

from core.operations import AtOnce

# Of a database from before 0.2.0, whose problems are all of measures.
SET_PLANS = """
    UPDATE measures_problem SET updated_at = CURRENT_TIMESTAMP,
    plan_id = (SELECT plan_id FROM measures_measure WHERE measures_measure.id = measures_problem.measure_id)
"""


class Migration(migrations.Migration):

    replaces = [('measures', '0024_problems_of_projects'), ('measures', '0025_notices_of_values')]

    dependencies = [
        ('indicators', '0001_squashed_0007_filed_values'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('projects', '0001_squashed_0014_returned_months_are_written'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [
        AtOnce([
        migrations.AlterModelOptions(
            name='problem',
            options={'ordering': ['measure', 'project', 'number'], 'verbose_name': 'Problem', 'verbose_name_plural': 'problems'},
        ),
        migrations.AddField(
            model_name='problem',
            name='plan',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measures.plan', verbose_name='Action plan'),
        ),
        migrations.AddField(
            model_name='problem',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='projects.project', verbose_name='Project'),
        ),
        migrations.AddField(
            model_name='problem',
            name='raised_by_city',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='Raised by the city'),
        ),
        migrations.AddField(
            model_name='notice',
            name='due_on',
            field=models.DateField(blank=True, null=True, verbose_name='Due date'),
        ),
        migrations.AddField(
            model_name='notice',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='indicators.indicator', verbose_name='Indicator'),
        ),
        migrations.AddField(
            model_name='notice',
            name='value_report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='indicators.valuereport', verbose_name='filed value'),
        ),
        ]),
        migrations.RunSQL(SET_PLANS, migrations.RunSQL.noop, elidable=True),
        migrations.AlterField(
            model_name='problem',
            name='plan',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measures.plan', verbose_name='Action plan'),
        ),
        migrations.AlterField(
            model_name='problem',
            name='measure',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='measures.measure', verbose_name='Measure'),
        ),
        AtOnce([
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('raised_by__isnull', True), ('raised_by_city__isnull', True), _connector='OR'), name='measures_problem_raised_once'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('measure__isnull', False), ('project__isnull', True)), models.Q(('measure__isnull', True), ('project__isnull', False)), _connector='OR'), name='problem_of_measure_or_project'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='problem_number_once_a_project'),
        ),
        migrations.AddField(
            model_name='notice',
            name='value_period',
            field=models.CharField(blank=True, max_length=24, verbose_name='Period'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['due_soon', 'overdue'])), fields=('user', 'kind', 'indicator', 'value_period', 'day'), name='notice_of_due_value_once'),
        ),
        ]),
    ]
