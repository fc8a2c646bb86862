from django.db import migrations, models

OF_STEPS = """
    UPDATE measures_problemstep SET superseded_from = (
        SELECT later.made_on FROM measures_problemstep later
        WHERE later.problem_id = measures_problemstep.problem_id
            AND (later.made_on, later.id)
                > (measures_problemstep.made_on, measures_problemstep.id)
        ORDER BY later.made_on, later.id LIMIT 1
    )
"""


class Migration(migrations.Migration):
    """Each row says from which day on another one holds (ADR 37): what was written until now is told by one statement."""

    dependencies = [
        ('problems', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='problemstep',
            name='superseded_from',
            field=models.DateField(editable=False, null=True, verbose_name='Superseded from'),
        ),
        migrations.RunSQL(OF_STEPS, migrations.RunSQL.noop),
    ]
