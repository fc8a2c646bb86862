import core.bounds
import core.codes
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import projects.national_codes
import reporting.models
import uuid
from django.conf import settings
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('projects', '0001_initial'),
        ('projects', '0002_scope_changes'),
        ('projects', '0003_provenance_reported'),
        ('projects', '0004_plan'),
        ('projects', '0005_bounds'),
        ('projects', '0006_categories'),
        ('projects', '0007_codes'),
        ('projects', '0008_names'),
        ('projects', '0009_terms'),
        ('projects', '0010_months'),
        ('projects', '0011_about_problem'),
        ('projects', '0012_month_indexes'),
        ('projects', '0013_rank_exemptions'),
        ('projects', '0014_returned_months_are_written'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0009_people_of_a_provider'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('slug', models.SlugField(verbose_name='Name in addresses')),
                ('number', models.PositiveSmallIntegerField(verbose_name='Number')),
                ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='Name (English)')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'Category',
                'verbose_name_plural': 'categories',
                'ordering': ['plan', 'number'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='projects_category_provenance_known'), models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='projects_category_published_has_source'), models.UniqueConstraint(fields=('plan', 'slug'), name='category_slug_once_a_plan'), models.UniqueConstraint(fields=('plan', 'number'), name='category_number_once_a_plan'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='category_has_a_name', violation_error_message='A name is wanted, in Chinese or in English.')],
            },
        ),
        migrations.CreateModel(
            name='RankExemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(validators=[core.bounds.DayWithin()], verbose_name='First day')),
                ('ends_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='Last day')),
                ('reason_zh', models.CharField(blank=True, max_length=300, verbose_name='Reason (Chinese)')),
                ('reason_en', models.CharField(blank=True, max_length=300, verbose_name='Reason (English)')),
                ('recorded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Date recorded')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rank_exemptions', to='regions.region', verbose_name='City')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rank_exemptions', to='measures.plan', verbose_name='Action plan')),
                ('recorded_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by')),
            ],
            options={
                'verbose_name': 'exemption from the ranking',
                'verbose_name_plural': 'exemptions from the ranking',
                'ordering': ['plan', 'city', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'city', 'starts_on'), name='rankexemption_first_day_once_a_city'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('plan', 'city'), name='rankexemption_one_open_a_city'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('starts_on__lte', models.F('ends_on')), _connector='OR'), name='rankexemption_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('starts_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('starts_on__isnull', True), _connector='OR'), models.Q(('ends_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('ends_on__isnull', True), _connector='OR')), name='rankexemption_days_in_bounds'), models.CheckConstraint(condition=models.Q(('reason_en', ''), ('reason_zh', ''), _negated=True), name='rankexemption_has_reason', violation_error_message='A reason is wanted, in Chinese or in English: every reader sees it.'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', True), ('recorded_by__isnull', True)), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='rankexemption_record_has_time_and_person')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('code', core.codes.CodeField(max_length=32, verbose_name='Code')),
                ('name_zh', models.CharField(blank=True, max_length=200, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='Name (English)')),
                ('investment_wan', models.PositiveBigIntegerField(help_text='In 万元 (10,000 yuan): whole numbers, so that sums are exact everywhere', validators=[django.core.validators.MaxValueValidator(1000000000, 'At most %(limit_value)s (in 万元): that is 10 trillion yuan.')], verbose_name='Total investment')),
                ('listed_on', models.DateField(validators=[core.bounds.DayWithin()], verbose_name='Date listed')),
                ('investment_provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance of the investment')),
                ('also_in', models.ManyToManyField(blank=True, related_name='shared_projects', to='regions.region', verbose_name='Also in')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='regions.region', verbose_name='City')),
                ('county', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='county_projects', to='regions.region', verbose_name='County')),
                ('measures', models.ManyToManyField(blank=True, related_name='projects', to='measures.measure', verbose_name='Linked measures')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='measures.plan', verbose_name='Action plan')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='projects.category', verbose_name='Category')),
                ('position', models.PositiveIntegerField(default=0, editable=False, verbose_name='Position')),
                ('lead_department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_projects', to='accounts.department', verbose_name='Lead department')),
                ('list_name', models.CharField(blank=True, default='', help_text='The list of projects that it belongs to, by its name', max_length=100, verbose_name='Project list')),
                ('national_code', models.CharField(blank=True, default='', max_length=24, validators=[projects.national_codes.validate_national_code], verbose_name='National project code')),
                ('planned_completion_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='Planned completion')),
                ('planned_start_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='Planned start')),
                ('project_class', models.CharField(blank=True, choices=[('implementing', 'Implementing'), ('reserve', 'Reserve')], default='', max_length=12, verbose_name='Class')),
                ('opening_stage', models.CharField(choices=[('preparing', 'Preparing'), ('under_construction', 'Under construction'), ('completed', 'Completed'), ('in_production', 'In production'), ('suspended', 'Suspended')], max_length=18, verbose_name='Stage before its first month')),
                ('invested_before_wan', models.PositiveBigIntegerField(default=0, help_text='In 万元 (10,000 yuan): in the years before that of its first month', validators=[django.core.validators.MaxValueValidator(1000000000, 'At most %(limit_value)s (in 万元): that is 10 trillion yuan.')], verbose_name='Invested in the years before')),
            ],
            options={
                'verbose_name': 'Project',
                'verbose_name_plural': 'projects',
                'ordering': ['position', 'code'],
                'abstract': False,
                'indexes': [models.Index(fields=['plan', 'position', 'code'], name='project_in_order'), models.Index(fields=['plan', 'city', 'category'], name='project_cells')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='projects_project_published_has_source'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='projects_project_provenance_known'), models.CheckConstraint(condition=models.Q(('investment_provenance__in', ['published', 'reported', 'illustrative'])), name='project_investment_provenance_known'), models.UniqueConstraint(fields=('plan', 'code'), name='project_code_once_a_plan'), models.CheckConstraint(condition=models.Q(('code__regex', '^[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]([^/,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]{0,30}[^ /,\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff])?$'), models.Q(('code__in', ('.', '..')), _negated=True)), name='project_code_shape'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='project_is_named', violation_error_message='A name is wanted, in Chinese or in English.'), models.CheckConstraint(condition=models.Q(models.Q(('listed_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('listed_on__isnull', True), _connector='OR'), models.Q(('planned_start_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('planned_start_on__isnull', True), _connector='OR'), models.Q(('planned_completion_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('planned_completion_on__isnull', True), _connector='OR')), name='project_days_in_bounds'), models.CheckConstraint(condition=models.Q(('planned_start_on__isnull', True), ('planned_completion_on__isnull', True), ('planned_completion_on__gte', models.F('planned_start_on')), _connector='OR'), name='project_completion_not_before_start', violation_error_message='The planned completion is before the planned start.'), models.CheckConstraint(condition=models.Q(('project_class__in', ['', 'implementing', 'reserve'])), name='project_class_known'), models.CheckConstraint(condition=models.Q(('national_code', ''), ('national_code__regex', '^[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}$'), _connector='OR'), name='project_national_code_shape'), models.CheckConstraint(condition=models.Q(('opening_stage__in', ['preparing', 'under_construction', 'completed', 'in_production', 'suspended'])), name='project_stage_known'), models.CheckConstraint(condition=models.Q(('invested_before_wan__lte', 1000000000), ('investment_wan__lte', 1000000000)), name='project_investment_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='AnnualPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('year', models.PositiveSmallIntegerField(verbose_name='Year')),
                ('planned_wan', models.PositiveBigIntegerField(validators=[django.core.validators.MaxValueValidator(1000000000, 'At most %(limit_value)s (in 万元): that is 10 trillion yuan.')], verbose_name='Annual plan')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_plans', to='projects.project', verbose_name='Project')),
            ],
            options={
                'verbose_name': 'annual plan',
                'verbose_name_plural': 'annual plans',
                'ordering': ['project', 'year'],
                'constraints': [models.UniqueConstraint(fields=('project', 'year'), name='annualplan_once_a_year'), models.CheckConstraint(condition=models.Q(('year__gte', 1990), ('year__lte', 2100)), name='annualplan_year_in_bounds'), models.CheckConstraint(condition=models.Q(('planned_wan__lte', 1000000000)), name='annualplan_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='ProjectMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('period', models.DateField(verbose_name='Reporting period')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('accepted', 'Accepted'), ('returned', 'Returned')], default='draft', max_length=9, verbose_name='State')),
                ('what_was_done_zh', models.TextField(blank=True, verbose_name='What was done (Chinese)')),
                ('what_was_done_en', models.TextField(blank=True, verbose_name='What was done (English)')),
                ('problem_zh', models.TextField(blank=True, verbose_name='Problems (Chinese)')),
                ('problem_en', models.TextField(blank=True, verbose_name='Problems (English)')),
                ('problem_choice', models.CharField(blank=True, choices=[('none', 'No problem'), ('same', 'Still the same'), ('new', 'A new problem')], max_length=4, verbose_name='State of problems')),
                ('next_step_zh', models.TextField(blank=True, verbose_name='Next steps (Chinese)')),
                ('next_step_en', models.TextField(blank=True, verbose_name='Next steps (English)')),
                ('submitted_on', models.DateField(blank=True, null=True, verbose_name='Date submitted')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='Submitted at')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='Date decided')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='Decided at')),
                ('decision_note', models.TextField(blank=True, verbose_name='Note of the reviewer')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='Version')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Edited at')),
                ('stage', models.CharField(choices=[('preparing', 'Preparing'), ('under_construction', 'Under construction'), ('completed', 'Completed'), ('in_production', 'In production'), ('suspended', 'Suspended')], max_length=18, verbose_name='Stage')),
                ('started_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='Started on')),
                ('completed_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='Completed on')),
                ('in_production_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name='In production since')),
                ('stage_reason', models.TextField(blank=True, verbose_name='Why it was suspended or resumed')),
                ('invested_wan', models.PositiveBigIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1000000000, 'At most %(limit_value)s (in 万元): that is 10 trillion yuan.')], verbose_name='Invested since 1 January')),
                ('progress', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='Physical progress')),
                ('superseded_from', models.DateField(editable=False, null=True, verbose_name='Superseded from the month')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by')),
                ('edited_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Edited by')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='months', to='projects.project', verbose_name='Project')),
                ('submitted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Submitted by')),
                ('about_problem', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='months', to='measures.problem', verbose_name='Problem')),
            ],
            options={
                'verbose_name': 'project month',
                'verbose_name_plural': 'project months',
                'ordering': ['-period', '-submitted_on', '-id'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'accepted')), fields=['project', 'period', 'superseded_from', 'stage', 'started_on', 'invested_wan'], name='projectmonth_in_force'), models.Index(condition=models.Q(('state', 'submitted')), fields=['project'], name='projectmonth_waiting'), models.Index(condition=models.Q(('state', 'returned')), fields=['project'], name='projectmonth_returned')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='projects_projectmonth_provenance_known'), models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='projects_projectmonth_published_has_source'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'accepted', 'returned'])), name='projects_projectmonth_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'returned']), ('decided_on__isnull', False)), ('state__in', ['draft', 'submitted']), _connector='OR'), name='projects_projectmonth_decided_has_day'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='projects_projectmonth_decision_has_time_and_person'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('submitted_on__isnull', False), _connector='OR'), name='projects_projectmonth_filed_has_day'), models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), _connector='OR'), name='projects_projectmonth_submission_has_time_and_person'), models.CheckConstraint(condition=models.Q(models.Q(('edited_at__isnull', False), ('edited_by__isnull', False)), models.Q(('edited_at__isnull', True), ('edited_by__isnull', True)), _connector='OR'), name='projects_projectmonth_edit_has_time_and_person'), models.CheckConstraint(condition=models.Q(('problem_choice__in', ['', 'none', 'same', 'new'])), name='projects_projectmonth_problem_choice_known'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('what_was_done_zh'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('what_was_done_en'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('problem_zh'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('problem_en'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('next_step_zh'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('next_step_en'), 2000)), name='projects_projectmonth_texts_in_bounds'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('decision_note'), 300)), name='projects_projectmonth_note_in_bounds'), models.CheckConstraint(condition=models.Q(('stage__in', ['preparing', 'under_construction', 'completed', 'in_production', 'suspended'])), name='projectmonth_stage_known'), models.CheckConstraint(condition=models.Q(('invested_wan__isnull', True), ('invested_wan__lte', 1000000000), _connector='OR'), name='projectmonth_investment_in_bounds'), models.CheckConstraint(condition=models.Q(('progress__isnull', True), ('progress__lte', 100), _connector='OR'), name='projectmonth_progress_in_bounds'), models.CheckConstraint(condition=models.Q(models.Q(('started_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('started_on__isnull', True), _connector='OR'), models.Q(('completed_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('completed_on__isnull', True), _connector='OR'), models.Q(('in_production_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('in_production_on__isnull', True), _connector='OR')), name='projectmonth_days_in_bounds'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('stage_reason'), 300)), name='projectmonth_reason_in_bounds'), models.CheckConstraint(condition=models.Q(('superseded_from__isnull', True), models.Q(('state', 'accepted'), ('superseded_from__gte', models.F('period'))), _connector='OR'), name='projectmonth_superseded_is_accepted'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'returned'))), fields=('project', 'period'), name='projectmonth_one_open_a_month'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'returned')), models.Q(('invested_wan__isnull', False), ('progress__isnull', False)), _connector='OR'), name='projectmonth_filed_is_complete')],
            },
        ),
        migrations.CreateModel(
            name='ScopeChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('suspended', 'Suspended'), ('resumed', 'Resumed'), ('withdrawn', 'Withdrawn'), ('readmitted', 'Readmitted')], max_length=10, verbose_name='Change')),
                ('effective_on', models.DateField(verbose_name='Effective date')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('recorded_at', models.DateTimeField(verbose_name='Date recorded')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scope_changes', to='projects.project', verbose_name='Project')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by')),
            ],
            options={
                'verbose_name': 'leaving or returning',
                'verbose_name_plural': 'leaving and returning',
                'ordering': ['-effective_on', '-recorded_at', '-id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='projects_scopechange_has_reason'), models.CheckConstraint(condition=models.Q(('kind__in', ['withdrawn', 'readmitted'])), name='project_scopechange_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='TermsChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_value', models.CharField(blank=True, max_length=50, verbose_name='Previous value')),
                ('new_value', models.CharField(blank=True, max_length=50, verbose_name='New value')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('recorded_at', models.DateTimeField(verbose_name='Date recorded')),
                ('field', models.CharField(choices=[('investment_wan', 'Total investment'), ('planned_start_on', 'Planned start'), ('planned_completion_on', 'Planned completion')], max_length=21, verbose_name='What was changed')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms_changes', to='projects.project', verbose_name='Project')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by')),
            ],
            options={
                'verbose_name': 'change of terms',
                'verbose_name_plural': 'changes of terms',
                'ordering': ['-recorded_at', '-id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('field__in', ['investment_wan', 'planned_start_on', 'planned_completion_on'])), name='project_termschange_field_known'), models.CheckConstraint(condition=models.Q(('old_value', models.F('new_value')), _negated=True), name='project_termschange_changes_something'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='project_termschange_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='AnnualPlanChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_value', models.CharField(blank=True, max_length=50, verbose_name='Previous value')),
                ('new_value', models.CharField(blank=True, max_length=50, verbose_name='New value')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('recorded_at', models.DateTimeField(verbose_name='Date recorded')),
                ('annual_plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='projects.annualplan', verbose_name='annual plan')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by')),
            ],
            options={
                'verbose_name': 'change of terms',
                'verbose_name_plural': 'changes of terms',
                'ordering': ['-recorded_at', '-id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('old_value', models.F('new_value')), _negated=True), name='annualplanchange_changes_something'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='annualplanchange_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='ProjectMonthEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='Key')),
                ('title_zh', models.CharField(blank=True, max_length=200, verbose_name='Title (Chinese)')),
                ('title_en', models.CharField(blank=True, max_length=300, verbose_name='Title (English)')),
                ('document_number', models.CharField(blank=True, max_length=80, verbose_name='Document number')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='Address')),
                ('file', models.FileField(blank=True, upload_to=reporting.models.random_name, verbose_name='File')),
                ('file_name', models.CharField(blank=True, max_length=255, verbose_name='File name')),
                ('content_type', models.CharField(blank=True, max_length=100, verbose_name='File type')),
                ('size', models.PositiveIntegerField(blank=True, null=True, verbose_name='Size in bytes')),
                ('attached_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Attached at')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='projects.projectmonth', verbose_name='project month')),
            ],
            options={
                'verbose_name': 'Evidence',
                'verbose_name_plural': 'evidence',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('document_number', ''), ('file', ''), ('url', ''), _negated=True), name='projects_projectmonthevidence_is_a_document_a_link_or_a_file')],
            },
        ),
        migrations.CreateModel(
            name='ProjectMonthStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('submit', 'Submitted'), ('resubmit', 'Submitted again'), ('withdraw', 'Withdrawn'), ('accept', 'Accepted'), ('return', 'Returned'), ('undo_acceptance', 'Acceptance undone')], max_length=20, verbose_name='Step')),
                ('made_on', models.DateField(verbose_name='Day')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='Moment')),
                ('note', models.TextField(blank=True, verbose_name='Note of the reviewing office')),
                ('content', models.JSONField(verbose_name='What the report said')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Made by')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='projects.projectmonth', verbose_name='project month')),
            ],
            options={
                'verbose_name': 'step of a report',
                'verbose_name_plural': 'steps of reports',
                'ordering': ['report', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('move__in', ['submit', 'resubmit', 'withdraw', 'accept', 'return', 'undo_acceptance'])), name='projects_projectmonthstep_move_known'), models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', False), ('made_by__isnull', False)), models.Q(('made_at__isnull', True), ('made_by__isnull', True)), _connector='OR'), name='projects_projectmonthstep_has_time_and_person'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('note'), 300)), name='projects_projectmonthstep_note_in_bounds')],
            },
        ),
    ])]
