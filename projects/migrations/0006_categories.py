"""Categories are rows of each plan. A plan gets the four that the software named until now."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

NAMES = {
    "innovation": ("科技创新", "Innovation"),
    "industry": ("重点产业", "Key industries"),
    "infrastructure": ("基础设施", "Infrastructure"),
    "energy": ("能源", "Energy"),
}


def make_categories(apps, schema_editor):
    using = schema_editor.connection.alias
    plans, projects, categories = (
        apps.get_model(*name.split(".")).objects.using(using)
        for name in ("measures.Plan", "projects.Project", "projects.Category")
    )
    for plan in plans.all():
        for number, (slug, (zh, en)) in enumerate(NAMES.items(), 1):
            categories.create(plan=plan, slug=slug, number=number, name_zh=zh, name_en=en)
    own = categories.filter(plan=OuterRef("plan"), slug=OuterRef("category_slug"))
    projects.update(category=Subquery(own.values("pk")[:1]), updated_at=F("updated_at"))


def name_categories(apps, schema_editor):
    using = schema_editor.connection.alias
    projects = apps.get_model("projects", "Project").objects.using(using)
    categories = apps.get_model("projects", "Category").objects.using(using)
    if other := projects.exclude(category__slug__in=NAMES).order_by("pk").first():
        raise CommandError(
            f"The version before knows only the categories {', '.join(NAMES)}; project {other.code} has another one."
        )
    own = categories.filter(pk=OuterRef("category"))
    projects.update(category_slug=Subquery(own.values("slug")[:1]), updated_at=F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [("measures", "0013_priority_areas"), ("projects", "0005_bounds")]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provenance",
                    models.CharField(
                        choices=[
                            ("published", "Published"),
                            ("reported", "Reported"),
                            ("illustrative", "Illustrative"),
                        ],
                        default="reported",
                        max_length=12,
                        verbose_name="Provenance",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=600, verbose_name="Source")),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="Updated at",
                    ),
                ),
                ("slug", models.SlugField(verbose_name="Name in addresses")),
                ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="Name (Chinese)")),
                ("name_en", models.CharField(blank=True, max_length=120, verbose_name="Name (English)")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="measures.plan",
                        verbose_name="Action plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "Category",
                "verbose_name_plural": "categories",
                "ordering": ["plan", "number"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("provenance__in", ["published", "reported", "illustrative"])),
                        name="projects_category_provenance_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("provenance", "published"), ("source", ""), _negated=True),
                        name="projects_category_published_has_source",
                    ),
                    models.UniqueConstraint(fields=("plan", "slug"), name="category_slug_once_a_plan"),
                    models.UniqueConstraint(fields=("plan", "number"), name="category_number_once_a_plan"),
                    models.CheckConstraint(
                        condition=models.Q(("name_en", ""), ("name_zh", ""), _negated=True),
                        name="category_has_a_name",
                        violation_error_message="A name is wanted, in Chinese or in English.",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="project", name="project_category_known"),
        migrations.RemoveIndex(model_name="project", name="project_cells"),
        migrations.RenameField(model_name="project", old_name="category", new_name="category_slug"),
        migrations.AddField(
            model_name="project",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="projects",
                to="projects.category",
                verbose_name="Category",
            ),
        ),
        migrations.RunPython(make_categories, name_categories),
        migrations.AlterField(
            model_name="project",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="projects",
                to="projects.category",
                verbose_name="Category",
            ),
        ),
        # On the way back the column comes with something in it, until it is filled.
        migrations.AlterField(
            model_name="project", name="category_slug", field=models.CharField(default="", max_length=14)
        ),
        migrations.RemoveField(model_name="project", name="category_slug"),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["plan", "city", "category", "stage"], name="project_cells"),
        ),
    ]
