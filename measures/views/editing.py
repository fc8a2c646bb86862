"""The reviewing office's forms: terms of a measure, corrections of its status, mergers of departments."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEWERS
from accounts.models import User
from core.scope import MEASURE_KINDS, ScopeKind, scope_on, scope_window
from core.statuses import MeasureStatus
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.forms import MeasureScopeForm, ScopeForm, StatusForm, TermsForm
from measures.editing.scope import change_scope
from measures.editing.terms import change_terms
from measures.filters import asked_plan
from measures.models import Measure, StatusChange
from measures.rules import Change, correction_window, effective_changes, is_completion
from measures.services import load_changes
from reporting.views.doubts import AsksDoubts
from web.form_pages import FormPage
from web.html.links import query_of
from web.unsaved_input import labels_of


class OfficeForm(FormPage):
    """A form of the reviewing office that changes `subject`, which has a page of its own."""

    template_name = "measures/office_form.html"
    permission = write_permission = REVIEWERS

    def success_url(self, saved: Any) -> str:
        address: str = self.subject.get_absolute_url()
        return address


class PlanRowForm(OfficeForm):
    """A form that changes a measure or a project."""

    names_code = True

    @property
    def action(self) -> str:
        return query_of(self.request.path, plan=self.subject.plan.action_slug)


class ScopePage(PlanRowForm):
    """The form by which a measure or a project leaves its plan or returns; `change` is the service."""

    done = gettext_lazy("The change was recorded")
    typed_fields = labels_of(ScopeForm, "effective_on", "reason")
    change: Callable[..., object]

    def save(self, form: ScopeForm, by: User) -> None:
        values = dict(form.cleaned_data)
        self.change(self.subject, ScopeKind(values.pop("kind")), by=by, **values)


class MeasureForm(PlanRowForm):
    name_column = "title"

    @cached_property
    def subject(self) -> Measure:
        measures = Measure.objects.in_plan(asked_plan(self.request)).select_related(
            "plan", "section", "lead_department"
        )
        return get_object_or_404(measures, code=self.kwargs["code"])


class ChangeTerms(AsksDoubts, MeasureForm):
    heading = gettext_lazy("Change due date, lead department or priority area")
    explanation = gettext_lazy("What was set before, who changed it and why stay visible on the measure's page.")
    done = gettext_lazy("The terms were changed; the old ones stay on record")
    typed_fields = labels_of(TermsForm, "due_on", "reason")

    def make_form(self, data: Any = None) -> TermsForm:
        return TermsForm(data, measure=self.subject)

    def save(self, form: TermsForm, by: User) -> None:
        reason = form.cleaned_data["reason"]
        with self.asking():
            change_terms(self.subject, by=by, reason=reason, answers=self.answers, **form.changed_terms)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(doubts=self.asked, **kwargs)


class StatusPage(MeasureForm):
    typed_fields = labels_of(StatusForm, "effective_on", "reason")

    @cached_property
    def changes(self) -> list[Change]:
        return load_changes(self.subject)

    @cached_property
    def effective(self) -> list[Change]:
        return effective_changes(self.changes)


class CorrectStatus(StatusPage):
    heading = gettext_lazy("Correct a status change")
    submit = gettext_lazy("Correct")
    done = gettext_lazy("The status change was corrected")

    @cached_property
    def wrong(self) -> StatusChange:
        return get_object_or_404(self.subject.status_changes.all(), pk=self.kwargs["pk"])

    @cached_property
    def effective_change(self) -> Change | None:
        """The wrong change as the rules see it; None where it was corrected before."""
        return next((each for each in self.effective if each.id == self.wrong.pk), None)

    def make_form(self, data: Any = None) -> StatusForm | None:
        wrong = self.effective_change
        window = correction_window(self.changes, wrong, today=self.day) if wrong and not wrong.restates else None
        if wrong is None or window is None:
            return None
        is_first = wrong == self.effective[0]
        return StatusForm(
            data,
            window=window,
            statuses=[MeasureStatus.PROMOTING] if is_first else list(MeasureStatus),
            initial={"status": wrong.status, "effective_on": wrong.effective_on},
        )

    def save(self, form: StatusForm, by: User) -> None:
        correct_status(self.wrong, by=by, **form.cleaned_data)

    @property
    def explanation(self) -> str:
        if self.effective_change is None:
            return _("This row has already been corrected.")
        if self.wrong.restates:
            return _("This row only says again what the one before it says: correct that one.")
        if self.make_form() is None:
            return _("Another change follows on the same day, so this row counts for no day.")
        return _("The row below was wrong: the correction replaces it for every day, and it stays visible.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(wrong=self.wrong, **kwargs)


class Reopen(StatusPage):
    heading = gettext_lazy("Reopen a completed measure")
    submit = gettext_lazy("Reopen")
    done = gettext_lazy("The measure was reopened")

    def make_form(self, data: Any = None) -> StatusForm | None:
        current = self.effective[-1]
        if not is_completion(current.status):
            return None
        return StatusForm(
            data,
            window=(current.effective_on, self.day),
            statuses=[status for status in MeasureStatus if not is_completion(status)],
            initial={"status": MeasureStatus.IN_PROGRESS, "effective_on": self.day},
        )

    def save(self, form: StatusForm, by: User) -> None:
        reopen_measure(self.subject, by=by, **form.cleaned_data)

    @property
    def explanation(self) -> str:
        if is_completion(self.effective[-1].status):
            return _("It is so no longer from a day on. For a completion that never was, correct its row instead.")
        return _("Only a completed measure can be reopened.")


class ChangeScope(ScopePage, MeasureForm):
    heading = gettext_lazy("Suspend, withdraw, merge, split or resume a measure")
    explanation = gettext_lazy(
        "While it is out it counts in no total, has no light and needs no report. Totals of earlier days stay as "
        "they are, and what is recorded here stays visible."
    )
    typed_fields = labels_of(MeasureScopeForm, "effective_on", "successors", "reason")
    change = staticmethod(change_scope)

    def make_form(self, data: Any = None) -> MeasureScopeForm:
        rows = list(self.subject.scope_changes.all())
        window = scope_window(rows, listed_on=self.subject.listed_on, today=self.day)
        kinds = MEASURE_KINDS[scope_on(rows, on=self.day)]
        return MeasureScopeForm(data, measure=self.subject, kinds=kinds, window=window)
