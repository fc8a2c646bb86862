from django.db import migrations, models

OF_SCOPES = """
    UPDATE projects_scopechange SET superseded_from = (
        SELECT later.effective_on FROM projects_scopechange later
        WHERE later.project_id = projects_scopechange.project_id
            AND (later.effective_on, later.recorded_at, later.id)
                > (projects_scopechange.effective_on, projects_scopechange.recorded_at, projects_scopechange.id)
        ORDER BY later.effective_on, later.recorded_at, later.id LIMIT 1
    )
"""


class Migration(migrations.Migration):
    """Each row says from which day on another one holds (ADR 37): what was written until now is told by one statement."""

    dependencies = [
        ('projects', '0017_about_problem'),
    ]

    operations = [
        migrations.AddField(
            model_name='scopechange',
            name='superseded_from',
            field=models.DateField(editable=False, null=True, verbose_name='Superseded from'),
        ),
        migrations.RunSQL(OF_SCOPES, migrations.RunSQL.noop),
    ]
