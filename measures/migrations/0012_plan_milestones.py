"""What happened to a plan, and when."""

import core.bounds
import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0011_bounds_of_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanMilestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('happens_on', models.DateField(validators=[core.bounds.DayWithin()], verbose_name='Date')),
                ('day_known', models.BooleanField(default=True, verbose_name='The day is known, not the month alone')),
                ('name_zh', models.CharField(max_length=120, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(max_length=200, verbose_name='Name (English)')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'Milestone of a plan',
                'verbose_name_plural': 'milestones of plans',
                'ordering': ['plan', 'happens_on'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='measures_planmilestone_provenance_known'), models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='measures_planmilestone_published_has_source'), models.UniqueConstraint(fields=('plan', 'happens_on'), name='planmilestone_day_once_a_plan'), models.CheckConstraint(condition=models.Q(('happens_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('happens_on__isnull', True), _connector='OR'), name='planmilestone_day_in_bounds')],
            },
        ),
    ]
