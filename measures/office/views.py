"""What the reviewing office changes about a measure (its terms, a wrong status, a completion that was none), and
which departments it merges."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import may_review, signed_in
from core.exceptions import NotAllowed
from core.statuses import MeasureStatus
from measures.models import Measure, StatusChange
from measures.office.forms import TERMS, MergeForm, StatusForm, TermsForm
from measures.rules import Change, correction_window, effective_changes, is_completion
from measures.services import (
    change_terms,
    correct_status,
    count_holdings,
    load_changes,
    merge_departments,
    reopen_measure,
)
from web.language import local
from web.unsaved_input import restore_input
from web.views import WorkPage


class OfficeForm(WorkPage):
    """A form about one thing. A refusal goes back with what was typed; `done` is said after a change."""

    template_name = "measures/office_form.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_review(request.user)

    def about(self) -> tuple[str, str]:
        """The address of the thing's own page, and its name."""
        raise NotImplementedError

    def after(self, form: Any) -> str:
        """Where a change leads."""
        return self.about()[0]

    def make_form(self, data: Any = None) -> forms.Form | None:
        """None where there is nothing to change; `words` then say why."""
        raise NotImplementedError

    def change(self, form: Any, by: User) -> object:
        raise NotImplementedError

    def texts(self) -> dict[str, Any]:
        """heading, submit, done, and words."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = self.make_form(restore_input(self.request, self.request.path) or None)
        address, name = self.about()
        return super().get_context_data(about_url=address, about_name=name, **self.texts(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        if form is not None and form.is_valid():
            try:
                self.change(form, signed_in(request.user))
            except NotAllowed as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, self.texts()["done"])
                return redirect(self.after(form))
        return self.render_to_response(self.get_context_data(form=form, **kwargs))


class MeasureForm(OfficeForm):
    restored_fields = (*TERMS, *(f"initial-{name}" for name in TERMS), "status", "effective_on", "reason")

    @cached_property
    def measure(self) -> Measure:
        measures = Measure.objects.select_related("section", "lead_department")
        return get_object_or_404(measures, code=self.kwargs["code"])

    def about(self) -> tuple[str, str]:
        return self.measure.get_absolute_url(), f"{self.measure.code} {local(self.measure, 'title')}"


class ChangeTerms(MeasureForm):
    def make_form(self, data: Any = None) -> TermsForm:
        return TermsForm(data, measure=self.measure)

    def change(self, form: TermsForm, by: User) -> object:
        return change_terms(self.measure, by=by, reason=form.cleaned_data["reason"], **form.changed_terms)

    def texts(self) -> dict[str, Any]:
        return {
            "heading": _("Change due date, lead department or section"),
            "submit": _("Save"),
            "done": _("The terms were changed; the old ones stay on record"),
            "words": _("What was set before, who changed it and why stay visible on the measure's page."),
        }


class StatusPage(MeasureForm):
    @cached_property
    def rows(self) -> list[Change]:
        return load_changes(self.measure)


class CorrectStatus(StatusPage):
    @cached_property
    def wrong(self) -> StatusChange:
        return get_object_or_404(self.measure.status_changes.all(), pk=self.kwargs["pk"])

    @cached_property
    def change_in_force(self) -> Change | None:
        """The row as the rules see it; None where it was corrected before."""
        return next((row for row in effective_changes(self.rows) if row.id == self.wrong.pk), None)

    def make_form(self, data: Any = None) -> StatusForm | None:
        wrong = self.change_in_force
        window = correction_window(self.rows, wrong, today=self.day) if wrong else None
        if wrong is None or window is None:
            return None
        is_first = wrong == effective_changes(self.rows)[0]
        return StatusForm(
            data,
            window=window,
            statuses=[MeasureStatus.PROMOTING] if is_first else list(MeasureStatus),
            initial={"status": wrong.status, "effective_on": wrong.effective_on},
        )

    def change(self, form: StatusForm, by: User) -> object:
        return correct_status(self.wrong, by=by, **form.cleaned_data)

    def texts(self) -> dict[str, Any]:
        if self.change_in_force is None:
            words = _("This row has already been corrected.")
        elif self.make_form() is None:
            words = _("Another change follows on the same day, so this row counts for no day.")
        else:
            words = _("The row below was wrong: the correction replaces it for every day, and it stays visible.")
        return {
            "heading": _("Correct a status change"),
            "submit": _("Correct"),
            "done": _("The status change was corrected"),
            "words": words,
            "wrong": self.wrong,
        }


class Reopen(StatusPage):
    def make_form(self, data: Any = None) -> StatusForm | None:
        current = effective_changes(self.rows)[-1]
        if not is_completion(current.status):
            return None
        return StatusForm(
            data,
            window=(current.effective_on, self.day),
            statuses=[status for status in MeasureStatus if not is_completion(status)],
            initial={"status": MeasureStatus.IN_PROGRESS, "effective_on": self.day},
        )

    def change(self, form: StatusForm, by: User) -> object:
        return reopen_measure(self.measure, by=by, **form.cleaned_data)

    def texts(self) -> dict[str, Any]:
        if is_completion(effective_changes(self.rows)[-1].status):
            words = _("It is so no longer from a day on. For a completion that never was, correct its row instead.")
        else:
            words = _("Only a completed measure can be reopened.")
        return {
            "heading": _("Reopen a completed measure"),
            "submit": _("Reopen"),
            "done": _("The measure was reopened"),
            "words": words,
        }


class MergeDepartment(OfficeForm):
    restored_fields = ("into", "reason", "confirmed")

    @cached_property
    def source(self) -> Department:
        return get_object_or_404(Department, slug=self.kwargs["slug"])

    def about(self) -> tuple[str, str]:
        # Of one that was merged, this leads on to the department that does its work now.
        return reverse("dashboard:department", args=[self.source.slug]), local(self.source, "name")

    def after(self, form: MergeForm) -> str:
        return reverse("dashboard:department", args=[form.cleaned_data["into"].slug])

    def make_form(self, data: Any = None) -> MergeForm | None:
        if self.source.merged_into_id is not None:
            return None
        return MergeForm(data, source=self.source, moves=count_holdings(self.source))

    def change(self, form: MergeForm, by: User) -> object:
        return merge_departments(self.source, into=form.cleaned_data["into"], by=by, reason=form.cleaned_data["reason"])

    def texts(self) -> dict[str, Any]:
        if self.source.merged_into_id is not None:
            words = _("This department has been merged already.")
        else:
            words = _(
                "The department's measures and people go to the department that you choose. Reports stay with their "
                "measures, and old links lead to that department. This cannot be undone."
            )
        return {
            "heading": _("Merge the %(name)s into another department") % {"name": local(self.source, "name")},
            "submit": _("Merge"),
            "done": _("The departments were merged; links to the old one lead here"),
            "words": words,
        }
