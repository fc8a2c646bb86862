"""The form of a project's month, and the files of evidence of a month."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from accounts.models import Role, User
from accounts.permissions import may_report_project, may_see_names, may_see_project_report, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.scope import out_since
from measures.addresses import month_url
from measures.filters import asked_plan
from projects.addresses import month_form_url
from projects.models import Project, ProjectMonth, ProjectMonthEvidence
from projects.month_figures import MonthFigures, month_figures
from projects.month_forms import TYPED, MonthForm, data_values, form_values
from projects.month_rules import Doubt
from projects.months import (
    Doubtful,
    carried_over,
    lock_project,
    month_before,
    month_doubts,
    open_month,
    save_month,
    submit_month,
)
from reporting.evidence_pages import change_evidence, send_file
from reporting.months import reports_due_on
from reporting.moves import moves_from
from reporting.services import DraftChanged, discard_draft, is_discardable, withdraw_report
from reporting.steps import step_rows
from reporting.workflow import MOVES, REVIEWED_ALREADY, ReportState
from web.days import asked_month
from web.errors import BadQuery, add_refusal
from web.formats.dates import format_month
from web.formats.money import format_exact_money
from web.html.links import named_plan
from web.language import localized
from web.unsaved_input import ShowsUnsavedInput, labels_of


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class MonthPage(ShowsUnsavedInput, View):
    """Of a project and a month, for the reporters of its city and of the department that leads it."""

    http_method_names = ["get", "post"]
    typed_fields = labels_of(MonthForm, *TYPED, "url", "url_title", "document_number", "document_title")

    plan: Any
    project: Project
    month: date
    user: User
    # Why what was sent could not be saved or submitted; what is asked about, and what of it was confirmed.
    refusal: NotAllowed | None = None
    doubts: list[Doubt]
    confirmed: list[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.month = asked_month(request.GET.get("period", ""))
        if not request.user.is_authenticated:
            return self.turn_away(request)
        # The frame of the page reads it too.
        self.plan = asked_plan(request)
        projects = Project.objects.in_plan(self.plan).select_related("city", "lead_department", "plan")
        self.project = get_object_or_404(projects.with_stage(today()), code=kwargs["code"])
        self.user = signed_in(request.user)
        if not may_report_project(self.user, lead=self.project.lead_department_id, city=self.project.city_id):
            raise PermissionDenied(str(ProjectMonth.filing_refusal))
        if self.month < month_of(self.project.listed_on) or self.project.listed_on > today():
            raise BadQuery({"period": [_("The project was not yet listed in this month.")]})
        self.doubts, self.confirmed = [], request.POST.getlist("confirmed")
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        month = asked_month(request.GET.get("period", ""))
        return month_form_url(request.resolver_match.kwargs["code"], month, plan=named_plan(request.GET))

    @property
    def form_url(self) -> str:
        """Where the form is sent to."""
        return month_form_url(self.project.code, self.month, plan=self.plan.action_slug)

    @property
    def workspace_url(self) -> str:
        return month_url("measures:workspace", self.month, plan=self.plan)

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        month = open_month(self.project, self.month)
        if month is not None and month.state == ReportState.SUBMITTED:
            return self.show_submitted(month)
        if month is None:
            return self.show(MonthForm(initial=data_values(carried_over(self.project, self.month))), None)
        return self.show(MonthForm(initial=form_values(month)), month)

    @transaction.atomic
    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        # One after the other: of a double click the second comes when the first has filed the month.
        lock_project(self.project.pk)
        month, action = open_month(self.project, self.month), request.POST.get("action")
        if action in ("withdraw", "discard"):
            return self.take_back(month, action)
        form = MonthForm(request.POST.copy(), request.FILES)
        if month is not None and month.state == ReportState.SUBMITTED:
            return self.post_to_submitted(form, month)
        month = self.save_valid(form, month)
        change_evidence(request, form, month, by=self.user)
        submits = action == "submit" and "remove" not in request.POST
        if submits and month is not None and not form.errors:
            self.submit(form, month)
        if form.errors:
            return self.show(form, month)
        if submits:
            messages.success(request, _("Report submitted"))
            return redirect(self.workspace_url)
        messages.success(request, _("Draft saved"))
        stays = "remove" in request.POST or action == "attach"
        return redirect(self.form_url + ("#evidence" if stays else ""))

    def save_valid(self, form: MonthForm, month: ProjectMonth | None) -> ProjectMonth | None:
        """Saves what was typed if it is valid; returns the month as it now stands in the database."""
        if not form.is_valid():
            return month
        version = form.cleaned_data["version"]
        if month is None and version is not None:
            # Written on a draft that is none any more; saved again, it begins a new one.
            form.add_error(None, str(REVIEWED_ALREADY))
            form.set_value("version", "")
            return None
        try:
            month = save_month(self.project, by=self.user, data=form.month_data(), period=self.month, version=version)
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)
            if not isinstance(refusal, DraftChanged):
                return month
            month = refusal.theirs
        # What is sent next is written on this.
        form.set_value("version", month.version)
        return month

    def submit(self, form: MonthForm, month: ProjectMonth) -> None:
        try:
            submit_month(month, by=self.user, confirmed=self.confirmed)
        except Doubtful:
            self.doubts = month_doubts(month, self.before(month))
            form.add_error(None, _("Some of this is unlikely. Correct it, or tick that it is so, and submit again."))
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)

    def take_back(self, month: ProjectMonth | None, action: str) -> HttpResponseBase:
        discards = action == "discard"
        try:
            if month is None:
                raise NotAllowed(str(REVIEWED_ALREADY))
            (discard_draft if discards else withdraw_report)(month, by=self.user)
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.form_url)
        if discards:
            messages.success(self.request, _("The draft was deleted"))
            return redirect(self.workspace_url)
        messages.success(self.request, _("Report withdrawn; you can change it and submit it again."))
        return redirect(self.form_url)

    def post_to_submitted(self, form: MonthForm, month: ProjectMonth) -> HttpResponseBase:
        """A form sent after the month was submitted: the same again is done; anything else is shown, to be copied."""
        if form.is_valid() and not list(form.differences(month)):
            messages.success(self.request, _("Report submitted"))
            return redirect(self.workspace_url)
        names = [name for name in TYPED if name != "stage" and form.data.get(name)]
        return self.show_submitted(month, unsaved=[(form.fields[name].label, form.data[name]) for name in names])

    def before(self, month: ProjectMonth | None) -> ProjectMonth | None:
        return month_before(self.project, self.month, but=month)

    @cached_property
    def accepted(self) -> ProjectMonth | None:
        """The newest accepted one up to the form's month, of this month too."""
        return month_before(self.project, self.month)

    def figures(self, month: ProjectMonth | None) -> MonthFigures | None:
        """Of what is saved."""
        if month is None:
            return None
        return month_figures(month, self.before(month), planned_wan=self.planned_wan)

    @cached_property
    def planned_wan(self) -> int | None:
        """Of the month's year."""
        plans = self.project.annual_plans.filter(year=self.month.year)
        planned: int | None = plans.values_list("planned_wan", flat=True).first()
        return planned

    def invested_hint(self) -> str:
        """What was accepted before, of the same year, and what is planned."""
        last, parts = self.accepted, []
        if last is not None and last.period.year == self.month.year:
            words = {"month": format_month(last.period), "amount": format_exact_money(last.invested_wan)}
            parts.append(_("Accepted for %(month)s: %(amount)s.") % words)
        if self.planned_wan is not None:
            parts.append(_("Annual plan: %(amount)s.") % {"amount": format_exact_money(self.planned_wan)})
        return " ".join(parts)

    def show(self, form: MonthForm, month: ProjectMonth | None) -> HttpResponseBase:
        left = out_since(self.project.scope_changes.all(), on=today())
        theirs = self.refusal.theirs if isinstance(self.refusal, DraftChanged) else None
        accepted = self.accepted
        return self.render_page(
            month,
            form=form,
            left=left,
            # Nothing was written that would be lost from sight.
            is_closed=left is not None and month is None and not form.is_bound,
            is_new=month is None and not form.is_bound,
            doubts=[(each, each.name in self.confirmed) for each in self.doubts],
            of_this_month=accepted if accepted is not None and accepted.period == self.month else None,
            submit_move=moves_from(MOVES, month.state if month else ReportState.DRAFT, by=[Role.REPORTER])[0],
            invested_hint=self.invested_hint(),
            theirs=theirs,
            saved_by=side_of(theirs.edited_by) if theirs is not None else "",
            differences=list(form.differences(theirs)) if theirs is not None else [],
        )

    def show_submitted(self, month: ProjectMonth, *, unsaved: list[tuple[Any, str]] | None = None) -> HttpResponseBase:
        return self.render_page(month, is_submitted=True, unsaved=unsaved)

    def render_page(self, month: ProjectMonth | None, **context: Any) -> HttpResponseBase:
        due_on = reports_due_on(self.month)
        return TemplateResponse(
            self.request,
            "projects/month_form.html",
            {
                "project": self.project,
                "month": self.month,
                "report": month,
                "plan": self.plan,
                "form_url": self.form_url,
                "workspace_url": self.workspace_url,
                "due_on": due_on,
                "is_past_due": today() > due_on,
                "may_discard": month is not None and is_discardable(month),
                "steps": step_rows(month) if month is not None else [],
                "may_see_names": may_see_names(self.user),
                "evidence": list(month.evidence.order_by("pk")) if month is not None else [],
                "megabytes": settings.PILOTZONE_EVIDENCE_MEGABYTES,
                "last": self.accepted,
                "planned_wan": self.planned_wan,
                "figures": self.figures(month),
                "as_of": None,
                **context,
            },
        )


def side_of(person: User | None) -> str:
    """The city or the department that a person files for: their name is not for colleagues of another."""
    place = person and (person.city or person.department)
    return localized(place, "short") if place else ""


@require_safe
@cache_control(private=True, no_store=True)
def month_evidence(request: HttpRequest, code: str, key: UUID) -> HttpResponseBase:
    """A file of evidence, for those who may see it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    pieces = ProjectMonthEvidence.objects.exclude(file="").select_related("report__project")
    evidence = get_object_or_404(pieces, key=key, report__project__code=code)
    project, is_accepted = evidence.report.project, evidence.report.state == ReportState.ACCEPTED
    may_see = may_see_project_report(
        request.user, lead=project.lead_department_id, city=project.city_id, is_accepted=is_accepted
    )
    if not may_see:
        raise PermissionDenied
    return send_file(evidence)
