"""Cities that are excused from the ranking, as the reviewing office keeps them."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEWERS
from accounts.models import User
from core.clock import today
from measures.editing.forms import RowField
from measures.models import Plan
from office.forms import OpenedForm, words_of
from office.views.editing import PlanFormPage, RemovePage
from office.views.lists import PlanTable
from projects.exemptions import change_exemption, excuse_city, exemption_state, remove_exemption
from projects.models import RankExemption
from regions.models import Region
from web.language import localized
from web.lists.filters import DayField
from web.unsaved_input import labels_of

HEADING = gettext_lazy("Excused from the ranking")


def _last_day() -> DayField:
    return DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further notice.")
    )


class NewExemptionForm(forms.Form):
    city = RowField(
        queryset=Region.objects.none(), to_field_name="code", empty_label=gettext_lazy("Choose one"), label=""
    )
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = _last_day()
    reason_zh = words_of(RankExemption, "reason_zh", help_text=gettext_lazy("Every reader of the ranking sees it."))
    reason_en = words_of(RankExemption, "reason_en")

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial={"starts_on": today()})
        city: Any = self.fields["city"]
        city.queryset, city.label = Region.objects.members_of(plan.region_id), plan.part_words.of_project


class ExemptionForm(OpenedForm):
    ends_on = _last_day()
    reason_zh = words_of(RankExemption, "reason_zh")
    reason_en = words_of(RankExemption, "reason_en")


class OfficeExemptions(PlanTable):
    """All of the plan, those that are over, too."""

    template_name = "office/rank_exemptions.html"
    permission = write_permission = REVIEWERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        exemptions = RankExemption.objects.in_plan(self.plan).select_related("city", "recorded_by")
        return super().get_context_data(
            heading=HEADING,
            rows=exemptions.order_by("-starts_on", "city__code"),
            empty=_("Nobody is excused from the ranking"),
            add_address="office:add_exemption",
            **kwargs,
        )


class ExemptionPage(PlanFormPage):
    list_name, list_label = "office:exemptions", HEADING


class AddExemption(ExemptionPage):
    explanation = gettext_lazy(
        "It has no rank from the first day to the last, and the others are ranked without it. Tables, map and "
        "totals go on counting it."
    )
    done = gettext_lazy("The exemption was saved: pages and briefs of its days show no rank, and why")
    typed_fields = labels_of(NewExemptionForm, "starts_on", "ends_on", "reason_zh", "reason_en")

    @property
    def heading(self) -> str:  # type: ignore[override]  # it names what the plan consists of
        return _("Excuse a %(place)s from the ranking") % {"place": self.plan.part_words.one}

    def make_form(self, data: Any = None) -> NewExemptionForm:
        return NewExemptionForm(data, plan=self.plan)

    def save(self, form: NewExemptionForm, by: User) -> RankExemption:
        return excuse_city(self.plan, by=by, **form.cleaned_data)


class ExistingExemption(ExemptionPage):
    @cached_property
    def subject(self) -> RankExemption:
        return get_object_or_404(
            RankExemption.objects.in_plan(self.plan).select_related("plan", "city"), pk=self.kwargs["pk"]
        )

    @property
    def subject_name(self) -> str:
        return localized(self.subject.city, "name")


class ChangeExemption(ExistingExemption):
    """The page that has an exemption end earlier or later, or words its reason otherwise."""

    heading = gettext_lazy("End an exemption")
    done = gettext_lazy("The exemption of “%(name)s” was changed")
    side_template = "office/_exemption_tasks.html"
    typed_fields = labels_of(ExemptionForm, "ends_on", "reason_zh", "reason_en")

    def make_form(self, data: Any = None) -> ExemptionForm:
        return ExemptionForm(data, state=exemption_state(self.subject))

    def save(self, form: ExemptionForm, by: User) -> RankExemption:
        return change_exemption(self.subject, by=by, opened=form.opened, **form.cleaned_data)


class RemoveExemption(RemovePage, ExistingExemption):
    heading = gettext_lazy("Remove an exemption")
    done = gettext_lazy("The exemption was removed; the log keeps what it was")
    explanation = gettext_lazy("Only where it was entered by mistake: the ranks of all of its days change.")

    def save(self, form: forms.Form, by: User) -> None:
        remove_exemption(self.subject, by=by)
