import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('regions', '0001_initial'),
        ('regions', '0002_provenance_reported'),
        ('regions', '0003_names'),
        ('regions', '0004_tiles'),
        ('regions', '0005_largest_region'),
    ]

    initial = True

    dependencies = []

    operations = [AtOnce([
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('code', models.CharField(max_length=6, unique=True, validators=[django.core.validators.RegexValidator('^[0-9]{6}\\Z', 'Six digits of GB/T 2260, such as 370600')], verbose_name='Code')),
                ('kind', models.CharField(choices=[('country', 'Country'), ('province', 'Province'), ('city', 'City'), ('county', 'County')], max_length=8, verbose_name='Kind')),
                ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=80, verbose_name='Name (English)')),
                ('short_zh', models.CharField(blank=True, max_length=30, verbose_name='Short name (Chinese)')),
                ('short_en', models.CharField(blank=True, max_length=60, verbose_name='Short name (English)')),
                ('tile_row', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Row on the tile map')),
                ('tile_column', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Column on the tile map')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='regions.region', verbose_name='Lies in')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['code'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='regions_region_published_has_source'), models.CheckConstraint(condition=models.Q(('kind__in', ['country', 'province', 'city', 'county'])), name='region_kind_known'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='regions_region_provenance_known'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='region_is_named', violation_error_message='A name is wanted, in Chinese or in English.'), models.CheckConstraint(condition=models.Q(models.Q(('tile_column__isnull', True), ('tile_row__isnull', True)), models.Q(('parent__isnull', False), ('tile_column__isnull', False), ('tile_row__isnull', False), ('tile_column__gte', 1), ('tile_row__gte', 1)), _connector='OR'), name='region_tile_whole_and_in_a_region'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'country'), _negated=True), ('parent__isnull', True), _connector='OR'), name='region_country_lies_in_none')],
            },
        ),
    ])]
