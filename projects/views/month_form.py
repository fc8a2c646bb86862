"""The form of a project's month, and the files of evidence of a month."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from accounts.models import User
from accounts.rules import PROJECT_EVIDENCE_READERS, PROJECT_REPORTERS, Facts
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.scope import out_since
from measures.addresses import month_url
from measures.filters import asked_plan
from projects.addresses import month_form_url
from projects.models import Project, ProjectMonth, ProjectMonthEvidence
from projects.month_figures import MonthFigures, month_figures
from projects.month_forms import MonthForm, data_values, form_values
from projects.month_rules import why_incomplete
from projects.months import (
    carried_over,
    lock_project,
    month_before,
    month_doubts,
    open_month,
    save_month,
    submit_month,
    withdraw_month,
)
from reporting.doubt_pages import SOME_UNLIKELY, AsksDoubts
from reporting.doubts import Doubtful
from reporting.draft_pages import DraftView, FormPage, SavesItself
from reporting.evidence_pages import EvidenceFile
from reporting.forms import first_choice
from reporting.models import TEXTS
from reporting.report_problems import ProblemStillOpen, open_problems, why_no_answer
from reporting.workflow import ReportState
from web.days import asked_month
from web.errors import BadQuery
from web.formats.dates import format_month
from web.formats.money import format_exact_money
from web.html.links import named_plan
from web.language import localized
from web.unsaved_input import labels_of


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class MonthView(DraftView):
    """A view of the report on a project for a month, for the reporters of its city and of the department that leads
    it."""

    permission = write_permission = PROJECT_REPORTERS
    permission_refusal = ProjectMonth.filing_refusal
    month: date

    @cached_property
    def plan(self) -> Any:
        # The frame of the page reads it too.
        return asked_plan(self.request)

    @cached_property
    def project(self) -> Project:
        projects = Project.objects.in_plan(self.plan).select_related("city", "lead_department", "plan")
        return get_object_or_404(projects.with_stage(today()), code=self.kwargs["code"])

    def permission_facts(self) -> Facts:
        return {"lead": self.project.lead_department_id, "city": self.project.city_id}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.month = asked_month(request.GET.get("period", ""))
        if self.month < month_of(self.project.listed_on) or self.project.listed_on > today():
            raise BadQuery({"period": [_("The project was not yet listed in this month.")]})
        return super().serve(request, *args, **kwargs)

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        month = asked_month(request.GET.get("period", ""))
        return month_form_url(request.resolver_match.kwargs["code"], month, plan=named_plan(request.GET))

    @property
    def form_url(self) -> str:
        return month_form_url(self.project.code, self.month, plan=self.plan.action_slug)

    @property
    def draft_url(self) -> str:
        plan = self.plan.action_slug
        return month_form_url(self.project.code, self.month, plan=plan, name="projects:month_draft")

    @property
    def workspace_url(self) -> str:
        return month_url("measures:workspace", self.month, plan=self.plan)

    @property
    def store(self) -> str:
        return f"month:{self.project.pk}:{self.month:%Y-%m}"

    @cached_property
    def opened(self) -> list[Any]:
        """The last steps of the open problems of the project."""
        return open_problems(self.project, on=today())

    def lock_subject(self) -> None:
        lock_project(self.project.pk)

    def find_report(self) -> ProjectMonth | None:
        return open_month(self.project, self.month)

    def make_form(self, *args: Any, **kwargs: Any) -> MonthForm:
        has_lead = self.project.lead_department_id is not None
        return MonthForm(*args, opened=self.opened, has_lead=has_lead, **kwargs)

    def values_of(self, report: ProjectMonth) -> dict[str, Any]:
        return form_values(report)

    def write(self, form: MonthForm, version: int | None) -> ProjectMonth:
        return save_month(self.project, by=self.user, data=form.month_data(), period=self.month, version=version)

    def refusals(self, report: ProjectMonth) -> Iterable[NotAllowed]:
        yield from why_incomplete(report, self.before(report), on=today())
        yield from why_no_answer(report, self.opened, is_confirmed=False)

    def withdraw(self, report: ProjectMonth) -> None:
        withdraw_month(report, by=self.user)

    def draft_context(self, report: ProjectMonth | None) -> dict[str, Any]:
        return {"figures": self.figures(report)}

    def before(self, month: ProjectMonth | None) -> ProjectMonth | None:
        return month_before(self.project, self.month, but=month)

    def figures(self, month: ProjectMonth | None) -> MonthFigures | None:
        """Return the figures of the month as it is saved."""
        if month is None:
            return None
        return month_figures(month, self.before(month), planned_wan=self.planned_wan)

    @cached_property
    def planned_wan(self) -> int | None:
        """Return the annual plan of the month's year."""
        plans = self.project.annual_plans.filter(year=self.month.year)
        planned: int | None = plans.values_list("planned_wan", flat=True).first()
        return planned


