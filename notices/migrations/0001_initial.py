
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.operations import MoveContentTypes


class Migration(migrations.Migration):
    """The table was made by migrations of measures."""

    dependencies = [
        ('indicators', '0001_squashed_0007_filed_values'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('measures', '0028_notices_leave'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('returned', 'Returned'), ('accepted', 'Accepted'), ('reminder', 'Reminder'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('lead_given', 'New lead department'), ('lead_taken', 'Another lead department'), ('due_moved', 'New due date'), ('corrected', 'Corrected'), ('reopened', 'Reopened'), ('comment', 'Comment'), ('undone', 'Acceptance undone'), ('problem', 'Problem'), ('problem_due', 'Problem due soon'), ('problem_late', 'Problem overdue'), ('suspended', 'Suspended'), ('resumed', 'Resumed'), ('withdrawn', 'Withdrawn'), ('account_link', 'Link to set a password'), ('account', 'Account changed'), ('account_2fa', 'Second factor removed'), ('log_alarm', 'Log altered')], max_length=12, verbose_name='Kind')),
                        ('value_period', models.CharField(blank=True, max_length=24, verbose_name='Period')),
                        ('due_on', models.DateField(blank=True, null=True, verbose_name='Due date')),
                        ('period', models.DateField(blank=True, null=True, verbose_name='Reporting period')),
                        ('day', models.DateField(verbose_name='Day')),
                        ('created_at', models.DateTimeField(verbose_name='Created at')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='Read at')),
                        ('emailed_on', models.DateField(blank=True, null=True, verbose_name='Date e-mailed')),
                        ('indicator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='indicators.indicator', verbose_name='Indicator')),
                        ('measure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='measures.measure', verbose_name='Measure')),
                        ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='measures.plan', verbose_name='Action plan')),
                        ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='measures.report', verbose_name='Report')),
                        ('step', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='measures.problemstep', verbose_name='Step')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
                        ('value_report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='indicators.valuereport', verbose_name='filed value')),
                    ],
                    options={
                        'verbose_name': 'notice',
                        'verbose_name_plural': 'notices',
                        'db_table': 'measures_notice',
                        'ordering': ['-created_at', '-id'],
                        'indexes': [models.Index(fields=['user', 'read_at'], name='notice_inbox')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['returned', 'accepted', 'reminder', 'due_soon', 'overdue', 'lead_given', 'lead_taken', 'due_moved', 'corrected', 'reopened', 'comment', 'undone', 'problem', 'problem_due', 'problem_late', 'suspended', 'resumed', 'withdrawn', 'account_link', 'account', 'account_2fa', 'log_alarm'])), name='notice_kind_known'), models.UniqueConstraint(condition=models.Q(('kind__in', ['due_soon', 'overdue'])), fields=('user', 'kind', 'measure', 'day'), name='notice_of_due_day_once'), models.UniqueConstraint(condition=models.Q(('kind__in', ['problem_due', 'problem_late'])), fields=('user', 'kind', 'step', 'day'), name='notice_of_due_problem_once'), models.UniqueConstraint(condition=models.Q(('kind__in', ['due_soon', 'overdue'])), fields=('user', 'kind', 'indicator', 'value_period', 'day'), name='notice_of_due_value_once')],
                    },
                ),
            ],
        ),
        MoveContentTypes(['notice'], of='measures'),
    ]
