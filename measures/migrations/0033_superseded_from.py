from django.db import migrations, models

OF_SCOPES = """
    UPDATE measures_scopechange SET superseded_from = (
        SELECT later.effective_on FROM measures_scopechange later
        WHERE later.measure_id = measures_scopechange.measure_id
            AND (later.effective_on, later.recorded_at, later.id)
                > (measures_scopechange.effective_on, measures_scopechange.recorded_at, measures_scopechange.id)
        ORDER BY later.effective_on, later.recorded_at, later.id LIMIT 1
    )
"""
OF_STATUSES = """
    UPDATE measures_statuschange SET superseded_from = (
        SELECT later.effective_on FROM measures_statuschange later
        WHERE later.measure_id = measures_statuschange.measure_id
            AND (later.effective_on, later.recorded_at, later.id)
                > (measures_statuschange.effective_on, measures_statuschange.recorded_at, measures_statuschange.id)
            AND NOT EXISTS (SELECT 1 FROM measures_statuschange correction WHERE correction.supersedes_id = later.id)
        ORDER BY later.effective_on, later.recorded_at, later.id LIMIT 1
    )
"""
OF_CORRECTED = """
    UPDATE measures_statuschange SET superseded_from = effective_on
    WHERE EXISTS (SELECT 1 FROM measures_statuschange correction WHERE correction.supersedes_id = measures_statuschange.id)
"""


class Migration(migrations.Migration):
    """Each row says from which day on another one holds (ADR 37): what was written until now is told by one statement."""

    dependencies = [
        ('measures', '0032_problems_leave'),
    ]

    operations = [
        migrations.AddField(
            model_name='scopechange',
            name='superseded_from',
            field=models.DateField(editable=False, null=True, verbose_name='Superseded from'),
        ),
        migrations.RunSQL(OF_SCOPES, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='statuschange',
            name='superseded_from',
            field=models.DateField(editable=False, null=True, verbose_name='Superseded from'),
        ),
        migrations.RunSQL(OF_STATUSES, migrations.RunSQL.noop),
        migrations.RunSQL(OF_CORRECTED, migrations.RunSQL.noop),
    ]
