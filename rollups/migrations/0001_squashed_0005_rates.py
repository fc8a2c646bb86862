import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('rollups', '0001_initial'),
        ('rollups', '0002_set_aside'),
        ('rollups', '0003_categories'),
        ('rollups', '0004_in_production'),
        ('rollups', '0005_rates'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0009_people_of_a_provider'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('projects', '0001_squashed_0014_returned_months_are_written'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='RollupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='Started at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='Finished at')),
                ('full', models.BooleanField(default=False, verbose_name='Complete run')),
                ('as_of', models.DateField(verbose_name='As of')),
                ('cells', models.PositiveIntegerField(default=0, verbose_name='Cells computed')),
                ('error', models.TextField(blank=True, verbose_name='Error')),
                ('retries', models.PositiveSmallIntegerField(default=0, verbose_name='Retried')),
                ('set_aside', models.PositiveIntegerField(default=0, verbose_name='Cells set aside')),
            ],
            options={
                'verbose_name': 'rollup run',
                'verbose_name_plural': 'rollup runs',
                'ordering': ['-started_at', '-id'],
                'indexes': [models.Index(fields=['-started_at', '-id'], name='rolluprun_newest_first')],
            },
        ),
        migrations.CreateModel(
            name='StaleCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('measures', 'measures'), ('projects', 'projects')], max_length=8, verbose_name='Kind')),
                ('key', models.JSONField(verbose_name='Key')),
                ('marked_at', models.DateTimeField(verbose_name='Marked at')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='Attempts')),
                ('error', models.TextField(blank=True, verbose_name='Error')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='Failed at')),
            ],
            options={
                'verbose_name': 'stale cell',
                'verbose_name_plural': 'stale cells',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('measures', 'projects'))), name='stalecell_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('error', ''), ('failed_at__isnull', True)), models.Q(models.Q(('error', ''), _negated=True), ('failed_at__isnull', False)), _connector='OR'), name='stalecell_error_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='Started at')),
                ('finished_at', models.DateTimeField(verbose_name='Finished at')),
                ('cells', models.PositiveIntegerField(verbose_name='Cells computed')),
                ('differing', models.PositiveIntegerField(verbose_name='Cells that differ')),
                ('differences', models.JSONField(blank=True, default=list, verbose_name='Differences')),
            ],
            options={
                'verbose_name': 'verification',
                'verbose_name_plural': 'verifications',
                'ordering': ['-started_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('finished_at__gte', models.F('started_at'))), name='verification_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='MeasureRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('total', models.PositiveIntegerField(verbose_name='Total')),
                ('as_of', models.DateField(db_index=True, verbose_name='As of')),
                ('computed_at', models.DateTimeField(verbose_name='Computed at')),
                ('promoting', models.PositiveIntegerField(verbose_name='Under way')),
                ('in_progress', models.PositiveIntegerField(verbose_name='Progress made')),
                ('completed', models.PositiveIntegerField(verbose_name='Completed')),
                ('due', models.PositiveIntegerField(verbose_name='Due')),
                ('green', models.PositiveIntegerField(verbose_name='Green light')),
                ('yellow', models.PositiveIntegerField(verbose_name='Yellow light')),
                ('red', models.PositiveIntegerField(verbose_name='Red light')),
                ('lead_department', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.department', verbose_name='Lead department')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='measures.plan', verbose_name='Action plan')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='measures.section', verbose_name='Priority area')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='rollups.rolluprun', verbose_name='rollup run')),
            ],
            options={
                'verbose_name': 'measure rollup',
                'verbose_name_plural': 'measure rollups',
                'constraints': [models.UniqueConstraint(fields=('plan', 'section', 'lead_department'), name='measurerollup_one_a_cell'), models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('promoting'), '+', models.F('in_progress')), '+', models.F('completed')))), name='measurerollup_statuses_sum'), models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('green'), '+', models.F('yellow')), '+', models.F('red')))), name='measurerollup_lights_sum'), models.CheckConstraint(condition=models.Q(('due__lte', models.F('total'))), name='measurerollup_due_within_total')],
            },
        ),
        migrations.CreateModel(
            name='ProjectRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('total', models.PositiveIntegerField(verbose_name='Total')),
                ('as_of', models.DateField(db_index=True, verbose_name='As of')),
                ('computed_at', models.DateTimeField(verbose_name='Computed at')),
                ('stage', models.CharField(choices=[('preparing', 'Preparing'), ('under_construction', 'Under construction'), ('completed', 'Completed'), ('in_production', 'In production'), ('suspended', 'Suspended')], max_length=18, verbose_name='Stage')),
                ('investment', models.PositiveBigIntegerField(verbose_name='Investment')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='regions.region', verbose_name='City')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='measures.plan', verbose_name='Action plan')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='rollups.rolluprun', verbose_name='rollup run')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.category', verbose_name='Category')),
                ('invested', models.PositiveBigIntegerField(default=0, verbose_name='Invested since 1 January')),
                ('planned', models.PositiveBigIntegerField(default=0, verbose_name='Annual plan')),
                ('started', models.PositiveIntegerField(default=0, verbose_name='Started')),
                ('to_start', models.PositiveIntegerField(default=0, verbose_name='To be started this year')),
                ('without_month', models.PositiveIntegerField(default=0, verbose_name='Without a month')),
            ],
            options={
                'verbose_name': 'project rollup',
                'verbose_name_plural': 'project rollups',
                'constraints': [models.UniqueConstraint(fields=('plan', 'city', 'category', 'stage'), name='projectrollup_one_a_cell'), models.CheckConstraint(condition=models.Q(('stage__in', ['preparing', 'under_construction', 'completed', 'in_production', 'suspended'])), name='projectrollup_stage_known'), models.CheckConstraint(condition=models.Q(('total__gte', django.db.models.expressions.CombinedExpression(models.F('started'), '+', models.F('to_start')))), name='projectrollup_starts_within_total'), models.CheckConstraint(condition=models.Q(('without_month__lte', models.F('total'))), name='projectrollup_without_month_within_total')],
            },
        ),
    ])]
