"""Indicators and their targets, as the reviewing office keeps them. Values are filed and reviewed elsewhere."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import REVIEWERS
from accounts.models import User
from indicators.editing import (
    add_indicator,
    add_target,
    change_indicator,
    change_target,
    indicator_state,
    remove_target,
    target_state,
)
from indicators.models import Frequency, Indicator, IndicatorGroup, Target
from office.indicator_forms import (
    IndicatorForm,
    NewIndicatorForm,
    NewTargetForm,
    RemoveTargetForm,
    TargetForm,
)
from office.views.editing import ADD, OFFICE, Crumb, FormPage, RemovePage
from office.views.lists import ListWords, OfficeList
from web.formats.numbers import trimmed
from web.language import localized
from web.lists.filters import ChoiceFilter, DepartmentFilter, SearchFilter, YesNoFilter
from web.unsaved_input import labels_of

INDICATORS = Crumb(reverse_lazy("office:indicators"), pgettext_lazy("navigation", "Indicators"))


class OfficeIndicatorFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    search = SearchFilter("code", names=["name"])
    group = ChoiceFilter(choices=IndicatorGroup.choices, label=gettext_lazy("Group"))
    owner = DepartmentFilter(field_name="owner", label=gettext_lazy("Responsible department"))
    frequency = ChoiceFilter(choices=Frequency.choices, label=gettext_lazy("Frequency"))
    has_value = YesNoFilter(field_name="has_value", label=gettext_lazy("With a value"))

    shown = ("search", "group", "owner", "frequency", "has_value")


class OfficeIndicators(OfficeList):
    """All of them: those without a value, too."""

    words = ListWords(
        pgettext_lazy("navigation", "Indicators"),
        pgettext_lazy("navigation", "Indicators"),
        empty=gettext_lazy("There are no indicators yet"),
        none_found=gettext_lazy("No indicators match these filters"),
    )
    template_name = "office/indicators.html"
    filterset_class = OfficeIndicatorFilter
    orderings = {
        "code": ["code"],
        "group": ["group_rank", "code"],
        "owner": ["owner__number", "code"],
        "targets": ["target_count", "code"],
    }
    default_ordering = "code"

    def get_queryset(self) -> QuerySet[Indicator]:
        indicators: Any = Indicator.objects.select_related("owner").in_groups().with_value(self.day)
        counted: QuerySet[Indicator] = indicators.annotate(target_count=Count("targets"))
        return counted


class IndicatorPage(FormPage):
    """A page of a reviewer about indicators, which are of no plan."""

    permission = write_permission = REVIEWERS

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, INDICATORS]

    def success_url(self, saved: Any) -> str:
        return reverse("office:indicator", args=[saved.code])


class AddIndicator(IndicatorPage):
    form_class = NewIndicatorForm
    heading = gettext_lazy("Add an indicator")
    explanation = gettext_lazy("Its department files its values, the office reviews them. Add its targets on its page.")
    submit = ADD
    done = gettext_lazy("The indicator was added; the public list shows it once it has a value")
    typed_fields = labels_of(NewIndicatorForm, "code", "name_zh", "name_en", "unit", "unit_zh", "zh_factor", "source")

    def save(self, form: NewIndicatorForm, by: User) -> Indicator:
        return add_indicator(by=by, **form.cleaned_data)


class ChangeIndicator(IndicatorPage):
    name_column = "name"
    template_name = "office/indicator.html"
    heading = gettext_lazy("Change an indicator")
    done = gettext_lazy("The indicator was changed")
    side_template = "office/_indicator_tasks.html"
    typed_fields = labels_of(IndicatorForm, "name_zh", "name_en", "unit", "unit_zh", "zh_factor", "source")

    @cached_property
    def subject(self) -> Any:
        indicators = Indicator.objects.select_related("owner", "derived_from", "derived_with")
        return get_object_or_404(indicators, code=self.kwargs["code"])

    def make_form(self, data: Any = None) -> IndicatorForm:
        return IndicatorForm(data, state=indicator_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: IndicatorForm, by: User) -> Indicator:
        return change_indicator(self.subject, by=by, opened=form.opened, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        targets = self.subject.targets.select_related("region")
        return super().get_context_data(
            targets=[{"row": each, "value": f"{trimmed(each.value):f}"} for each in targets],
            value_count=self.subject.observations.effective().count(),
            **kwargs,
        )


class TargetPage(IndicatorPage):
    """A page about a target of one indicator."""

    @cached_property
    def indicator(self) -> Indicator:
        return get_object_or_404(Indicator, code=self.kwargs["code"])

    @property
    def indicator_url(self) -> str:
        return reverse("office:indicator", args=[self.indicator.code])

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, INDICATORS, Crumb(self.indicator_url, localized(self.indicator, "name"))]

    def success_url(self, saved: Any) -> str:
        return f"{self.indicator_url}#targets"


class AddTarget(TargetPage):
    heading = gettext_lazy("Add a target")
    submit = ADD
    done = gettext_lazy("The target was added: from the day it was adopted values are judged by it")
    typed_fields = labels_of(
        NewTargetForm,
        *("due_year", "value", "unit", "qualifier", "scope", "milestones", "baseline_value", "baseline_on"),
        *("document", "adopted_on", "adopted_basis", "source"),
    )

    @property
    def explanation(self) -> str:
        return _("It is a target of “%(name)s”.") % {"name": localized(self.indicator, "name")}

    def make_form(self, data: Any = None) -> NewTargetForm:
        return NewTargetForm(data, unit=self.indicator.unit)

    def save(self, form: NewTargetForm, by: User) -> Target:
        return add_target(self.indicator, by=by, **form.cleaned_data)


class ExistingTarget(TargetPage):
    @cached_property
    def subject(self) -> Any:
        targets = Target.objects.select_related("region", "indicator")
        return get_object_or_404(targets, pk=self.kwargs["pk"], indicator__code=self.kwargs["code"])

    @property
    def indicator(self) -> Indicator:
        indicator: Indicator = self.subject.indicator
        return indicator

    @property
    def subject_name(self) -> str:
        words = {"place": localized(self.subject.region, "short"), "year": self.subject.due_year}
        return _("%(place)s, by %(year)s") % words


class ChangeTarget(ExistingTarget):
    heading = gettext_lazy("Change a target")
    done = gettext_lazy("The target was changed: verdicts follow it on all days")
    side_template = "office/_target_tasks.html"
    typed_fields = AddTarget.typed_fields

    def make_form(self, data: Any = None) -> TargetForm:
        return TargetForm(data, target=self.subject, state=target_state(self.subject))

    def save(self, form: TargetForm, by: User) -> Target:
        return change_target(self.subject, by=by, opened=form.opened, **form.cleaned_data)


class RemoveTarget(RemovePage, ExistingTarget):
    form_class = RemoveTargetForm
    heading = gettext_lazy("Remove a target")
    done = gettext_lazy("The target was removed; the log keeps what it was and why")
    explanation = gettext_lazy("Only where it was entered by mistake: no day is judged by it any more.")
    typed_fields = labels_of(RemoveTargetForm, "reason")

    def save(self, form: RemoveTargetForm, by: User) -> None:
        remove_target(self.subject, by=by, **form.cleaned_data)
