"""The pages that set who looks after a measure, or several of a department, as that department says, or the office."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.access_rules import ASSIGNERS, Facts
from accounts.models import Department, User
from accounts.permissions import may_review, signed_in
from core.edit_conflicts import State
from measures.models import Measure
from measures.owners import PLACES, owners_state, reporters_of, set_owners, set_owners_of_many
from office.forms import OpenedForm, PersonChoice
from office.views.editing import OFFICE, Crumb, PlanFormPage
from web.formats.text import format_person
from web.html.links import query_of
from web.language import localized
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids

# In place of a user name, which has no such sign.
NOBODY = "*"


class OwnersForm(OpenedForm):
    owner = PersonChoice(label=pgettext_lazy("measure", "Owner"))
    deputy = PersonChoice(
        label=pgettext_lazy("measure", "Deputy"),
        help_text=gettext_lazy("Both are reminded of what is due, in place of the whole department."),
    )

    def __init__(self, data: Any = None, *, state: State, people: Any) -> None:
        super().__init__(data, state=state)
        for field in self.fields.values():
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people


class OwnersPage(PlanFormPage):
    permission = write_permission = ASSIGNERS

    def trail(self, *office: Crumb) -> list[Crumb]:
        """Back to where the person came from; `office`: the last steps of the office."""
        if not may_review(self.request.user):
            return [self.list_crumb("measures:workspace", gettext_lazy("My department"))]
        return [OFFICE, self.list_crumb("office:measures", pgettext_lazy("navigation", "Measures")), *office]


class ChangeOwners(OwnersPage):
    name_column, names_code = "title", True
    side_template = "office/_owners_tasks.html"
    heading = gettext_lazy("Who looks after a measure")
    done = gettext_lazy("It is on record who looks after “%(name)s”")

    def permission_facts(self) -> Facts:
        return {"lead": self.subject.lead_department_id}

    @cached_property
    def subject(self) -> Any:
        measures = Measure.objects.in_plan(self.plan).select_related("plan", "lead_department", "owner", "deputy")
        return get_object_or_404(measures, code=self.kwargs["code"])

    @property
    def explanation(self) -> str:
        return _("Reporters of the lead department, %(name)s. Leave both empty where all of them share the work.") % {
            "name": localized(self.subject.lead_department, "name")
        }

    @property
    def crumbs(self) -> Sequence[Crumb]:
        measure = query_of(reverse("office:measure", args=[self.subject.code]), plan=self.plan.link_slug)
        return self.trail(Crumb(measure, self.subject.code))

    def make_form(self, data: Any = None) -> OwnersForm:
        people = reporters_of(self.subject.lead_department)
        return OwnersForm(data, state=owners_state(self.subject), people=people)

    def save(self, form: OwnersForm, by: User) -> Measure:
        return set_owners(self.subject, by=by, opened=form.opened, **form.cleaned_data)


class ManyOwnersForm(forms.Form):
    """A form whose choices hold for all measures that are ticked; a place for which nothing is chosen stays as it
    is."""

    owner = forms.ChoiceField(label=pgettext_lazy("measure", "Owner"), required=False)
    deputy = forms.ChoiceField(label=pgettext_lazy("measure", "Deputy"), required=False)

    use_required_attribute = False

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data)
        self.people = {each.get_username(): each for each in people}
        for field in self.fields.values():
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", pgettext("owner of a measure", "As it is")),
                (NOBODY, pgettext("owner of a measure", "Nobody")),
                *((name, format_person(each)) for name, each in self.people.items()),
            ]

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError(_("Choose an owner or a deputy."), code="required")

    def places(self) -> dict[str, User | None]:
        """Returns the chosen person by place, of a valid form; None for nobody."""
        return {name: self.people.get(chosen) for name, chosen in self.cleaned_data.items() if chosen}


@dataclass(frozen=True)
class OwnedRow:
    """A measure with its owner and deputy. `refusal`: why they were not changed just now."""

    measure: Measure
    is_ticked: bool
    refusal: str

    @property
    def key(self) -> str:
        """Names the measure, and who looks after it where it is shown: the form sends it back."""
        return ":".join((str(self.measure.pk), *map(str, owners_state(self.measure).values())))


def read_shown_owners(raw: Iterable[str]) -> dict[int, State]:
    """Ids of measures and who looked after each where it was shown, of the keys that a form sent."""
    found = [each.split(":") for each in raw]
    whole = [(row_ids([head]), shown) for head, *shown in found if len(shown) == len(PLACES)]
    return {pk: dict(zip(PLACES, shown, strict=True)) for pks, shown in whole for pk in pks}


class ChangeManyOwners(OwnersPage):
    """The page that changes who looks after the ticked measures of a lead department; what is refused stays, with the
    reason in its row."""

    template_name = "office/many_owners.html"
    heading = gettext_lazy("Who looks after several measures")
    explanation = gettext_lazy(
        "Select measures below. Those who look after one are reminded of it, in place of the whole department."
    )
    submit = gettext_lazy("Save for those selected")
    # Id of a measure -> who looked after it where it was shown, and why that was not changed.
    shown: Mapping[int, State] = {}
    refusals: Mapping[int, str] = {}

    @cached_property
    def department(self) -> Department:
        return get_object_or_404(Department, slug=self.kwargs["slug"]).successor

    def permission_facts(self) -> Facts:
        return {"lead": self.department.pk}

    @property
    def subject_name(self) -> str:
        return localized(self.department, "name")

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return self.trail()

    @cached_property
    def measures(self) -> list[Measure]:
        led = Measure.objects.in_plan(self.plan).led_by(self.department)
        return list(led.select_related("owner", "deputy").order_by("position", "code"))

    def make_form(self, data: Any = None) -> ManyOwnersForm:
        return ManyOwnersForm(data, people=reporters_of(self.department))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        self.shown = read_shown_owners(request.POST.getlist("measure")[:MAX_PAGE_SIZE])
        chosen = [each for each in self.measures if each.pk in self.shown]
        if not chosen:
            form.add_error(None, _("Select at least one measure."))
        if form.is_valid():
            self.change(chosen, form.places())
            if not self.refusals:
                return redirect(self.action)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def change(self, measures: list[Measure], places: Mapping[str, User | None]) -> None:
        by = signed_in(self.request.user)
        outcomes = set_owners_of_many(measures, by=by, opened=self.shown, places=places)
        self.refusals = {each.subject.pk: each.reason for each in outcomes if not each.ok}
        if done := len(outcomes) - len(self.refusals):
            sentence = ngettext(
                "It is on record who looks after %(count)s measure",
                "It is on record who looks after %(count)s measures",
                done,
            )
            messages.success(self.request, sentence % {"count": done})
        # As they are now.
        del self.measures

    def is_ticked(self, measure: Measure) -> bool:
        if not self.shown:
            return self.request.GET.get("ticked") == "all"
        is_left = not self.refusals or measure.pk in self.refusals
        return is_left and self.shown.get(measure.pk) == owners_state(measure)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [OwnedRow(each, self.is_ticked(each), self.refusals.get(each.pk, "")) for each in self.measures]
        return super().get_context_data(
            measures=rows, plan=self.plan, all_ticked=self.request.GET.get("ticked") == "all", **kwargs
        )
