import core.bounds
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import indicators.milestones
import reporting.models
import uuid
from django.conf import settings
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('indicators', '0001_initial'),
        ('indicators', '0002_provenance_reported'),
        ('indicators', '0003_observations'),
        ('indicators', '0004_names'),
        ('indicators', '0005_headline_indicators'),
        ('indicators', '0006_judged_indicators'),
        ('indicators', '0007_filed_values'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0009_people_of_a_provider'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('code', models.CharField(max_length=60, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*\\Z', 'Small letters, digits and _, such as gdp_growth')], verbose_name='Code')),
                ('name_zh', models.CharField(blank=True, max_length=80, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=160, verbose_name='Name (English)')),
                ('unit', models.CharField(max_length=40, verbose_name='Unit')),
                ('unit_zh', models.CharField(blank=True, max_length=40, verbose_name='Unit (Chinese)')),
                ('zh_factor', models.DecimalField(decimal_places=4, default=1, max_digits=10, verbose_name='Factor to the Chinese unit')),
                ('direction', models.CharField(choices=[('up', 'Upward'), ('down', 'Downward'), ('neutral', 'Neither is better')], max_length=7, verbose_name='Desired direction')),
                ('cumulative', models.BooleanField(default=False, help_text='Periods start on 1 January', verbose_name='Cumulative')),
                ('measures', models.ManyToManyField(blank=True, related_name='indicators', to='measures.measure', verbose_name='Linked measures')),
                ('derived_form', models.CharField(blank=True, choices=[('ratio', 'Ratio'), ('share', 'Share'), ('difference', 'Difference'), ('year_on_year', 'Change on the year'), ('per_head', 'Per head')], max_length=12, verbose_name='Derived as')),
                ('derived_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.indicator', verbose_name='Derived from')),
                ('derived_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.indicator', verbose_name='Derived with')),
                ('due_days', models.PositiveSmallIntegerField(blank=True, help_text='From the end of a period to the day by which its value is due', null=True, validators=[django.core.validators.MaxValueValidator(999)], verbose_name='Days until due')),
                ('frequency', models.CharField(blank=True, choices=[('month', 'Monthly'), ('quarter', 'Quarterly'), ('half_year', 'Half-yearly'), ('year', 'Yearly')], max_length=9, verbose_name='Frequency')),
                ('group', models.CharField(choices=[('energy', 'Energy'), ('emissions', 'Emissions'), ('environment', 'Air and water'), ('economy', 'Economy'), ('innovation', 'Innovation'), ('livelihood', 'Livelihood'), ('other', 'Other')], default='other', max_length=11, verbose_name='Group')),
                ('may_add_up', models.BooleanField(default=False, verbose_name='Parts of a region add up to it')),
                ('may_compare', models.BooleanField(default=False, verbose_name='Compared with other regions')),
                ('may_join', models.BooleanField(default=True, verbose_name='Joined by a line')),
                ('may_rank', models.BooleanField(default=False, verbose_name='Cities are ranked')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='accounts.department', verbose_name='Responsible department')),
            ],
            options={
                'verbose_name': 'Indicator',
                'verbose_name_plural': 'indicators',
                'ordering': ['code'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='indicators_indicator_published_has_source'), models.CheckConstraint(condition=models.Q(('direction__in', ['up', 'down', 'neutral'])), name='indicator_direction_known'), models.CheckConstraint(condition=models.Q(('zh_factor__gt', 0)), name='indicator_zh_factor_positive'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='indicators_indicator_provenance_known'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='indicator_is_named', violation_error_message='A name is wanted, in Chinese or in English.'), models.CheckConstraint(condition=models.Q(('group__in', ['energy', 'emissions', 'environment', 'economy', 'innovation', 'livelihood', 'other'])), name='indicator_group_known'), models.CheckConstraint(condition=models.Q(('frequency__in', ['', 'month', 'quarter', 'half_year', 'year'])), name='indicator_frequency_known'), models.CheckConstraint(condition=models.Q(models.Q(('derived_form', ''), ('derived_from__isnull', True), ('derived_with__isnull', True)), models.Q(('derived_form', 'year_on_year'), ('derived_from__isnull', False), ('derived_with__isnull', True)), models.Q(('derived_form__in', ['ratio', 'share', 'difference', 'per_head']), ('derived_from__isnull', False), ('derived_with__isnull', False)), _connector='OR'), name='indicator_derived_whole'), models.CheckConstraint(condition=models.Q(('due_days__isnull', True), ('due_days__lte', 999), _connector='OR'), name='indicator_due_days_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='HeadlineIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='Its place among the headline indicators of the overview', verbose_name='Number')),
                ('indicator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='headlines', to='indicators.indicator', verbose_name='Indicator')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='headline_indicators', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'Headline indicator',
                'verbose_name_plural': 'Headline indicators',
                'ordering': ['plan', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'plan'), name='headlineindicator_once_a_plan'), models.UniqueConstraint(fields=('plan', 'number'), name='headlineindicator_number_once_a_plan')],
            },
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('period', models.CharField(max_length=24, verbose_name='Period')),
                ('period_kind', models.CharField(choices=[('day', 'Day'), ('month', 'Month'), ('months', 'Months to date'), ('quarter', 'Quarter'), ('half_year', 'Half year'), ('three_quarters', 'Three quarters'), ('year', 'Year'), ('years', 'Years')], max_length=14, verbose_name='Kind of period')),
                ('period_start', models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='First day of the period')),
                ('period_end', models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Last day of the period')),
                ('value', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='Value')),
                ('exact', models.BooleanField(default=True, verbose_name='Exact')),
                ('basis', models.CharField(blank=True, max_length=300, verbose_name='What the value rests on')),
                ('released_on', models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Release date')),
                ('release_basis', models.CharField(blank=True, max_length=80, verbose_name='What the release date rests on')),
                ('verified', models.BooleanField(default=False, verbose_name='Verified')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='indicators.indicator', verbose_name='Indicator')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='regions.region', verbose_name='Region')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('recorded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Date recorded')),
                ('recorded_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by')),
                ('superseded', models.BooleanField(default=False, editable=False, verbose_name='Replaced')),
                ('supersedes', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='indicators.observation', verbose_name='Replaces')),
                ('note', models.CharField(blank=True, help_text='A break or a base effect, for readers: Chinese | English', max_length=300, verbose_name='Note')),
                ('scope', models.CharField(blank=True, help_text='Where it is not the whole that the name says: Chinese | English', max_length=80, verbose_name='Scope')),
            ],
            options={
                'verbose_name': 'Observation',
                'verbose_name_plural': 'observations',
                'ordering': ['indicator', 'region', 'period_end', 'released_on', 'id'],
                'abstract': False,
                'indexes': [models.Index(fields=['indicator', 'region', '-period_end', '-released_on'], name='observation_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='indicators_observation_published_has_source'), models.CheckConstraint(condition=models.Q(('period_kind__in', ['day', 'month', 'months', 'quarter', 'half_year', 'three_quarters', 'year', 'years'])), name='observation_period_kind_known'), models.CheckConstraint(condition=models.Q(('period_start__lte', models.F('period_end'))), name='observation_period_in_order'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='indicators_observation_provenance_known'), models.CheckConstraint(condition=models.Q(models.Q(('period_start__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_start__isnull', True), _connector='OR'), models.Q(('period_end__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_end__isnull', True), _connector='OR'), models.Q(('released_on__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('released_on__isnull', True), _connector='OR')), name='observation_days_in_bounds'), models.UniqueConstraint(condition=models.Q(('superseded', False)), fields=('indicator', 'region', 'period_kind', 'period_start', 'period_end', 'released_on'), name='observation_released_once'), models.CheckConstraint(condition=models.Q(('supersedes__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='observation_correction_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), models.Q(('recorded_at__isnull', True), ('recorded_by__isnull', True)), _connector='OR'), name='observation_record_has_time_and_person')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('due_year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='Due year')),
                ('value', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='Target')),
                ('unit', models.CharField(max_length=40, verbose_name='Unit')),
                ('qualifier', models.CharField(blank=True, max_length=120, verbose_name='Qualifier')),
                ('derived', models.BooleanField(default=False, verbose_name='Derived from the document')),
                ('baseline_value', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='Baseline')),
                ('baseline_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Day of the baseline')),
                ('document', models.CharField(max_length=200, verbose_name='Document')),
                ('adopted_on', models.DateField(validators=[core.bounds.DayWithin()], verbose_name='Date adopted')),
                ('adopted_basis', models.CharField(blank=True, max_length=120, verbose_name='What the date adopted rests on')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='indicators.indicator', verbose_name='Indicator')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='regions.region', verbose_name='Region')),
                ('milestones', models.CharField(blank=True, help_text='By the ends of years on the way: 2024 = 36; 2025 = 35.5', max_length=200, validators=[indicators.milestones.check_milestones], verbose_name='Milestones')),
                ('scope', models.CharField(blank=True, help_text='Where it is not the whole that the name says: Chinese | English', max_length=80, verbose_name='Scope')),
            ],
            options={
                'verbose_name': 'Target',
                'verbose_name_plural': 'targets',
                'ordering': ['indicator', 'region', 'due_year', 'adopted_on', 'id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='indicators_target_published_has_source'), models.CheckConstraint(condition=models.Q(models.Q(('baseline_on__isnull', True), ('baseline_value__isnull', True)), models.Q(('baseline_on__isnull', False), ('baseline_value__isnull', False)), _connector='OR'), name='target_baseline_whole'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='indicators_target_provenance_known'), models.CheckConstraint(condition=models.Q(('due_year__range', (1990, 2100))), name='target_due_year_in_calendar'), models.CheckConstraint(condition=models.Q(('adopted_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('adopted_on__isnull', True), _connector='OR'), name='target_adopted_in_bounds'), models.CheckConstraint(condition=models.Q(('baseline_on__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('baseline_on__isnull', True), _connector='OR'), name='target_baseline_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='ValueReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('accepted', 'Accepted'), ('returned', 'Returned')], default='draft', max_length=9, verbose_name='State')),
                ('submitted_on', models.DateField(blank=True, null=True, verbose_name='Date submitted')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='Submitted at')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='Date decided')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='Decided at')),
                ('decision_note', models.TextField(blank=True, verbose_name='Note of the reviewer')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='Version')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Edited at')),
                ('period', models.CharField(max_length=24, verbose_name='Period')),
                ('period_kind', models.CharField(choices=[('day', 'Day'), ('month', 'Month'), ('months', 'Months to date'), ('quarter', 'Quarter'), ('half_year', 'Half year'), ('three_quarters', 'Three quarters'), ('year', 'Year'), ('years', 'Years')], max_length=14, verbose_name='Kind of period')),
                ('period_start', models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='First day of the period')),
                ('period_end', models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Last day of the period')),
                ('value', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='Value')),
                ('in_chinese_unit', models.BooleanField(default=False, verbose_name='In the Chinese unit')),
                ('exact', models.BooleanField(default=True, verbose_name='Exact')),
                ('verified', models.BooleanField(blank=True, null=True, verbose_name='Verified')),
                ('released_on', models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Release date')),
                ('release_basis', models.CharField(choices=[('stated', 'The source gives it'), ('assumed', 'Assumed: when such figures usually come')], default='stated', max_length=8, verbose_name='What the release date rests on')),
                ('value_provenance', models.CharField(choices=[('published', 'Published: the source can be named'), ('reported', 'From the department’s own records')], default='reported', max_length=12, verbose_name='Where the value comes from')),
                ('basis', models.CharField(blank=True, max_length=300, verbose_name='What the value rests on')),
                ('scope', models.CharField(blank=True, help_text='Where it is not the whole that the name says: Chinese | English', max_length=80, verbose_name='Scope')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='Note')),
                ('purpose', models.CharField(blank=True, choices=[('revision', 'A revision'), ('correction', 'A correction')], max_length=10, verbose_name='Why it is filed')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.observation', verbose_name='Corrects')),
                ('decided_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='value_reports', to='accounts.department', verbose_name='Department')),
                ('edited_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Edited by')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='value_reports', to='indicators.indicator', verbose_name='Indicator')),
                ('observation', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report', to='indicators.observation', verbose_name='Observation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='Region')),
                ('submitted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Submitted by')),
            ],
            options={
                'verbose_name': 'filed value',
                'verbose_name_plural': 'filed values',
                'ordering': ['-period_end', '-submitted_on', '-id'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'submitted')), fields=['indicator'], name='valuereport_waiting'), models.Index(condition=models.Q(('state', 'returned')), fields=['department'], name='valuereport_returned')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='indicators_valuereport_provenance_known'), models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='indicators_valuereport_published_has_source'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'accepted', 'returned'])), name='indicators_valuereport_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'returned']), ('decided_on__isnull', False)), ('state__in', ['draft', 'submitted']), _connector='OR'), name='indicators_valuereport_decided_has_day'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='indicators_valuereport_decision_has_time_and_person'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('submitted_on__isnull', False), _connector='OR'), name='indicators_valuereport_filed_has_day'), models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), _connector='OR'), name='indicators_valuereport_submission_has_time_and_person'), models.CheckConstraint(condition=models.Q(models.Q(('edited_at__isnull', False), ('edited_by__isnull', False)), models.Q(('edited_at__isnull', True), ('edited_by__isnull', True)), _connector='OR'), name='indicators_valuereport_edit_has_time_and_person'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('decision_note'), 300)), name='indicators_valuereport_note_in_bounds'), models.CheckConstraint(condition=models.Q(('period_kind__in', ['day', 'month', 'months', 'quarter', 'half_year', 'three_quarters', 'year', 'years'])), name='valuereport_period_kind_known'), models.CheckConstraint(condition=models.Q(('release_basis__in', ['stated', 'assumed'])), name='valuereport_release_basis_known'), models.CheckConstraint(condition=models.Q(('value_provenance__in', ['published', 'reported'])), name='valuereport_value_provenance_known'), models.CheckConstraint(condition=models.Q(('period_start__lte', models.F('period_end'))), name='valuereport_period_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('period_start__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_start__isnull', True), _connector='OR'), models.Q(('period_end__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_end__isnull', True), _connector='OR'), models.Q(('released_on__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('released_on__isnull', True), _connector='OR')), name='valuereport_days_in_bounds'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'returned')), models.Q(('released_on__isnull', False), ('value__isnull', False), ('verified__isnull', False)), _connector='OR'), name='valuereport_filed_is_complete'), models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', False), ('purpose', 'correction')), models.Q(('corrects__isnull', True), ('purpose__in', ['', 'revision'])), _connector='OR'), name='valuereport_correction_names_the_row'), models.CheckConstraint(condition=models.Q(models.Q(('observation__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('observation__isnull', True)), _connector='OR'), name='valuereport_accepted_made_an_observation'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'returned'))), fields=('indicator', 'region', 'period_kind', 'period_start', 'period_end', 'department'), name='valuereport_one_open_a_period')],
            },
        ),
        migrations.CreateModel(
            name='ValueReportEvidence',
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
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='indicators.valuereport', verbose_name='filed value')),
            ],
            options={
                'verbose_name': 'Evidence',
                'verbose_name_plural': 'evidence',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('document_number', ''), ('file', ''), ('url', ''), _negated=True), name='indicators_valuereportevidence_is_a_document_a_link_or_a_file')],
            },
        ),
        migrations.CreateModel(
            name='ValueReportStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('submit', 'Submitted'), ('resubmit', 'Submitted again'), ('withdraw', 'Withdrawn'), ('accept', 'Accepted'), ('return', 'Returned'), ('undo_acceptance', 'Acceptance undone')], max_length=20, verbose_name='Step')),
                ('made_on', models.DateField(verbose_name='Day')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='Moment')),
                ('note', models.TextField(blank=True, verbose_name='Note of the reviewing office')),
                ('content', models.JSONField(verbose_name='What the report said')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Made by')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='indicators.valuereport', verbose_name='filed value')),
            ],
            options={
                'verbose_name': 'step of a report',
                'verbose_name_plural': 'steps of reports',
                'ordering': ['report', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('move__in', ['submit', 'resubmit', 'withdraw', 'accept', 'return', 'undo_acceptance'])), name='indicators_valuereportstep_move_known'), models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', False), ('made_by__isnull', False)), models.Q(('made_at__isnull', True), ('made_by__isnull', True)), _connector='OR'), name='indicators_valuereportstep_has_time_and_person'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('note'), 300)), name='indicators_valuereportstep_note_in_bounds')],
            },
        ),
    ])]
