import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now


def fill_departments(apps, schema_editor):
    """Whoever leads the measure now wrote them, as far as anybody knows."""
    Measure, Report = apps.get_model('measures', 'Measure'), apps.get_model('measures', 'Report')
    lead = Measure.objects.filter(pk=OuterRef('measure')).values('lead_department')
    Report.objects.update(department=Subquery(lead), updated_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('measures', '0007_whole_reasons'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='department',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='accounts.department', verbose_name='Department'),
        ),
        migrations.RunPython(fill_departments, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='report',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='accounts.department', verbose_name='Department'),
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_one_open_a_month',
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned'])), fields=('measure', 'period', 'department'), name='report_one_open_a_month'),
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind_known',
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('returned', 'Returned'), ('accepted', 'Accepted'), ('reminder', 'Reminder'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('lead_given', 'New lead department'), ('lead_taken', 'Another lead department'), ('due_moved', 'New due date'), ('corrected', 'Corrected'), ('reopened', 'Reopened'), ('comment', 'Comment')], max_length=12, verbose_name='Kind'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['returned', 'accepted', 'reminder', 'due_soon', 'overdue', 'lead_given', 'lead_taken', 'due_moved', 'corrected', 'reopened', 'comment'])), name='notice_kind_known'),
        ),
    ]
