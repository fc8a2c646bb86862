"""Bounds of amounts and days; and the regions in whose cities the projects of each plan lie."""

import core.bounds
import datetime
import django.core.validators
from django.db import migrations, models

from core.operations import AddBound


def name_regions_of_plans(apps, schema_editor):
    """The province of most of a plan's projects; of a plan without projects, the first province of the site."""
    using = schema_editor.connection.alias
    plans, regions, projects = (
        apps.get_model(*name.split(".")).objects.using(using)
        for name in ("measures.Plan", "regions.Region", "projects.Project")
    )
    default = regions.filter(kind="province").order_by("code").values_list("pk", flat=True).first()
    lie_in = projects.filter(city__kind="city").values("plan", "city__parent").annotate(count=models.Count("pk"))
    found = {row["plan"]: row["city__parent"] for row in lie_in.order_by("count")}
    for plan in plans.filter(region__isnull=True).values_list("pk", flat=True):
        plans.filter(pk=plan).update(region=found.get(plan, default), updated_at=models.F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0006_bounds"),
        ("projects", "0004_plan"),
        ("regions", "0002_provenance_reported"),
    ]

    operations = [
        migrations.AlterField(
            model_name="project",
            name="investment_wan",
            field=models.PositiveBigIntegerField(
                help_text="In 万元 (10,000 yuan): whole numbers, so that sums are exact everywhere",
                validators=[
                    django.core.validators.MaxValueValidator(
                        1000000000, "At most %(limit_value)s (in 万元): that is 10 trillion yuan."
                    )
                ],
                verbose_name="Total investment",
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="listed_on",
            field=models.DateField(validators=[core.bounds.DayWithin()], verbose_name="Date listed"),
        ),
        AddBound(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("investment_wan__lte", 1000000000)), name="project_investment_in_bounds"
            ),
        ),
        AddBound(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("listed_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                    ("listed_on__isnull", True),
                    _connector="OR",
                ),
                name="project_days_in_bounds",
            ),
        ),
        migrations.RunPython(name_regions_of_plans, migrations.RunPython.noop),
    ]
