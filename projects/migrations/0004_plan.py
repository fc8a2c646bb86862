"""Codes of projects are unique in their plan."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_provenance_reported")]

    operations = [
        migrations.AlterField(
            model_name="project",
            name="code",
            field=models.CharField(
                max_length=12,
                validators=[django.core.validators.RegexValidator("^[A-Z][0-9]{4,}\\Z", "A capital letter and four digits or more, such as P0001")],
                verbose_name="Code",
            ),
        ),
        migrations.RemoveIndex(model_name="project", name="project_listing"),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=("plan", "code"), name="project_code_once_a_plan"),
        ),
    ]
