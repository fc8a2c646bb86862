"""The forms that the office fills in about coordination meetings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.forms import TypedTextField
from core.texts import MAX_TEXT_LENGTH
from measures.editing.forms import LeadField, RowsField
from measures.models import Plan
from problems.meetings import Direction
from problems.models import Meeting, MeetingItem, Problem
from web.formats.dates import format_day
from web.language import localized
from web.lists.filters import DayField
from web.site import offered_languages

# Of the choice of a meeting.
NEW = "new"


def _text(name: str) -> TypedTextField:
    column: Any = Meeting._meta.get_field(name)
    return TypedTextField(
        label=column.verbose_name,
        max_length=column.max_length,
        required=False,
        show_hidden_initial=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MeetingForm(forms.Form):
    """Hidden fields hold what was shown, so that `changed_values` are those that the person changed."""

    title_zh = _text("title_zh")
    title_en = _text("title_en")
    held_on = DayField(label=pgettext_lazy("meeting", "Date"), show_hidden_initial=True)
    place = _text("place")

    def __init__(self, data: Any = None, *, meeting: Meeting | None = None, **kwargs: Any) -> None:
        shown = {name: getattr(meeting, name) for name in MeetingForm.base_fields} if meeting else {}
        super().__init__(data, initial=kwargs.pop("initial", {}) | shown, **kwargs)
        for language in {"zh", "en"}.difference(offered_languages()):
            del self.fields[f"title_{language}"]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in MeetingForm.base_fields if name in self.cleaned_data}

    @property
    def changed_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name in self.changed_data}


class AgendaForm(MeetingForm):
    """Problems for a new meeting, or for one that is to come; only a new one needs a title and a day."""

    meeting = forms.ChoiceField(
        label=pgettext_lazy("choice", "Put them on the agenda of"), choices=[], widget=forms.RadioSelect
    )
    problems = forms.ModelMultipleChoiceField(
        queryset=Problem.objects.none(),
        label=gettext_lazy("Problems"),
        error_messages={
            "required": gettext_lazy("Choose at least one problem."),
            "invalid_choice": gettext_lazy("A problem that you chose is not on the list of this plan."),
            "invalid_pk_value": gettext_lazy("A problem that you chose is not on the list of this plan."),
        },
    )
    field_order = ("meeting", "title_zh", "title_en", "held_on", "place")

    use_required_attribute = False

    def __init__(self, data: Any = None, *, plan: Plan, coming: list[Meeting], asked: str, **kwargs: Any) -> None:
        self.coming = {str(each.number): each for each in coming}
        first = asked if asked in self.coming else NEW
        super().__init__(data, initial={"meeting": first}, **kwargs)
        meeting: Any = self.fields["meeting"]
        meeting.choices = [
            (NEW, pgettext_lazy("choice", "A new meeting, with the title and date below")),
            *((key, f"{localized(each, 'title')} · {format_day(each.held_on)}") for key, each in self.coming.items()),
        ]
        problems: Any = self.fields["problems"]
        problems.queryset = Problem.objects.in_plan(plan).exclude(raised_on=None)
        self.fields["held_on"].required = False

    @property
    def chosen_meeting(self) -> Meeting | None:
        """None for a new one."""
        return self.coming.get(self.cleaned_data.get("meeting", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_new = cleaned.get("meeting") == NEW
        if is_new and "held_on" not in self.errors and not cleaned.get("held_on"):
            self.add_error("held_on", self.fields["held_on"].error_messages["required"])
        return cleaned


class DirectionForm(forms.Form):
    """Fields are named as the service names them in refusals."""

    owner = LeadField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=None,
        label=pgettext_lazy("problem", "Owner"),
    )
    what = TypedTextField(
        label=pgettext_lazy("meeting", "What is to be done"),
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    due_on = DayField(label=gettext_lazy("By when"))
    helpers = RowsField(Department.objects.not_merged(), label=gettext_lazy("Asked to help"))
    is_escalated = forms.BooleanField(
        required=False, label=gettext_lazy("Put before the government: it decides, the department waits for it")
    )

    def __init__(self, data: Any = None, *, item: MeetingItem) -> None:
        problem, last = item.problem, item.problem.last_step
        shown = {
            "owner": last.owner.successor.slug,
            "due_on": last.due_on,
            "is_escalated": last.is_escalated,
            "helpers": [each.successor.slug for each in problem.helpers.all()],
        }
        super().__init__(data, initial=shown)

    @property
    def direction(self) -> Direction:
        return Direction(**self.cleaned_data)
