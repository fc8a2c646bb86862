import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('web', '0001_initial'),
        ('web', '0002_idempotency_keys'),
        ('web', '0003_idempotency_words'),
        ('web', '0004_kinds_of_changes'),
        ('web', '0005_saved_views'),
        ('web', '0006_site'),
        ('web', '0007_limits_of_the_site'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0009_people_of_a_provider'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='DataChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.BigIntegerField()),
                ('kind', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'verbose_name': 'change of the data',
                'verbose_name_plural': 'changes of the data',
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, verbose_name='Key')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='Fingerprint')),
                ('status', models.PositiveSmallIntegerField(default=0, verbose_name='Status of the answer')),
                ('location', models.TextField(blank=True, verbose_name='Address it led to')),
                ('body', models.TextField(blank=True, verbose_name='Body of the answer')),
                ('messages', models.JSONField(default=list, verbose_name='Messages shown')),
                ('created_at', models.DateTimeField(db_index=True, verbose_name='Created at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
            ],
            options={
                'verbose_name': 'idempotency key',
                'verbose_name_plural': 'idempotency keys',
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotencykey_once_per_user')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(max_length=40, verbose_name='List')),
                ('name', models.CharField(max_length=60, verbose_name='Name')),
                ('query', models.TextField(blank=True, verbose_name='Filters and order')),
                ('created_at', models.DateTimeField(verbose_name='Created at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['page', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('query'), 2000)), name='savedview_query_in_bounds'), models.UniqueConstraint(fields=('user', 'page', 'name'), name='savedview_name_once_per_list')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=80, verbose_name='Name (English)')),
                ('place_zh', models.CharField(blank=True, max_length=30, verbose_name='Short name of the place (Chinese)')),
                ('place_en', models.CharField(blank=True, max_length=60, verbose_name='Short name of the place (English)')),
                ('subject_zh', models.CharField(blank=True, max_length=60, verbose_name='What it is about (Chinese)')),
                ('subject_en', models.CharField(blank=True, max_length=120, verbose_name='What it is about (English)')),
                ('languages', models.CharField(choices=[('both', 'Chinese and English'), ('zh-hans', 'Chinese'), ('en', 'English')], default='both', max_length=7, verbose_name='Languages')),
                ('due_soon_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)], verbose_name='Yellow light: due within so many days')),
                ('report_due_day', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)], verbose_name='Day of the month on which reports are due')),
                ('silent_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)], verbose_name='Yellow light: no report for more than so many days')),
            ],
            options={
                'verbose_name': 'site profile',
                'verbose_name_plural': 'site profile',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='site_is_one_row'), models.CheckConstraint(condition=models.Q(('languages__in', ['both', 'zh-hans', 'en'])), name='site_languages_known'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='site_is_named', violation_error_message='A name is wanted, in Chinese or in English.'), models.CheckConstraint(condition=models.Q(('report_due_day', None), ('report_due_day__range', (1, 28)), _connector='OR'), name='site_due_day_in_bounds'), models.CheckConstraint(condition=models.Q(models.Q(('due_soon_days', None), ('due_soon_days__range', (1, 366)), _connector='OR'), models.Q(('silent_days', None), ('silent_days__range', (1, 366)), _connector='OR')), name='site_limits_in_bounds')],
            },
        ),
    ])]
