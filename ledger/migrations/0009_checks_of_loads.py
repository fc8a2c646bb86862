import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0001_squashed_0008_integrity_runs'),
        ('measures', '0001_squashed_0023_problems_of_reports'),
    ]

    operations = [
        migrations.AddField(
            model_name='integrityrun',
            name='load',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='integrity_run', to='measures.load', verbose_name='Load'),
        ),
    ]
