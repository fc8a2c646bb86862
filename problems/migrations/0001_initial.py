import datetime
import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import core.bounds
import reporting.models
from core.operations import AtOnce, MoveContentTypes

MODELS = ['problem', 'problemcategory', 'problemstep', 'problemevidence', 'meeting', 'meetingitem']


class Migration(migrations.Migration):
    """The tables were made by migrations of measures."""

    dependencies = [
        ('accounts', '0012_returns_at_once'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('measures', '0031_about_problem'),
        ('projects', '0017_about_problem'),
        ('regions', '0001_squashed_0005_largest_region'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # At once: the models are not made anew after each of so many steps.
        AtOnce([migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Meeting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                        ('number', models.PositiveSmallIntegerField(editable=False, verbose_name='Number')),
                        ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='Title (Chinese)')),
                        ('title_en', models.CharField(blank=True, max_length=200, verbose_name='Title (English)')),
                        ('held_on', models.DateField(validators=[core.bounds.DayWithin()], verbose_name='Date')),
                        ('place', models.CharField(blank=True, max_length=120, verbose_name='Place')),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Created by')),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='measures.plan', verbose_name='Action plan')),
                    ],
                    options={
                        'verbose_name': 'Coordination meeting',
                        'verbose_name_plural': 'coordination meetings',
                        'db_table': 'measures_meeting',
                        'ordering': ['-held_on', '-number'],
                    },
                ),
                migrations.CreateModel(
                    name='ProblemCategory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                        ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                        ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                        ('slug', models.SlugField(verbose_name='Name in addresses')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='Number')),
                        ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                        ('name_en', models.CharField(blank=True, max_length=120, verbose_name='Name (English)')),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problem_categories', to='measures.plan', verbose_name='Action plan')),
                    ],
                    options={
                        'verbose_name': 'Category of problems',
                        'verbose_name_plural': 'categories of problems',
                        'db_table': 'measures_problemcategory',
                        'ordering': ['plan', 'number'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Problem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                        ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                        ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                        ('number', models.PositiveSmallIntegerField(editable=False, verbose_name='Number')),
                        ('text_zh', models.TextField(blank=True, verbose_name='Problem (Chinese)')),
                        ('text_en', models.TextField(blank=True, verbose_name='Problem (English)')),
                        ('raised_on', models.DateField(blank=True, editable=False, null=True, verbose_name='Date raised')),
                        ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='Version')),
                        ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Edited at')),
                        ('edited_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Edited by')),
                        ('helpers', models.ManyToManyField(blank=True, limit_choices_to={'merged_into': None}, related_name='+', to='accounts.department', verbose_name='Asked to help')),
                        ('measure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='measures.measure', verbose_name='Measure')),
                        ('plan', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measures.plan', verbose_name='Action plan')),
                        ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='projects.project', verbose_name='Project')),
                        ('proposed_owner', models.ForeignKey(blank=True, limit_choices_to={'merged_into': None}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='Who can solve it')),
                        ('raised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='Raised by')),
                        ('raised_by_city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='Raised by the city')),
                        ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='problems.problemcategory', verbose_name='Category')),
                    ],
                    options={
                        'verbose_name': 'Problem',
                        'verbose_name_plural': 'problems',
                        'db_table': 'measures_problem',
                        'ordering': ['measure', 'project', 'number'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ProblemStep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('move', models.CharField(choices=[('raise', 'Raised'), ('assign', 'Assigned'), ('solve', 'Reported as solved'), ('close', 'Verified and closed'), ('send_back', 'Sent back'), ('reply', 'Replied'), ('reassign', 'Assignment changed'), ('reword', 'Reworded'), ('take_back', 'Taken back: not solved yet'), ('withdraw', 'Withdrawn'), ('restore', 'Raised again'), ('reopen', 'Reopened')], max_length=12, verbose_name='Step')),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('raised', 'To be assigned'), ('assigned', 'Being solved'), ('solved', 'To be verified'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], max_length=9, verbose_name='State')),
                        ('due_on', models.DateField(blank=True, null=True, verbose_name='Due date')),
                        ('is_escalated', models.BooleanField(default=False, verbose_name='Put before the government')),
                        ('made_on', models.DateField(verbose_name='Day')),
                        ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='Moment')),
                        ('note', models.TextField(blank=True, verbose_name='Note')),
                        ('content', models.JSONField(verbose_name='What the problem said')),
                        ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Made by')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='Owner')),
                        ('problem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='problems.problem', verbose_name='Problem')),
                    ],
                    options={
                        'verbose_name': 'step of a problem',
                        'verbose_name_plural': 'steps of problems',
                        'db_table': 'measures_problemstep',
                        'ordering': ['problem', 'made_on', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='ProblemEvidence',
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
                        ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='problems.problemstep', verbose_name='Step')),
                    ],
                    options={
                        'verbose_name': 'Evidence',
                        'verbose_name_plural': 'evidence',
                        'db_table': 'measures_problemevidence',
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='MeetingItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='Position')),
                        ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='problems.meeting', verbose_name='Coordination meeting')),
                        ('problem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meeting_items', to='problems.problem', verbose_name='Problem')),
                        ('direction', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meeting_item', to='problems.problemstep', verbose_name='Direction')),
                    ],
                    options={
                        'verbose_name': 'problem of a meeting',
                        'verbose_name_plural': 'problems of meetings',
                        'db_table': 'measures_meetingitem',
                        'ordering': ['meeting', 'position'],
                    },
                ),
                migrations.AddConstraint(
                    model_name='meeting',
                    constraint=models.CheckConstraint(condition=models.Q(('title_en', ''), ('title_zh', ''), _negated=True), name='meeting_is_named', violation_error_message='A name is wanted, in Chinese or in English.'),
                ),
                migrations.AddConstraint(
                    model_name='meeting',
                    constraint=models.UniqueConstraint(fields=('plan', 'number'), name='meeting_number_once_a_plan'),
                ),
                migrations.AddConstraint(
                    model_name='meeting',
                    constraint=models.CheckConstraint(condition=models.Q(('held_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('held_on__isnull', True), _connector='OR'), name='meeting_day_in_bounds'),
                ),
                migrations.AddConstraint(
                    model_name='problemcategory',
                    constraint=models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='measures_problemcategory_provenance_known'),
                ),
                migrations.AddConstraint(
                    model_name='problemcategory',
                    constraint=models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='measures_problemcategory_published_has_source'),
                ),
                migrations.AddConstraint(
                    model_name='problemcategory',
                    constraint=models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='problemcategory_is_named', violation_error_message='A name is wanted, in Chinese or in English.'),
                ),
                migrations.AddConstraint(
                    model_name='problemcategory',
                    constraint=models.UniqueConstraint(fields=('plan', 'slug'), name='problemcategory_slug_once_a_plan'),
                ),
                migrations.AddConstraint(
                    model_name='problemcategory',
                    constraint=models.UniqueConstraint(fields=('plan', 'number'), name='problemcategory_number_once_a_plan'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='measures_problem_provenance_known'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='measures_problem_published_has_source'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text_zh'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text_en'), 2000)), name='measures_problem_texts_in_bounds'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(('raised_on__isnull', True), models.Q(('text_en', ''), ('text_zh', ''), _negated=True), _connector='OR'), name='measures_problem_says_something'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(('raised_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('raised_on__isnull', True), _connector='OR'), name='measures_problem_day_in_bounds'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(('raised_by__isnull', True), ('raised_by_city__isnull', True), _connector='OR'), name='measures_problem_raised_once'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('edited_at__isnull', False), ('edited_by__isnull', False)), models.Q(('edited_at__isnull', True), ('edited_by__isnull', True)), _connector='OR'), name='measures_problem_edit_has_time_and_person'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('measure__isnull', False), ('project__isnull', True)), models.Q(('measure__isnull', True), ('project__isnull', False)), _connector='OR'), name='problem_of_measure_or_project'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.UniqueConstraint(fields=('measure', 'number'), name='problem_number_once_a_measure'),
                ),
                migrations.AddConstraint(
                    model_name='problem',
                    constraint=models.UniqueConstraint(fields=('project', 'number'), name='problem_number_once_a_project'),
                ),
                migrations.AddIndex(
                    model_name='problemstep',
                    index=models.Index(fields=['problem', 'made_on', 'id'], name='measures_problemstep_last'),
                ),
                migrations.AddConstraint(
                    model_name='problemstep',
                    constraint=models.CheckConstraint(condition=models.Q(('move__in', ['raise', 'assign', 'solve', 'close', 'send_back', 'reply', 'reassign', 'reword', 'take_back', 'withdraw', 'restore', 'reopen'])), name='measures_problemstep_move_known'),
                ),
                migrations.AddConstraint(
                    model_name='problemstep',
                    constraint=models.CheckConstraint(condition=models.Q(('state__in', ('raised', 'assigned', 'solved', 'closed', 'withdrawn'))), name='measures_problemstep_state_known'),
                ),
                migrations.AddConstraint(
                    model_name='problemstep',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', False), ('made_by__isnull', False)), models.Q(('made_at__isnull', True), ('made_by__isnull', True)), _connector='OR'), name='measures_problemstep_has_time_and_person'),
                ),
                migrations.AddConstraint(
                    model_name='problemstep',
                    constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('note'), 2000)), name='measures_problemstep_note_in_bounds'),
                ),
                migrations.AddConstraint(
                    model_name='problemstep',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('made_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('made_on__isnull', True), _connector='OR'), models.Q(('due_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('due_on__isnull', True), _connector='OR')), name='measures_problemstep_days_in_bounds'),
                ),
                migrations.AddConstraint(
                    model_name='problemevidence',
                    constraint=models.CheckConstraint(condition=models.Q(('document_number', ''), ('file', ''), ('url', ''), _negated=True), name='measures_problemevidence_is_a_document_a_link_or_a_file'),
                ),
                migrations.AddConstraint(
                    model_name='meetingitem',
                    constraint=models.UniqueConstraint(fields=('meeting', 'problem'), name='meetingitem_problem_once_a_meeting'),
                ),
            ],
        )]),
        MoveContentTypes(MODELS, of='measures'),
    ]
