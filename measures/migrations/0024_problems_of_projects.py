"""Problems may be about projects, too. Each keeps the plan that it is of; those there are are of measures."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now


def set_plans(apps, schema_editor):
    measure, problem = (apps.get_model("measures", name) for name in ("Measure", "Problem"))
    plans = measure.objects.filter(pk=OuterRef("measure")).values("plan")
    problem.objects.update(plan=Subquery(plans), updated_at=Now())


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0023_problems_of_reports"),
        ("projects", "0009_terms"),
        ("regions", "0005_largest_region"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="problem",
            options={
                "ordering": ["measure", "project", "number"],
                "verbose_name": "Problem",
                "verbose_name_plural": "problems",
            },
        ),
        migrations.AddField(
            model_name="problem",
            name="plan",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="measures.plan",
                verbose_name="Action plan",
            ),
        ),
        migrations.RunPython(set_plans, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="problem",
            name="plan",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="measures.plan",
                verbose_name="Action plan",
            ),
        ),
        migrations.AddField(
            model_name="problem",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="problems",
                to="projects.project",
                verbose_name="Project",
            ),
        ),
        migrations.AddField(
            model_name="problem",
            name="raised_by_city",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="regions.region",
                verbose_name="Raised by the city",
            ),
        ),
        migrations.AlterField(
            model_name="problem",
            name="measure",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="problems",
                to="measures.measure",
                verbose_name="Measure",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("raised_by__isnull", True), ("raised_by_city__isnull", True), _connector="OR"
                ),
                name="measures_problem_raised_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("measure__isnull", False), ("project__isnull", True)),
                    models.Q(("measure__isnull", True), ("project__isnull", False)),
                    _connector="OR",
                ),
                name="problem_of_measure_or_project",
            ),
        ),
        migrations.AddConstraint(
            model_name="problem",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="problem_number_once_a_project"),
        ),
    ]
