import django.db.models.deletion
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('dashboard', '0001_initial'),
        ('dashboard', '0002_provenance_reported'),
    ]

    initial = True

    dependencies = [
        ('measures', '0001_squashed_0023_problems_of_reports'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='PublishedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('as_of', models.DateField(verbose_name='As of')),
                ('figure', models.CharField(max_length=60, verbose_name='Figure')),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='Value')),
                ('unit', models.CharField(blank=True, max_length=40, verbose_name='Unit')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='published_figures', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'published figure',
                'verbose_name_plural': 'published figures',
                'ordering': ['plan', 'as_of', 'figure'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='dashboard_publishedfigure_published_has_source'), models.UniqueConstraint(fields=('plan', 'as_of', 'figure'), name='publishedfigure_once_a_day'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='dashboard_publishedfigure_provenance_known')],
            },
        ),
    ])]
