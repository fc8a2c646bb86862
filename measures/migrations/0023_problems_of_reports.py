"""The problems that reports have named so far become rows: one a measure, in the words of its newest report."""

from django.db import migrations
from django.db.models.functions import Now

# As `measures.problems.DEFAULT_CATEGORIES` had them then.
CATEGORIES = (
    ("land", "用地用海", "Land and sea use"),
    ("money", "资金", "Money"),
    ("approval", "审批手续", "Approvals"),
    ("environment", "环境容量", "Environment"),
    ("staff", "人员力量", "Staff"),
    ("coordination", "部门协调", "Coordination"),
    ("other", "其他", "Other"),
)


def add_categories(apps, schema_editor):
    category = apps.get_model("measures", "ProblemCategory")
    category.objects.bulk_create(
        category(plan=plan, slug=slug, number=number, name_zh=zh, name_en=en)
        for plan in apps.get_model("measures", "Plan").objects.all()
        for number, (slug, zh, en) in enumerate(CATEGORIES, start=1)
    )


def add_problems(apps, schema_editor):
    """They wait for the office, which says who solves them by when; until then the lead is their owner."""
    report, problem, step = (apps.get_model("measures", name) for name in ("Report", "Problem", "ProblemStep"))
    filed = report.objects.filter(state__in=["submitted", "accepted"]).exclude(problem_zh="", problem_en="")
    newest = {}
    for each in filed.select_related("measure").order_by("measure", "period", "submitted_on", "pk"):
        newest[each.measure_id] = each
    for each in newest.values():
        texts = {"text_zh": each.problem_zh, "text_en": each.problem_en}
        raised = problem.objects.create(
            measure=each.measure,
            number=1,
            raised_on=each.submitted_on,
            raised_by=each.department,
            provenance=each.provenance,
            source=each.source,
            **texts,
        )
        step.objects.create(
            problem=raised,
            move="raise",
            state="raised",
            owner=each.measure.lead_department,
            made_on=each.submitted_on,
            content={**texts, "category": "", "helpers": []},
        )
        report.objects.filter(pk=each.pk).update(about_problem=raised, problem_choice="new", updated_at=Now())


class Migration(migrations.Migration):
    dependencies = [("measures", "0022_problems")]

    operations = [
        migrations.RunPython(add_categories, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(add_problems, migrations.RunPython.noop, elidable=True),
    ]
