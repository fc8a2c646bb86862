"""Bounds of what a report says, and of the office's words."""

from django.db import migrations, models
from django.db.models.functions.text import Length
from django.db.models.lookups import LessThanOrEqual

from core.operations import AddBound


class Migration(migrations.Migration):
    dependencies = [("measures", "0010_notices_of_scope")]

    operations = [
        AddBound(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    LessThanOrEqual(Length("what_was_done_zh"), 2000),
                    LessThanOrEqual(Length("what_was_done_en"), 2000),
                    LessThanOrEqual(Length("problem_zh"), 2000),
                    LessThanOrEqual(Length("problem_en"), 2000),
                    LessThanOrEqual(Length("next_step_zh"), 2000),
                    LessThanOrEqual(Length("next_step_en"), 2000),
                ),
                name="measures_report_texts_in_bounds",
            ),
        ),
        AddBound(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(LessThanOrEqual(Length("decision_note"), 300)),
                name="measures_report_note_in_bounds",
            ),
        ),
        AddBound(
            model_name="reportstep",
            constraint=models.CheckConstraint(
                condition=models.Q(LessThanOrEqual(Length("note"), 300)),
                name="measures_reportstep_note_in_bounds",
            ),
        ),
    ]
