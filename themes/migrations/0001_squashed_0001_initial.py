import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('themes', '0001_initial'),
    ]

    initial = True

    dependencies = [
        ('indicators', '0001_squashed_0007_filed_values'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
        ('projects', '0001_squashed_0014_returned_months_are_written'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('slug', models.SlugField(verbose_name='Name in addresses')),
                ('number', models.PositiveSmallIntegerField(verbose_name='Number')),
                ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='Name (English)')),
                ('note_zh', models.TextField(blank=True, max_length=2000, verbose_name='Note (Chinese)')),
                ('note_en', models.TextField(blank=True, max_length=2000, verbose_name='Note (English)')),
                ('categories', models.ManyToManyField(blank=True, related_name='themes', to='projects.category', verbose_name='Categories of projects')),
                ('indicators', models.ManyToManyField(blank=True, related_name='themes', to='indicators.indicator', verbose_name='Indicators')),
                ('measures', models.ManyToManyField(blank=True, related_name='themes', to='measures.measure', verbose_name='Single measures')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='themes', to='measures.plan', verbose_name='Action plan')),
                ('sections', models.ManyToManyField(blank=True, related_name='themes', to='measures.section', verbose_name='Priority areas')),
            ],
            options={
                'verbose_name': 'Theme',
                'verbose_name_plural': 'themes',
                'ordering': ['plan', 'number'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='themes_theme_provenance_known'), models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='themes_theme_published_has_source'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='theme_is_named', violation_error_message='A name is wanted, in Chinese or in English.'), models.UniqueConstraint(fields=('plan', 'slug'), name='theme_slug_once_a_plan'), models.UniqueConstraint(fields=('plan', 'number'), name='theme_number_once_a_plan'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('note_zh'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('note_en'), 2000)), name='theme_note_in_bounds')],
            },
        ),
    ])]
