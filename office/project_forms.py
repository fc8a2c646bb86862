"""The forms of a project, as the office adds and changes it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.clock import today
from core.codes import clean_code
from core.edit_conflicts import State
from core.forms import TypedTextField
from measures.editing.forms import ReasonField, RowField, RowsField
from measures.models import Measure, Plan
from office.forms import OpenedForm, PublishedForm, RowChoice, source_field, with_words, words_of
from projects.models import SAID, Category, Project, ProjectClass, Stage
from projects.national_codes import clean_national_code, validate_national_code
from regions.models import Region, RegionKind
from web.lists.filters import DayField, InvestmentField

# What a project is linked to, beside its columns.
LINKS = ("also_in", "measures")


class NationalCodeField(TypedTextField):
    default_validators = [validate_national_code]

    def to_python(self, value: Any) -> Any:
        return clean_national_code(super().to_python(value))


class MeasuresField(TypedTextField):
    """Measures of a plan, by their codes. `plan` is set by the form."""

    plan: Plan

    def clean(self, value: Any) -> list[Measure]:
        text = super().clean(value)
        codes = list(dict.fromkeys(filter(None, map(clean_code, text.replace("；", ";").split(";")))))
        found = list(Measure.objects.in_plan(self.plan).filter(code__in=codes))
        unknown = set(codes) - {each.code for each in found}
        if unknown:
            raise forms.ValidationError(_("The plan has no measure of this code: %(code)s.") % {"code": min(unknown)})
        return found


@with_words(Project, SAID)
class SaidFields(forms.Form):
    """The form fields of what a project says of itself. `choose_from` gives the fields the rows of a plan."""

    name_zh = words_of(Project, "name_zh")
    name_en = words_of(Project, "name_en")
    city = RowField(
        queryset=Region.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a region"),
        label=pgettext_lazy("project", "City"),
    )
    county = RowChoice(Region.objects.none(), to_field_name="code", label=gettext_lazy("County"))
    also_in = RowsField(Region.objects.none(), to_field_name="code", label=gettext_lazy("Also in"))
    category = RowField(
        queryset=Category.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a category"),
        label=gettext_lazy("Category"),
    )
    opening_stage = forms.ChoiceField(
        label=gettext_lazy("Stage before its first month"),
        choices=Stage.choices,
        help_text=gettext_lazy("From its first accepted month on, the months say its stage."),
    )
    project_class = forms.ChoiceField(
        label=pgettext_lazy("project", "Class"),
        choices=[("", gettext_lazy("Not stated: it counts as implementing")), *ProjectClass.choices],
        required=False,
    )
    list_name = words_of(Project, "list_name")
    lead_department = RowChoice(
        Department.objects.not_merged(), to_field_name="slug", label=gettext_lazy("Lead department")
    )
    national_code = NationalCodeField(
        label=gettext_lazy("National project code"),
        required=False,
        help_text=gettext_lazy("As the approval platform gave it, such as 2105-370602-04-01-123456."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    measures = MeasuresField(
        label=gettext_lazy("Linked measures"),
        required=False,
        help_text=gettext_lazy("Their codes, with ; between them, such as M001; M014."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def choose_from(self, plan: Plan) -> None:
        """The regions, categories and measures that a project of the plan may have."""
        fields: Mapping[str, Any] = self.fields
        members = Region.objects.members_of(plan.region_id)
        fields["city"].queryset = fields["also_in"].queryset = members
        fields["city"].label = plan.part_words.of_project
        fields["county"].queryset = Region.objects.filter(kind=RegionKind.COUNTY, parent__in=members)
        fields["category"].queryset = Category.objects.filter(plan=plan)
        fields["measures"].plan = plan


# Those in which a person writes.
WRITTEN = [name for name, field in SaidFields.base_fields.items() if isinstance(field, TypedTextField)]


class TermsFields(forms.Form):
    """A total investment and planned days."""

    investment_wan = InvestmentField(label=gettext_lazy("Total investment (100 million yuan)"))
    planned_start_on = DayField(
        label=gettext_lazy("Planned start"), required=False, help_text=gettext_lazy("Empty: no day is planned.")
    )
    planned_completion_on = DayField(
        label=pgettext_lazy("project", "Planned completion"),
        required=False,
        help_text=gettext_lazy("Empty: no day is planned."),
    )


class NewProjectForm(SaidFields, TermsFields):
    code = words_of(Project, "code")
    listed_on = DayField(
        label=gettext_lazy("Date listed"), help_text=gettext_lazy("The project counts from this day on.")
    )

    field_order = ("code", *SaidFields.base_fields, *TermsFields.base_fields, "listed_on")

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial={"listed_on": max(plan.starts_on, min(plan.ends_on, today()))})
        self.choose_from(plan)


class ProjectForm(SaidFields, PublishedForm):
    def __init__(self, data: Any = None, *, plan: Plan, state: State, is_published: bool) -> None:
        super().__init__(data, state=state, is_published=is_published)
        self.choose_from(plan)


class AnnualPlanForm(OpenedForm):
    """`is_first`: nothing was planned for the year yet, so that there is nothing to explain."""

    planned_wan = InvestmentField(label=gettext_lazy("Annual plan (100 million yuan)"))
    reason = ReasonField()

    def __init__(self, data: Any = None, *, state: State, is_first: bool) -> None:
        super().__init__(data, state=state)
        if is_first:
            del self.fields["reason"]


class ProjectTermsForm(TermsFields, OpenedForm):
    reason = ReasonField()

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        if is_published:
            self.fields["source"] = source_field()
