"""Observations have a key, and corrections that leave the wrong row; bounds of days."""

import core.bounds
import datetime
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.operations import AddBound


def join_what_was_recorded_twice(apps, schema_editor):
    """Of rows with one key, the one that figures were made of stays: the first that is verified and exact. It supersedes
    the others, one after the other."""
    observations = apps.get_model("indicators", "Observation").objects.using(schema_editor.connection.alias)
    key = ("indicator", "region", "period_kind", "period_start", "period_end", "released_on")
    for group in observations.order_by().values(*key).annotate(count=models.Count("pk")).filter(count__gt=1):
        rows = observations.filter(**{name: group[name] for name in key})
        chain = sorted(rows, key=lambda row: (row.verified and row.exact, -row.pk))
        for before, after in zip(chain, chain[1:]):
            unchanged = {"updated_at": models.F("updated_at")}
            observations.filter(pk=before.pk).update(superseded=True, **unchanged)
            reason = "重复登记，保留此行"
            observations.filter(pk=after.pk).update(supersedes=before.pk, reason=reason, **unchanged)
    # PostgreSQL changes no table that has references to check.
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0002_provenance_reported'),
        ('regions', '0002_provenance_reported'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='target',
            name='target_due_year_in_calendar',
        ),
        migrations.AddField(
            model_name='observation',
            name='reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='Reason'),
        ),
        migrations.AddField(
            model_name='observation',
            name='recorded_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='Date recorded'),
        ),
        migrations.AddField(
            model_name='observation',
            name='recorded_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Recorded by'),
        ),
        migrations.AddField(
            model_name='observation',
            name='superseded',
            field=models.BooleanField(default=False, editable=False, verbose_name='Replaced'),
        ),
        migrations.AddField(
            model_name='observation',
            name='supersedes',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='indicators.observation', verbose_name='Replaces'),
        ),
        migrations.AlterField(
            model_name='observation',
            name='period_end',
            field=models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Last day of the period'),
        ),
        migrations.AlterField(
            model_name='observation',
            name='period_start',
            field=models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='First day of the period'),
        ),
        migrations.AlterField(
            model_name='observation',
            name='released_on',
            field=models.DateField(validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Release date'),
        ),
        migrations.AlterField(
            model_name='target',
            name='adopted_on',
            field=models.DateField(validators=[core.bounds.DayWithin()], verbose_name='Date adopted'),
        ),
        migrations.AlterField(
            model_name='target',
            name='baseline_on',
            field=models.DateField(blank=True, null=True, validators=[core.bounds.DayWithin(datetime.date(1900, 1, 1))], verbose_name='Day of the baseline'),
        ),
        migrations.AlterField(
            model_name='target',
            name='due_year',
            field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='Due year'),
        ),
        migrations.RunPython(join_what_was_recorded_twice, migrations.RunPython.noop),
        AddBound(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('period_start__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_start__isnull', True), _connector='OR'), models.Q(('period_end__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('period_end__isnull', True), _connector='OR'), models.Q(('released_on__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('released_on__isnull', True), _connector='OR')), name='observation_days_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded', False)), fields=('indicator', 'region', 'period_kind', 'period_start', 'period_end', 'released_on'), name='observation_released_once'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(('supersedes__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='observation_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), models.Q(('recorded_at__isnull', True), ('recorded_by__isnull', True)), _connector='OR'), name='observation_record_has_time_and_person'),
        ),
        AddBound(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('due_year__range', (1990, 2100))), name='target_due_year_in_calendar'),
        ),
        AddBound(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('adopted_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('adopted_on__isnull', True), _connector='OR'), name='target_adopted_in_bounds'),
        ),
        AddBound(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('baseline_on__range', (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))), ('baseline_on__isnull', True), _connector='OR'), name='target_baseline_in_bounds'),
        ),
    ]
