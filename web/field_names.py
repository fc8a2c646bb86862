"""The fields of all models in words, for the administration and for what a form refuses.

A column means the same in every table, so its words stand here once. A model that means something else says so itself.
"""

from django.apps import apps
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OWN_APPS = ("regions", "accounts", "measures", "projects", "indicators", "dashboard")

NAMES = {
    "adopted_basis": _("What the date adopted rests on"),
    "adopted_on": _("Date adopted"),
    "against_status": _("Status before this report"),
    "also_in": _("Also in"),
    "as_of": _("As of"),
    "baseline_on": _("Day of the baseline"),
    "baseline_value": _("Baseline"),
    "basis": _("What the value rests on"),
    "category": _("Category"),
    "cells": _("Cells computed"),
    "city": pgettext_lazy("project", "City"),
    "completed": pgettext_lazy("measure status", "Completed"),
    "computed_at": _("Computed at"),
    "cumulative": _("Cumulative"),
    "decided_at": _("Decided at"),
    "decided_by": _("Decided by"),
    "decided_on": _("Date decided"),
    "decision_note": _("Note of the reviewer"),
    "department": _("Department"),
    "derived": _("Derived from the document"),
    "description_en": _("Description (English)"),
    "description_zh": _("Description (Chinese)"),
    "direction": _("Direction"),
    "document": _("Document"),
    "due": pgettext_lazy("number of measures", "Due"),
    "due_year": _("Due year"),
    "ends_on": _("Last day"),
    "error": _("Error"),
    "exact": _("Exact"),
    "figure": _("Figure"),
    "file": _("File"),
    "finished_at": _("Finished at"),
    "full": _("Complete run"),
    "green": pgettext_lazy("light", "Green light"),
    "headline": _("Headline indicators"),
    "in_progress": pgettext_lazy("measure status", "In progress"),
    "indicator": _("Indicator"),
    "investment": _("Investment"),
    "investment_provenance": _("Provenance of the investment"),
    "key": _("Key"),
    "kind": _("Kind"),
    "lead_department": _("Lead department"),
    "lead_provenance": _("Provenance of the lead department"),
    "marked_at": _("Marked at"),
    "measure": _("Measure"),
    "measures": _("Linked measures"),
    "name_en": _("Name (English)"),
    "name_zh": _("Name (Chinese)"),
    "next_step_en": _("Next steps (English)"),
    "next_step_zh": _("Next steps (Chinese)"),
    "number": _("Number"),
    "parent": _("Lies in"),
    "period_end": _("Last day of the period"),
    "period_kind": _("Kind of period"),
    "period_start": _("First day of the period"),
    "plan": _("Action plan"),
    "problem_en": _("Problems (English)"),
    "problem_zh": _("Problems (Chinese)"),
    "promoting": pgettext_lazy("measure status", "Being promoted"),
    "qualifier": _("Qualifier"),
    "reason_en": _("Reason (English)"),
    "reason_zh": _("Reason (Chinese)"),
    "recorded_at": _("Date recorded"),
    "recorded_by": _("Recorded by"),
    "red": pgettext_lazy("light", "Red light"),
    "region": _("Region"),
    "release_basis": _("What the release date rests on"),
    "report": _("Report"),
    "run": _("rollup run"),
    "section": _("Section"),
    "short_en": _("Short name (English)"),
    "short_zh": _("Short name (Chinese)"),
    "slug": _("Name in addresses"),
    "stage": _("Stage"),
    "started_at": _("Started at"),
    "starts_on": _("First day"),
    "submitted_at": _("Submitted at"),
    "submitted_by": _("Submitted by"),
    "submitted_on": _("Date submitted"),
    "supersedes": _("Replaces"),
    "target_en": _("Target (English)"),
    "target_zh": _("Target (Chinese)"),
    "tile_column": _("Column on the tile map"),
    "tile_row": _("Row on the tile map"),
    "title_en": _("Title (English)"),
    "title_zh": _("Title (Chinese)"),
    "total": _("Total"),
    "unit": _("Unit"),
    "unit_zh": _("Unit (Chinese)"),
    "url": _("Address"),
    "value": _("Value"),
    "verified": _("Verified"),
    "what_was_done_en": _("What was done (English)"),
    "what_was_done_zh": _("What was done (Chinese)"),
    "yellow": pgettext_lazy("light", "Yellow light"),
    "zh_factor": _("Factor to the Chinese unit"),
}


def unnamed(model: type[Model]) -> list[Field]:
    """The model's own fields whose words are only made from the column's name."""
    own = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return [each for each in own if each.verbose_name == each.name.replace("_", " ")]


def name_fields() -> None:
    for label in OWN_APPS:
        for model in apps.get_app_config(label).get_models():
            for field in unnamed(model):
                field.verbose_name = NAMES.get(field.name, field.verbose_name)
