"""The forms of a problem: what may be typed; the services decide the rest."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Department
from core.exceptions import NotAllowed
from measures.editing.forms import OwnerField, RowField, RowsField
from problems.models import Problem, ProblemCategory
from problems.services import Assignment, ProblemData, check_due_day
from reporting.forms import LongTextField, MultipleFilesInput
from web.lists.filters import DayField


class CategoryField(RowField):
    """A category of a plan, or none."""

    def __init__(self) -> None:
        super().__init__(
            queryset=ProblemCategory.objects.none(),
            to_field_name="slug",
            required=False,
            empty_label=pgettext_lazy("choice", "None"),
            label=pgettext_lazy("problem", "Category"),
        )

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else None


class ProblemForm(forms.Form):
    """A form for whoever raises a problem. `version`: of the draft that the page showed."""

    text = LongTextField(
        label=gettext_lazy("What stands in the way"),
        help_text=gettext_lazy("What is missing, since when, and who could put it right."),
    )
    category = CategoryField()
    owner = OwnerField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("The lead department"),
        label=gettext_lazy("Who can solve it"),
        help_text=gettext_lazy("The office decides who has to solve it, and by when."),
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, data: Any = None, *, problem: Problem) -> None:
        owner = problem.proposed_owner
        shown = {
            "text": problem.text_zh or problem.text_en,
            "category": problem.category.slug if problem.category else "",
            "owner": owner.successor.slug if owner else "",
            "version": problem.version if problem.pk else None,
        }
        super().__init__(data, initial=shown)
        if problem.lead_department is None:
            owner_field: Any = self.fields["owner"]
            owner_field.empty_label = pgettext_lazy("choice", "Choose")
        offer_categories(self, problem)

    def problem_data(self) -> ProblemData:
        """Return the problem data of a valid form."""
        return ProblemData(**{name: self.cleaned_data[name] for name in ("text", "category", "owner")})


class AssignmentForm(forms.Form):
    owner = OwnerField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=None,
        label=gettext_lazy("Who has to solve it"),
    )
    due_on = DayField(label=gettext_lazy("To be solved by"))
    category = CategoryField()
    helpers = RowsField(Department.objects.not_merged(), label=gettext_lazy("Asked to help"))
    is_escalated = forms.BooleanField(
        label=gettext_lazy("Put before the government: the department alone cannot solve it"), required=False
    )
    note = LongTextField(label=pgettext_lazy("problem", "What is to be done"))
    # The last step that the form shows.
    known_step = forms.IntegerField(required=False, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, data: Any = None, *, problem: Problem) -> None:
        last = problem.last_step
        shown = {
            "owner": last.owner.successor.slug,
            "due_on": last.due_on,
            "category": problem.category.slug if problem.category else "",
            "helpers": [each.slug for each in problem.helpers.all()],
            "is_escalated": last.is_escalated,
            "known_step": last.pk,
        }
        super().__init__(data, initial=shown)
        offer_categories(self, problem)

    def assignment(self) -> Assignment:
        """Return the assignment of a valid form."""
        names = ("owner", "due_on", "category", "helpers", "is_escalated")
        return Assignment(**{name: self.cleaned_data[name] for name in names})


class NoteForm(forms.Form):
    """The words of a move, and files that show that they are true."""

    note = LongTextField(label=pgettext_lazy("problem", "Note"))
    evidence = forms.Field(
        label=gettext_lazy("Upload files"), required=False, widget=MultipleFilesInput(attrs={"multiple": True})
    )

    use_required_attribute = False

    def __init__(self, data: Any = None, *, label: str | Promise, takes_files: bool) -> None:
        super().__init__(data)
        note: Any = self.fields["note"]
        note.label = label
        if not takes_files:
            del self.fields["evidence"]


def offer_categories(form: forms.Form, problem: Problem) -> None:
    category: Any = form.fields["category"]
    category.queryset = ProblemCategory.objects.filter(plan=problem.subject.plan_id).order_by("number")


class AssignManyForm(forms.Form):
    """A form that says who has to solve all problems that are ticked, and by when."""

    owner = OwnerField(
        queryset=Department.objects.not_merged(),
        to_field_name="slug",
        empty_label=pgettext_lazy("choice", "Choose"),
        label=gettext_lazy("Who has to solve it"),
    )
    due_on = DayField(label=gettext_lazy("To be solved by"))

    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        # The filters of the list have an owner, too.
        super().__init__(data, auto_id="assign_%s")

    def clean_due_on(self) -> Any:
        """Check the due day here and not per problem, since every chosen problem gets the same day."""
        try:
            check_due_day(self.cleaned_data["due_on"])
        except NotAllowed as refusal:
            raise forms.ValidationError(str(refusal), code="invalid") from refusal
        return self.cleaned_data["due_on"]
