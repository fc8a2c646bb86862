"""The form of a project's month, and the files of evidence of a month."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import PROJECT_EVIDENCE_READERS, PROJECT_REPORTERS, Facts
from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from measures.month_drafts import MonthDraftView, MonthFormPage
from projects.models import Project, ProjectMonth, ProjectMonthEvidence, Stage
from projects.months.figures import MonthFigures
from projects.months.forms import MonthForm, data_values, form_values
from projects.months.rules import why_incomplete
from projects.months.services import (
    carried_over,
    lock_project,
    month_before,
    month_doubts,
    open_month,
    save_month,
    submit_month,
)
from reporting.doubts import Doubt
from reporting.forms import TYPED_EVIDENCE, first_choice
from reporting.report_problems import why_no_answer
from reporting.views.drafts import FormContext, SavesItself
from reporting.views.evidence import EvidenceFile
from reporting.workflow import ReportState
from web.formats.dates import format_month
from web.formats.money import format_exact_money
from web.language import localized
from web.unsaved_input import labels_of


class MonthView(MonthDraftView):
    """A view of the report on a project for a month, for the reporters of its city and of the department that leads
    it."""

    permission = write_permission = PROJECT_REPORTERS
    permission_refusal = ProjectMonth.filing_refusal
    form_class = MonthForm
    form_name, draft_name, store_name = "projects:month", "projects:month_draft", "month"
    unlisted_refusal = gettext_lazy("The project was not yet listed in this month.")

    @cached_property
    def subject(self) -> Project:
        projects = Project.objects.in_plan(self.plan).select_related("city", "lead_department", "plan")
        return get_object_or_404(projects.with_stage(today()), code=self.kwargs["code"])

    def permission_facts(self) -> Facts:
        return {"lead": self.subject.lead_department_id, "city": self.subject.city_id}

    def lock_subject(self) -> None:
        lock_project(self.subject.pk)

    def find_report(self) -> ProjectMonth | None:
        return open_month(self.subject, self.month)

    def make_form(self, *args: Any, **kwargs: Any) -> MonthForm:
        has_lead = self.subject.lead_department_id is not None
        return MonthForm(*args, opened=self.opened, has_lead=has_lead, **kwargs)

    def values_of(self, report: ProjectMonth) -> dict[str, Any]:
        return form_values(report)

    def write(self, form: MonthForm, version: int | None) -> ProjectMonth:
        return save_month(self.subject, by=self.user, data=form.month_data(), period=self.month, version=version)

    def refusals(self, report: ProjectMonth) -> Iterable[NotAllowed]:
        yield from why_incomplete(report, self.before(report), on=today())
        yield from why_no_answer(report, self.opened, is_confirmed=False)

    def before(self, month: ProjectMonth | None) -> ProjectMonth | None:
        return month_before(self.subject, self.month, but=month)

    def figures(self, report: ProjectMonth | None) -> MonthFigures | None:
        return None if report is None else MonthFigures(report, self.before(report), self.planned_wan)

    @cached_property
    def planned_wan(self) -> int | None:
        """Return the annual plan of the month's year."""
        plans = self.subject.annual_plans.filter(year=self.month.year)
        planned: int | None = plans.values_list("planned_wan", flat=True).first()
        return planned


class SaveMonthDraft(SavesItself, MonthView):
    state_template = "projects/_month_state.html"


class MonthContext(NamedTuple):
    """The values that only the page of a project's month has. `last`: the last accepted one, and `of_this_month` the
    same where it is of this month; `was_suspended`: until then; `saved_by`: whose the other version is."""

    project: Project
    last: ProjectMonth | None
    of_this_month: ProjectMonth | None
    was_suspended: bool
    planned_wan: int | None
    figures: MonthFigures | None
    invested_hint: str
    saved_by: str


class MonthPage(MonthFormPage, MonthView):
    template_name = "projects/month_form.html"
    file_view = "projects:evidence"
    unsaved_refusal = gettext_lazy(
        "Not saved: this project is no longer yours to report on, or the form is from before your last log-in. What "
        "you typed is kept in this browser and can be copied."
    )
    typed_fields = labels_of(MonthForm, *MonthForm.written, *TYPED_EVIDENCE)

    def first_values(self) -> dict[str, Any]:
        """Return the values of a form that nobody has written in."""
        return data_values(carried_over(self.subject, self.month)) | {"problem_choice": first_choice(self.opened)}

    def hand_in(self, form: MonthForm, report: ProjectMonth) -> None:
        submit_month(
            report,
            by=self.user,
            answers=self.answers,
            confirms_no_problem=form.cleaned_data["confirms_no_problem"],
            problem_owner=form.cleaned_data.get("owner"),
        )

    def doubts_about(self, report: ProjectMonth) -> list[Doubt]:
        return month_doubts(report)

    @cached_property
    def accepted(self) -> ProjectMonth | None:
        """The newest accepted one up to the form's month, of this month too."""
        return month_before(self.subject, self.month)

    def invested_hint(self) -> str:
        """Return the words for what was accepted before, of the same year, and what is planned."""
        last, parts = self.accepted, []
        if last is not None and last.period.year == self.month.year:
            words = {"month": format_month(last.period), "amount": format_exact_money(last.invested_wan)}
            parts.append(_("Accepted for %(month)s: %(amount)s.") % words)
        if self.planned_wan is not None:
            parts.append(_("Annual plan: %(amount)s.") % {"amount": format_exact_money(self.planned_wan)})
        return " ".join(parts)

    def subject_context(self, report: ProjectMonth | None, form: FormContext | None) -> MonthContext:
        accepted, theirs = self.accepted, form.theirs if form is not None else None
        return MonthContext(
            project=self.subject,
            last=accepted,
            of_this_month=accepted if accepted is not None and accepted.period == self.month else None,
            was_suspended=(accepted.stage if accepted is not None else self.subject.opening_stage) == Stage.SUSPENDED,
            planned_wan=self.planned_wan,
            figures=self.figures(report),
            invested_hint=self.invested_hint(),
            saved_by=side_of(theirs.edited_by) if theirs is not None else "",
        )


def side_of(person: User | None) -> str:
    """The city or the department that a person files for: their name is not for colleagues of another."""
    place = person and (person.city or person.department)
    return localized(place, "short") if place else ""


class MonthEvidenceFile(EvidenceFile):
    permission = PROJECT_EVIDENCE_READERS
    model = ProjectMonthEvidence
    writer = "report__project"

    def permission_facts(self) -> Facts:
        project, is_accepted = self.evidence.report.project, self.evidence.report.state == ReportState.ACCEPTED
        return {"lead": project.lead_department_id, "city": project.city_id, "is_accepted": is_accepted}
