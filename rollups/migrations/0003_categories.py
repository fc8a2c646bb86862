"""The cells of projects are named by the id of their category, as are their marks and recorded differences."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_cells_by_id(apps, schema_editor):
    categories = _rows(apps, schema_editor, "projects.Category")
    own = categories.filter(plan=OuterRef("plan"), slug=OuterRef("category_slug"))
    _rows(apps, schema_editor, "rollups.ProjectRollup").update(category=Subquery(own.values("pk")[:1]))
    ids = {(plan, slug): pk for pk, plan, slug in categories.values_list("pk", "plan", "slug")}
    _rename_keys(apps, schema_editor, lambda plan, slug: ids.get((plan, slug)))


def name_cells_by_slug(apps, schema_editor):
    categories = _rows(apps, schema_editor, "projects.Category")
    own = categories.filter(pk=OuterRef("category"))
    _rows(apps, schema_editor, "rollups.ProjectRollup").update(category_slug=Subquery(own.values("slug")[:1]))
    slugs = dict(categories.values_list("pk", "slug"))
    _rename_keys(apps, schema_editor, lambda plan, pk: slugs.get(pk))


def _rename_keys(apps, schema_editor, name_of):
    """Of what names cells in JSON. What names a category that is not there goes."""

    def renamed(key):
        plan, city, category, stage = key
        name = name_of(plan, category)
        return name and [plan, city, name, stage]

    marks = _rows(apps, schema_editor, "rollups.StaleCell")
    for mark in marks.filter(kind="projects"):
        if key := renamed(mark.key):
            marks.filter(pk=mark.pk).update(key=key)
        else:
            marks.filter(pk=mark.pk).delete()
    verifications = _rows(apps, schema_editor, "rollups.Verification")
    for each in verifications.exclude(differences=[]):
        kept = []
        for difference in each.differences:
            key = renamed(difference["key"]) if difference["kind"] == "projects" else difference["key"]
            kept += [{**difference, "key": key}] if key else []
        verifications.filter(pk=each.pk).update(differences=kept)


def _rows(apps, schema_editor, label):
    return apps.get_model(label).objects.using(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_categories"), ("rollups", "0002_set_aside")]

    operations = [
        migrations.RemoveConstraint(model_name="projectrollup", name="projectrollup_one_a_cell"),
        migrations.RemoveConstraint(model_name="projectrollup", name="projectrollup_key_known"),
        migrations.RenameField(model_name="projectrollup", old_name="category", new_name="category_slug"),
        migrations.AddField(
            model_name="projectrollup",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.category",
                verbose_name="Category",
            ),
        ),
        migrations.RunPython(name_cells_by_id, name_cells_by_slug),
        migrations.AlterField(
            model_name="projectrollup",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.category",
                verbose_name="Category",
            ),
        ),
        # On the way back the column comes with something in it, until it is filled.
        migrations.AlterField(
            model_name="projectrollup", name="category_slug", field=models.CharField(default="", max_length=14)
        ),
        migrations.RemoveField(model_name="projectrollup", name="category_slug"),
        migrations.AddConstraint(
            model_name="projectrollup",
            constraint=models.UniqueConstraint(
                fields=("plan", "city", "category", "stage"), name="projectrollup_one_a_cell"
            ),
        ),
        migrations.AddConstraint(
            model_name="projectrollup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["preparing", "under_construction", "completed", "suspended"])
                ),
                name="projectrollup_stage_known",
            ),
        ),
    ]
