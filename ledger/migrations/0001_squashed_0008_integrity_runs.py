import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('datasets', '0001_ledger_versions'),
        ('datasets', '0002_uploads'),
        ('datasets', '0003_uploads_of_months'),
        ('datasets', '0004_uploads_of_cities'),
        ('datasets', '0005_whose_uploads'),
        ('datasets', '0006_upload_is_of_department_or_city'),
        ('datasets', '0007_uploads_of_values'),
        ('datasets', '0008_integrity_runs'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0009_people_of_a_provider'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='IntegrityRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='Started at')),
                ('finished_at', models.DateTimeField(verbose_name='Finished at')),
                ('results', models.JSONField(default=dict, verbose_name='Results')),
            ],
            options={
                'verbose_name': 'run of the data checks',
                'verbose_name_plural': 'runs of the data checks',
                'constraints': [models.CheckConstraint(condition=models.Q(('finished_at__gte', models.F('started_at'))), name='integrityrun_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='LedgerVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='Digest')),
                ('contents', models.BinaryField(verbose_name='Contents')),
                ('made_at', models.DateTimeField(verbose_name='Made at')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_versions', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'version of a ledger',
                'verbose_name_plural': 'versions of ledgers',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uploaded_at', models.DateTimeField(verbose_name='Uploaded at')),
                ('file_name', models.CharField(max_length=255, verbose_name='File name')),
                ('is_pasted', models.BooleanField(default=False, verbose_name='Pasted')),
                ('content', models.BinaryField(verbose_name='Content')),
                ('language', models.CharField(max_length=10, verbose_name='Language')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be read'), ('reading', 'Being read'), ('refused', 'Cannot be read'), ('read', 'Read, not loaded yet'), ('accepted', 'Waits to be loaded'), ('loading', 'Being loaded'), ('loaded', 'Loaded')], default='waiting', max_length=8, verbose_name='State')),
                ('step', models.PositiveSmallIntegerField(default=0, verbose_name='Progress')),
                ('begun_at', models.DateTimeField(null=True, verbose_name='Begun at')),
                ('answers', models.JSONField(default=dict, verbose_name='Answers')),
                ('choices', models.JSONField(default=list, verbose_name='Choices')),
                ('leaves_out_wrong', models.BooleanField(default=False, verbose_name='Leave out wrong rows')),
                ('is_confirmed', models.BooleanField(default=False, verbose_name='Confirmed')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('result', models.BinaryField(null=True, verbose_name='Preview')),
                ('sentence', models.TextField(blank=True, verbose_name='Why it cannot be read')),
                ('load', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measures.load', verbose_name='Load')),
                ('plan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measures.plan', verbose_name='Action plan')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Uploaded by')),
                ('kind', models.CharField(choices=[('ledger', 'Ledger of a plan'), ('month', 'Reports of a month'), ('projects', 'Months of projects'), ('values', 'Values of indicators')], default='ledger', max_length=8, verbose_name='Kind')),
                ('period', models.DateField(null=True, verbose_name='Reporting period')),
                ('city', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='City')),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='Department')),
            ],
            options={
                'verbose_name': 'upload',
                'verbose_name_plural': 'uploads',
                'ordering': ['-uploaded_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'reading', 'refused', 'read', 'accepted', 'loading', 'loaded'])), name='upload_state_known'), models.CheckConstraint(condition=models.Q(('load', None), ('state', 'loaded'), _connector='OR'), name='upload_load_is_loaded'), models.CheckConstraint(condition=models.Q(('kind__in', ['ledger', 'month', 'projects', 'values'])), name='upload_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ledger'), ('period', None)), models.Q(('kind', 'values'), ('period', None), ('plan__isnull', False)), models.Q(('kind__in', ['month', 'projects']), ('period__isnull', False), ('plan__isnull', False)), _connector='OR'), name='upload_month_has_period'), models.CheckConstraint(condition=models.Q(models.Q(('city', None), ('department', None), ('kind', 'ledger')), models.Q(('city', None), ('department__isnull', False), ('kind__in', ['month', 'projects', 'values'])), models.Q(('city__isnull', False), ('department', None), ('kind', 'projects')), _connector='OR'), name='upload_is_of_department_or_city')],
            },
        ),
    ])]
