from django.db import migrations, models

NUMBER_OF_PROBLEM = """
    UPDATE projects_projectmonth SET about_number = (SELECT number FROM measures_problem WHERE id = about_problem_id)
    WHERE about_problem_id IS NOT NULL
"""
PROBLEM_OF_NUMBER = """
    UPDATE projects_projectmonth SET about_problem_id = (
        SELECT id FROM measures_problem
        WHERE measures_problem.project_id = projects_projectmonth.project_id AND number = about_number
    )
    WHERE about_number IS NOT NULL
"""


class Migration(migrations.Migration):
    """The problem that a month is about is named by its number, which needs no key to the room above."""

    dependencies = [
        ('projects', '0016_answers'),
        ('measures', '0031_about_problem'),
    ]

    operations = [
        migrations.AddField(
            model_name='projectmonth',
            name='about_number',
            field=models.PositiveSmallIntegerField(
                blank=True, editable=False, null=True, verbose_name='Number of the problem'
            ),
        ),
        migrations.RunSQL(NUMBER_OF_PROBLEM, PROBLEM_OF_NUMBER),
        migrations.RemoveField(model_name='projectmonth', name='about_problem'),
        migrations.RenameField(model_name='projectmonth', old_name='about_number', new_name='about_problem'),
    ]
