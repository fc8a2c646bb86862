"""The forms of an indicator and of its targets."""

from typing import Any

from django import forms
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.bounds import FIRST_DAY, LAST_DAY
from core.edit_conflicts import State
from core.provenance import Provenance
from indicators.editing import INDICATOR_COLUMNS, TARGET_COLUMNS
from indicators.models import MAX_DUE_DAYS, SCOPE_HELP, Direction, Frequency, Indicator, IndicatorGroup, Target
from indicators.values.forms import NO, YES, NumberField
from measures.editing.forms import ReasonField, RowField
from office.forms import OpenedForm, RowChoice, explanation_fields, words_of
from regions.models import Region, RegionKind
from web.language import localized
from web.lists.filters import DayField


class YesNoField(forms.TypedChoiceField):
    """A column that is true or false, with both said."""

    def __init__(self, model: type[Model], name: str) -> None:
        column: Any = model._meta.get_field(name)
        super().__init__(
            label=column.verbose_name,
            help_text=column.help_text,
            choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))],
            coerce=lambda value: value == YES,
            widget=forms.RadioSelect,
            initial=YES if column.default else NO,
        )


class SourceIndicatorField(RowChoice):
    """One that has values of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Indicator.objects.filter(derived_form=""), to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return localized(obj, "name")


def _provenance_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Provenance"), choices=Provenance.choices, initial=Provenance.REPORTED.value
    )


def _add_explanation(form: forms.Form, *, is_published: bool) -> None:
    """Named as `core.published` names them: a row has a source of its own."""
    asked = explanation_fields(is_published=is_published)
    form.fields |= {f"change_{name}": field for name, field in asked.items()}


class IndicatorFields(forms.Form):
    """The form fields of INDICATOR_COLUMNS."""

    name_zh = words_of(Indicator, "name_zh")
    name_en = words_of(Indicator, "name_en")
    group = forms.ChoiceField(
        label=gettext_lazy("Group"), choices=IndicatorGroup.choices, initial=IndicatorGroup.OTHER.value
    )
    direction = forms.ChoiceField(label=gettext_lazy("Desired direction"), choices=Direction.choices)
    cumulative = YesNoField(Indicator, "cumulative")
    is_share = YesNoField(Indicator, "is_share")
    unit = words_of(Indicator, "unit", help_text=gettext_lazy("Values and targets are given in it."))
    unit_zh = words_of(Indicator, "unit_zh")
    zh_factor = NumberField(
        label=gettext_lazy("Factor to the Chinese unit"),
        initial="1",
        help_text=gettext_lazy("Chinese pages show values times this factor."),
    )
    owner = RowChoice(
        Department.objects.not_merged(), to_field_name="slug", label=gettext_lazy("Responsible department")
    )
    frequency = forms.ChoiceField(
        label=gettext_lazy("Frequency"),
        choices=[("", pgettext_lazy("choice", "None")), *Frequency.choices],
        required=False,
        help_text=gettext_lazy("Without a department, a frequency and days no value is ever due."),
    )
    due_days = forms.IntegerField(
        label=gettext_lazy("Days until due"),
        required=False,
        min_value=0,
        max_value=MAX_DUE_DAYS,
        help_text=gettext_lazy("From the end of a period to the day by which its value is due"),
    )
    may_join = YesNoField(Indicator, "may_join")
    may_compare = YesNoField(Indicator, "may_compare")
    may_add_up = YesNoField(Indicator, "may_add_up")
    may_rank = YesNoField(Indicator, "may_rank")
    derived_form = forms.ChoiceField(
        label=gettext_lazy("Derived as"),
        required=False,
        help_text=gettext_lazy("Its values are then computed from those of others; it has none of its own."),
    )
    derived_from = SourceIndicatorField(label=gettext_lazy("Derived from"))
    derived_with = SourceIndicatorField(label=gettext_lazy("Derived with"))
    provenance = _provenance_field()
    source = words_of(Indicator, "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column: Any = Indicator._meta.get_field("derived_form")
        derived_form: Any = self.fields["derived_form"]
        derived_form.choices = [("", pgettext_lazy("choice", "None")), *column.choices]


class NewIndicatorForm(IndicatorFields):
    code = words_of(
        Indicator,
        "code",
        help_text=gettext_lazy("Small letters, digits and _, such as gdp_growth. It cannot be changed later."),
    )

    field_order = ("code", *INDICATOR_COLUMNS)


class IndicatorForm(IndicatorFields, OpenedForm):
    field_order = INDICATOR_COLUMNS

    def __init__(self, data: Any = None, *, state: State, is_published: bool) -> None:
        super().__init__(data, state=state)
        _add_explanation(self, is_published=is_published)


class TargetFields(forms.Form):
    """The form fields of TARGET_COLUMNS."""

    region = RowField(
        queryset=Region.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a region"),
        label=gettext_lazy("Region"),
    )
    due_year = forms.IntegerField(label=gettext_lazy("Due year"), min_value=FIRST_DAY.year, max_value=LAST_DAY.year)
    value = NumberField(label=gettext_lazy("Target"))
    unit = words_of(Target, "unit")
    qualifier = words_of(Target, "qualifier", help_text=gettext_lazy("Such as “about” or “more than”."))
    scope = words_of(Target, "scope", help_text=SCOPE_HELP)
    milestones = words_of(
        Target,
        "milestones",
        # Not those of a plan.
        label=pgettext_lazy("target", "Milestones"),
        help_text=gettext_lazy("By the ends of years on the way: 2024 = 36; 2025 = 35.5"),
    )
    single_year = YesNoField(Target, "single_year")
    derived = YesNoField(Target, "derived")
    baseline_value = NumberField(
        label=gettext_lazy("Baseline"),
        required=False,
        help_text=gettext_lazy("Where the path starts, if the document says; with its day."),
    )
    baseline_on = DayField(label=gettext_lazy("Day of the baseline"), required=False)
    document = words_of(Target, "document")
    adopted_on = DayField(
        label=gettext_lazy("Date adopted"), help_text=gettext_lazy("From this day on values are judged by it.")
    )
    adopted_basis = words_of(Target, "adopted_basis", help_text=gettext_lazy("Where the document states no day."))
    provenance = _provenance_field()
    source = words_of(Target, "source")

    def offer_regions(self, own: int | None = None) -> None:
        """Counties have no targets of their own, but for one that has."""
        region: Any = self.fields["region"]
        region.queryset = Region.objects.filter(~Q(kind=RegionKind.COUNTY) | Q(pk=own)).order_by("code")


class NewTargetForm(TargetFields):
    field_order = TARGET_COLUMNS

    def __init__(self, data: Any = None, *, unit: str) -> None:
        super().__init__(data, initial={"unit": unit})
        self.offer_regions()


class TargetForm(TargetFields, OpenedForm):
    field_order = TARGET_COLUMNS

    def __init__(self, data: Any = None, *, target: Target, state: State) -> None:
        super().__init__(data, state=state)
        self.offer_regions(target.region_id)
        _add_explanation(self, is_published=target.is_published)


class RemoveTargetForm(forms.Form):
    reason = ReasonField()
