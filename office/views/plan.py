"""The profile of a plan and its milestones, as administrators keep them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import ADMINISTRATORS
from accounts.models import User
from measures.editing.milestones import add_milestone, change_milestone, milestone_state, remove_milestone
from measures.models import Module, Plan, PlanMilestone
from office.forms import PublishedForm, RowChoice, month_field, slug_of, words_of
from office.views.editing import ADD, OFFICE, Crumb, FormPage, PlanFormPage, RemovePage
from problems.categories import add_default_categories
from projects.plans import add_plan, change_plan, likely_first_month, plan_state
from regions.models import Region
from web.html.links import query_of
from web.language import localized
from web.lists.filters import DayField, InvestmentField
from web.unsaved_input import labels_of


class PlanForm(PublishedForm):
    name_zh = words_of(Plan, "name_zh")
    name_en = words_of(Plan, "name_en")
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"))
    first_reporting_month = month_field(Plan, "first_reporting_month")
    large_project_wan = InvestmentField(
        label=gettext_lazy("Large projects: total investment from (100 million yuan)"),
        help_text=gettext_lazy("Those of as much that have not started are counted apart."),
    )
    region = RowChoice(
        Region.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Region"),
        help_text=gettext_lazy("Its projects lie in the regions that this one consists of."),
    )
    comparator = RowChoice(
        Region.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Compared with"),
        help_text=gettext_lazy("Such as the country, for a province. None: its indicators are compared with nothing."),
    )
    hidden_modules = forms.MultipleChoiceField(
        label=gettext_lazy("Hidden on pages"),
        choices=Module.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "The first load hides what it brings nothing of. Whoever adds a row later has it shown again."
        ),
    )


class NewPlanForm(forms.Form):
    name_zh = words_of(Plan, "name_zh")
    name_en = words_of(Plan, "name_en")
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"))
    first_reporting_month = month_field(Plan, "first_reporting_month", initial=likely_first_month)
    slug = slug_of(Plan)


class MilestoneFields(forms.Form):
    happens_on = DayField(label=pgettext_lazy("milestone", "Date"))
    known = forms.ChoiceField(
        label=gettext_lazy("How exactly it is known"),
        choices=[("day", gettext_lazy("To the day")), ("month", gettext_lazy("To the month"))],
    )
    name_zh = words_of(PlanMilestone, "name_zh")
    name_en = words_of(PlanMilestone, "name_en")


class MilestoneForm(MilestoneFields, PublishedForm):
    """A form that changes a milestone."""


class PlanPage(PlanFormPage):
    permission = write_permission = ADMINISTRATORS
    list_name, list_label = "office:plan", gettext_lazy("The plan's profile")


class ChangePlan(PlanFormPage):
    name_column = "name"
    permission = write_permission = ADMINISTRATORS
    heading = gettext_lazy("The plan's profile")
    done = gettext_lazy("The plan's profile was changed")
    side_template = "office/_plan_milestones.html"
    typed_fields = labels_of(
        PlanForm, "name_zh", "name_en", "starts_on", "ends_on", "first_reporting_month", "large_project_wan"
    )

    @property
    def subject(self) -> Plan:
        return self.plan

    def make_form(self, data: Any = None) -> PlanForm:
        return PlanForm(data, state=plan_state(self.plan), is_published=self.plan.is_published)

    def save(self, form: PlanForm, by: User) -> Plan:
        return change_plan(self.plan, by=by, opened=form.opened, **form.cleaned_data)

    def success_url(self, saved: Any) -> str:
        return query_of(self.request.path, plan=self.plan.link_slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(milestones=self.plan.milestones.all(), **kwargs)


class AddPlan(FormPage):
    """Adds a plan beside the others, and leads to where its ledger is uploaded, those who may do that."""

    permission = write_permission = ADMINISTRATORS
    form_class = NewPlanForm
    heading = gettext_lazy("Add an action plan")
    submit = ADD
    done = gettext_lazy("The action plan was added; reviewers upload its measures")
    typed_fields = labels_of(NewPlanForm, *NewPlanForm.base_fields)

    @property
    def explanation(self) -> str:
        return _("It holds nothing yet: its measures are uploaded next. The current plan stays what it is.")

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, Crumb(reverse("dashboard:plans"), gettext_lazy("Action plans"))]

    def save(self, form: NewPlanForm, by: User) -> Plan:
        plan = add_plan(by=by, **form.cleaned_data)
        add_default_categories(plan)
        return plan

    def success_url(self, saved: Plan) -> str:
        """Return the address of its overview, which says what is next."""
        return query_of(reverse("dashboard:overview"), plan=saved.slug)


class AddMilestone(PlanPage):
    heading = gettext_lazy("Add a milestone")
    submit = ADD
    done = gettext_lazy("The milestone was added")
    form_class = MilestoneFields
    typed_fields = labels_of(MilestoneFields, "happens_on", "name_zh", "name_en")

    @property
    def explanation(self) -> str:
        return _("It stands on the pages of “%(plan)s”.") % {"plan": localized(self.plan, "name")}

    def save(self, form: MilestoneFields, by: User) -> PlanMilestone:
        return add_milestone(self.plan, by=by, **form.cleaned_data)


class ExistingMilestone(PlanPage):
    name_column = "name"

    @cached_property
    def subject(self) -> PlanMilestone:
        return get_object_or_404(PlanMilestone, plan=self.plan, pk=self.kwargs["pk"])


class ChangeMilestone(ExistingMilestone):
    heading = gettext_lazy("Change a milestone")
    done = gettext_lazy("The milestone was changed")
    side_template = "office/_milestone_tasks.html"
    typed_fields = labels_of(MilestoneForm, "happens_on", "name_zh", "name_en")

    def make_form(self, data: Any = None) -> MilestoneForm:
        return MilestoneForm(data, state=milestone_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: MilestoneForm, by: User) -> PlanMilestone:
        return change_milestone(self.subject, by=by, opened=form.opened, **form.cleaned_data)


class RemoveMilestone(RemovePage, ExistingMilestone):
    heading = gettext_lazy("Remove a milestone")
    done = gettext_lazy("The milestone was removed; the log keeps what it was")

    def save(self, form: forms.Form, by: User) -> None:
        remove_milestone(self.subject, by=by)
