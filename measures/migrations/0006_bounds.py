"""Bounds of days and texts, and the region of a plan."""

import core.bounds
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from core.operations import AddBound


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_provenance_reported"),
        ("measures", "0005_plan"),
        ("regions", "0002_provenance_reported"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="region",
            field=models.ForeignKey(
                limit_choices_to=models.Q(("kind", "county"), _negated=True),
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plans",
                to="regions.region",
                verbose_name="Region",
            ),
        ),
        migrations.AlterField(
            model_name="measure",
            name="description_en",
            field=models.TextField(blank=True, max_length=10000, verbose_name="Description (English)"),
        ),
        migrations.AlterField(
            model_name="measure",
            name="description_zh",
            field=models.TextField(blank=True, max_length=10000, verbose_name="Description (Chinese)"),
        ),
        migrations.AlterField(
            model_name="measure",
            name="due_on",
            field=models.DateField(
                blank=True, null=True, validators=[core.bounds.DayWithin()], verbose_name="Due date"
            ),
        ),
        migrations.AlterField(
            model_name="measure",
            name="listed_on",
            field=models.DateField(editable=False, validators=[core.bounds.DayWithin()], verbose_name="Date listed"),
        ),
        migrations.AlterField(
            model_name="plan",
            name="ends_on",
            field=models.DateField(validators=[core.bounds.DayWithin()], verbose_name="Last day"),
        ),
        migrations.AlterField(
            model_name="plan",
            name="starts_on",
            field=models.DateField(validators=[core.bounds.DayWithin()], verbose_name="First day"),
        ),
        AddBound(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("text"), 2000)
                ),
                name="comment_text_in_bounds",
            ),
        ),
        AddBound(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("listed_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                        ("listed_on__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("due_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                        ("due_on__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="measure_days_in_bounds",
            ),
        ),
        AddBound(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("description_zh"), 10000
                    ),
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("description_en"), 10000
                    ),
                ),
                name="measure_description_in_bounds",
            ),
        ),
        AddBound(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("starts_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                        ("starts_on__isnull", True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("ends_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                        ("ends_on__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="plan_days_in_bounds",
            ),
        ),
        AddBound(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ends_on__year__lt",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.functions.datetime.ExtractYear("starts_on"), "+", models.Value(20)
                        ),
                    )
                ),
                name="plan_years_in_bounds",
            ),
        ),
        AddBound(
            model_name="statuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                    ("effective_on__isnull", True),
                    _connector="OR",
                ),
                name="statuschange_days_in_bounds",
            ),
        ),
    ]