class SaveMonthDraft(SavesItself, MonthView):
    state_template = "projects/_month_state.html"


class MonthPage(AsksDoubts, FormPage, MonthView):
    typed_fields = labels_of(MonthForm, *MonthForm.written, "url", "url_title", "document_number", "document_title")

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        month = self.find_report()
        if month is not None and month.state == ReportState.SUBMITTED:
            return self.show_submitted(month)
        self.saved = month
        initial = form_values(month) if month is not None else self.first_values()
        initial["known"] = MonthForm.known_values(initial)
        return self.show(self.make_form(initial=initial), month)

    def first_values(self) -> dict[str, Any]:
        """Return the values of a form that nobody has written in."""
        return data_values(carried_over(self.project, self.month)) | {"problem_choice": first_choice(self.opened)}

    def submit(self, form: MonthForm, month: ProjectMonth) -> None:
        try:
            submit_month(
                month,
                by=self.user,
                answers=self.answers,
                confirms_no_problem=form.cleaned_data["confirms_no_problem"],
                problem_owner=form.cleaned_data.get("owner"),
            )
        except Doubtful:
            self.doubts = month_doubts(month)
            form.add_error(None, SOME_UNLIKELY)
        except NotAllowed as refusal:
            self.refuse(form, refusal)

    def post_to_submitted(self, form: MonthForm, month: ProjectMonth) -> HttpResponseBase:
        if form.is_valid() and not list(form.differences(form_values(month))):
            return self.redirect_submitted()
        names = [name for name in MonthForm.written if form.data.get(name)]
        return self.show_submitted(month, unsaved=[(form.fields[name].label, form.data[name]) for name in names])

    @cached_property
    def accepted(self) -> ProjectMonth | None:
        """The newest accepted one up to the form's month, of this month too."""
        return month_before(self.project, self.month)

    def invested_hint(self) -> str:
        """Return the words for what was accepted before, of the same year, and what is planned."""
        last, parts = self.accepted, []
        if last is not None and last.period.year == self.month.year:
            words = {"month": format_month(last.period), "amount": format_exact_money(last.invested_wan)}
            parts.append(_("Accepted for %(month)s: %(amount)s.") % words)
        if self.planned_wan is not None:
            parts.append(_("Annual plan: %(amount)s.") % {"amount": format_exact_money(self.planned_wan)})
        return " ".join(parts)

    def show(self, form: MonthForm, month: ProjectMonth | None) -> HttpResponseBase:
        left = out_since(self.project.scope_changes.all(), on=today())
        accepted, context = self.accepted, self.form_context(form, month)
        is_new = month is None and not form.is_bound
        return self.render_page(
            month,
            left=left,
            # Nothing was written that would be lost from sight.
            is_closed=left is not None and is_new,
            is_new=is_new,
            **self.asked,
            asks_about_problem=isinstance(self.refusal, ProblemStillOpen),
            of_this_month=accepted if accepted is not None and accepted.period == self.month else None,
            invested_hint=self.invested_hint(),
            saved_by=side_of(context["theirs"].edited_by) if context["theirs"] is not None else "",
            **context,
        )

    def show_submitted(self, month: ProjectMonth, *, unsaved: list[tuple[Any, str]] | None = None) -> HttpResponseBase:
        texts = MonthForm.texts_of(form_values(month))
        shown = {name: texts[name] for name in TEXTS}
        return self.render_page(month, shown=shown, unsaved=unsaved, **self.draft_context(month))

    def render_page(
        self, month: ProjectMonth | None, *, shown: Mapping[str, str] | None = None, **context: Any
    ) -> HttpResponseBase:
        return TemplateResponse(
            self.request,
            "projects/month_form.html",
            {
                **self.page_context(month, shown=shown),
                "project": self.project,
                "plan": self.plan,
                "last": self.accepted,
                "planned_wan": self.planned_wan,
                **context,
            },
        )


def side_of(person: User | None) -> str:
    """The city or the department that a person files for: their name is not for colleagues of another."""
    place = person and (person.city or person.department)
    return localized(place, "short") if place else ""


class MonthEvidenceFile(EvidenceFile):
    permission = PROJECT_EVIDENCE_READERS

    @cached_property
    def evidence(self) -> ProjectMonthEvidence:
        pieces = ProjectMonthEvidence.objects.exclude(file="").select_related("report__project")
        return get_object_or_404(pieces, key=self.kwargs["key"], report__project__code=self.kwargs["code"])

    def permission_facts(self) -> Facts:
        project, is_accepted = self.evidence.report.project, self.evidence.report.state == ReportState.ACCEPTED
        return {"lead": project.lead_department_id, "city": project.city_id, "is_accepted": is_accepted}
