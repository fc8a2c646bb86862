"""The choice of the plan that pages and answers show where none is named, as the reviewing office decides."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEWERS
from accounts.models import User
from core.edit_conflicts import State
from measures.editing.current_plan import choose_current_plan, chosen_plan, current_plan_state
from measures.editing.forms import ReasonField, RowField
from measures.models import Plan
from office.forms import OpenedForm
from office.history import current_plan_history
from office.views.editing import FormPage
from web.unsaved_input import labels_of


class CurrentPlanForm(OpenedForm):
    plan = RowField(
        Plan.objects.order_by("-starts_on", "slug"), to_field_name="slug", label=gettext_lazy("Action plan")
    )
    reason = ReasonField()

    def __init__(self, data: Any = None, *, state: State) -> None:
        super().__init__(data, state=state)
        plan: Any = self.fields["plan"]
        plan.empty_label = None if state["plan"] else gettext_lazy("Choose an action plan")


class ChooseCurrentPlan(FormPage):
    name_column = "name"
    template_name = "office/form_with_history.html"
    side_template = "office/_current_plan.html"
    heading = gettext_lazy("Current plan")
    explanation = gettext_lazy(
        "Pages and answers show it where their address names no plan. A plan that is loaded or added changes nothing "
        "there until it is chosen here."
    )
    done = gettext_lazy("The current plan was chosen")
    typed_fields = labels_of(CurrentPlanForm, "reason")
    permission = write_permission = REVIEWERS

    @cached_property
    def subject(self) -> Plan | None:
        """The chosen plan, else the one that is shown; its name stands above the form."""
        return chosen_plan() or Plan.objects.current()

    def make_form(self, data: Any = None) -> CurrentPlanForm:
        if self.subject is None:
            raise Http404
        return CurrentPlanForm(data, state=current_plan_state())

    def save(self, form: CurrentPlanForm, by: User) -> Plan:
        return choose_current_plan(by=by, opened=form.opened, **form.cleaned_data)

    def success_url(self, saved: Plan) -> str:
        return reverse("office:current_plan")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            pinned_plan=Plan.objects.pinned(),
            is_chosen=chosen_plan() is not None,
            history=list(current_plan_history()),
            **kwargs,
        )
