import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0001_squashed_0007_filed_values'),
        ('measures', '0028_notices_leave'),
        ('notices', '0001_initial'),
        ('projects', '0015_filing_units'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind_known',
        ),
        migrations.AddField(
            model_name='notice',
            name='month',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='projects.projectmonth', verbose_name='project month'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('returned', 'Returned'), ('accepted', 'Accepted'), ('reminder', 'Reminder'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('lead_given', 'New lead department'), ('lead_taken', 'Another lead department'), ('due_moved', 'New due date'), ('corrected', 'Corrected'), ('reopened', 'Reopened'), ('comment', 'Comment'), ('undone', 'Acceptance undone'), ('taken_back', 'Withdrawn by the other side'), ('problem', 'Problem'), ('problem_due', 'Problem due soon'), ('problem_late', 'Problem overdue'), ('suspended', 'Suspended'), ('resumed', 'Resumed'), ('withdrawn', 'Withdrawn'), ('account_link', 'Link to set a password'), ('account', 'Account changed'), ('account_2fa', 'Second factor removed'), ('log_alarm', 'Log altered')], max_length=12, verbose_name='Kind'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['returned', 'accepted', 'reminder', 'due_soon', 'overdue', 'lead_given', 'lead_taken', 'due_moved', 'corrected', 'reopened', 'comment', 'undone', 'taken_back', 'problem', 'problem_due', 'problem_late', 'suspended', 'resumed', 'withdrawn', 'account_link', 'account', 'account_2fa', 'log_alarm'])), name='notice_kind_known'),
        ),
    ]
