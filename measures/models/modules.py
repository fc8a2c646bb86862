"""The modules of a plan: pages have no block, column or menu entry of one that it hides. Addresses and the API stay."""

from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.utils.translation import pgettext_lazy

from measures.models.plans import Measure, Plan


class Module(models.TextChoices):
    """A part of the product that a plan may do without."""

    MEASURES = "measures", pgettext_lazy("module", "Measures")
    PROJECTS = "projects", pgettext_lazy("module", "Projects")
    INDICATORS = "indicators", pgettext_lazy("module", "Indicators")
    THEMES = "themes", pgettext_lazy("module", "Themes")
    PROBLEMS = "problems", pgettext_lazy("module", "Problems")
    REGIONS = "regions", pgettext_lazy("module", "Regions and their map")


def hide_modules(plan: Plan, modules: set[str]) -> None:
    """Hide these modules of a plan, and no others: nobody decides that, and the log has nothing of it."""
    hidden = [each for each in Module.values if each in modules]
    if hidden != plan.hidden_modules:
        plan.hidden_modules = hidden
        Plan.objects.filter(pk=plan.pk).update(hidden_modules=hidden)


def show_with_rows_of(model: type[models.Model], module: Module) -> None:
    """Have a plan show a module as soon as somebody adds a row of the model to it; rows without a plan are of all."""

    def show(instance: Any, *, created: bool, **_: Any) -> None:
        if created:
            for plan in [instance.plan] if hasattr(instance, "plan") else Plan.objects.all():
                hide_modules(plan, set(plan.hidden_modules) - {module})

    post_save.connect(show, sender=model, weak=False)


show_with_rows_of(Measure, Module.MEASURES)
