"""Codes of measures are unique in their plan, which is that of their section. A reminder says for which plan it is."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def fill_plans(apps, schema_editor):
    plans = apps.get_model("measures", "Plan").objects
    sections = apps.get_model("measures", "Section").objects.filter(pk=OuterRef("section"))
    apps.get_model("measures", "Measure").objects.update(
        plan=Subquery(sections.values("plan")[:1]), updated_at=F("updated_at")
    )
    begun = plans.filter(starts_on__lte=OuterRef("day")).order_by("-starts_on", "pk")
    apps.get_model("measures", "Notice").objects.filter(kind="reminder").update(plan=Subquery(begun.values("pk")[:1]))


class Migration(migrations.Migration):
    dependencies = [("measures", "0004_provenance_reported")]

    operations = [
        migrations.AlterField(
            model_name="measure",
            name="code",
            field=models.CharField(
                max_length=12,
                validators=[django.core.validators.RegexValidator("^[A-Z][0-9]{3,}\\Z", "A capital letter and three digits or more, such as M001")],
                verbose_name="Code",
            ),
        ),
        migrations.AddField(
            model_name="measure",
            name="plan",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measures",
                to="measures.plan",
                verbose_name="Action plan",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="plan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="measures.plan",
                verbose_name="Action plan",
            ),
        ),
        migrations.RunPython(fill_plans, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="measure",
            name="plan",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measures",
                to="measures.plan",
                verbose_name="Action plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.UniqueConstraint(fields=("plan", "code"), name="measure_code_once_a_plan"),
        ),
    ]
