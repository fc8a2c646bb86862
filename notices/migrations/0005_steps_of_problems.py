import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The key points to the same table; its model is of the app `problems` from here on."""

    dependencies = [
        ('notices', '0004_due_months'),
        ('problems', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='notice',
                    name='step',
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='notices',
                        to='problems.problemstep',
                        verbose_name='Step',
                    ),
                ),
            ],
        ),
    ]
