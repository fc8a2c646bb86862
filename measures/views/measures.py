"""Reading pages about measures."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from accounts.models import Department
from accounts.permissions import may_comment, may_report, may_review, may_see_names, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import OVERDUE, Light, MeasureLight, Thresholds, light_of, thresholds
from core.statuses import MeasureStatus
from measures.charts.status_history import StatusPoint, status_history_chart
from measures.comparison import MeasureChange, measure_changes
from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_list_comparison, asked_plan
from measures.models import Measure, Report, Section, StatusChange, Term, TermsChange
from measures.office.forms import CommentForm
from measures.services import add_comment
from web.errors import add_refusal
from web.formats.sources import named_source
from web.language import local
from web.unsaved_input import restore_input
from web.views import ListPage, ReadingView

OPEN_REPORTS = 3
NAMED_PROJECTS = 5


def days_late(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


class ListedMeasure(NamedTuple):
    """`note`: why the light is not green."""

    measure: Measure
    light: Light
    note: str


class MeasureList(ListPage):
    shows_totals = True
    template_name = "measures/measure_list.html"
    filterset_class = MeasureFilter
    orderings = MEASURE_ORDERINGS
    default_ordering = "code"

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_list_comparison(request, self.day)

    def get_queryset(self) -> QuerySet[Measure]:
        self.plan = asked_plan(self.request)
        listed = Measure.objects.in_plan(self.plan).listed(self.day)
        measures = listed.with_status(self.day).with_last_report(self.day)
        # The light as the database finds it repeats the status a dozen times, in a statement that takes longer to write
        # than all rows: it is asked for by what needs it there. Rows have the same one from `light_of`.
        if self.request.GET.get("light") or self.request.GET.get("ordering", "").removeprefix("-") == "light":
            measures = measures.with_light(self.day, limits=thresholds())
        return measures.with_status_then(self.compared) if self.compared else measures

    def count(self, rows: Any) -> int:
        self.by_status = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
        return sum(self.by_status.values())

    def rows(self, measures: QuerySet[Any, Any]) -> list[ListedMeasure]:
        limits = thresholds()
        rows = []
        for measure in measures.select_related("lead_department"):
            light = light_of(
                status=measure.status,
                due_on=measure.due_on,
                listed_on=measure.listed_on,
                last_report_on=measure.last_report_on,
                on=self.day,
                limits=limits,
            )
            rows.append(ListedMeasure(measure, light.light, light_note(light, measure.due_on, self.day)))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = {status: self.by_status.get(status, 0) for status in MeasureStatus.values}
        sentence = _("%(completed)s completed, %(in_progress)s in progress, %(promoting)s being promoted")
        return context | {
            "plan": self.plan,
            "rows": self.rows(context["page"].object_list),
            "counts": sentence % counts,
            "changed": context["listing"].rows.changed().count() if self.compared else 0,
            "is_before_plan": self.plan is not None and self.day < self.plan.starts_on,
        }


def light_note(verdict: MeasureLight, due_on: date | None, on: date) -> str:
    """What stands behind a red or yellow light in a list: by how many days it is late, or in how many it is due, or for
    how many it has been silent."""
    if verdict.rule == "due_soon" and due_on:
        days = (due_on - on).days
        return npgettext("beside a light", "Due in %(days)s day", "Due in %(days)s days", days) % {"days": days}
    if verdict.rule == "silent":
        words = ngettext("%(days)s day unreported", "%(days)s days unreported", verdict.days)
        return words % {"days": verdict.days}
    return days_late(verdict.days) if verdict.light == Light.RED else ""


def light_reason(verdict: MeasureLight) -> str:
    """Why, in words; for an overdue measure also by how many days."""
    if verdict.rule != "overdue":
        return str(verdict.reason)
    return _("%(reason)s, %(late)s") % {"reason": verdict.reason, "late": days_late(verdict.days)}


def due_flag(measure: Any, on: date) -> str:
    if measure.due_on is None or measure.status == MeasureStatus.COMPLETED:
        return ""
    if measure.due_on < on:
        return _("Overdue")
    days = (measure.due_on - on).days
    return ngettext("Due in %(days)s day", "Due in %(days)s days", days) % {"days": days}


class HistoryRow(NamedTuple):
    change: StatusChange
    is_superseded: bool


def history_order(changes: Iterable[StatusChange]) -> list[StatusChange]:
    """Newest first, and below each correction the row that it replaces."""
    rows = list(changes)
    by_id = {row.pk: row for row in rows}
    replaced = {row.supersedes_id for row in rows}
    ordered = []
    for row in rows:
        shown: StatusChange | None = None if row.pk in replaced else row
        while shown is not None:
            ordered.append(shown)
            shown = by_id.get(shown.supersedes_id) if shown.supersedes_id else None
    return ordered


class Moved(NamedTuple):
    """How often a term was changed, and what it was at first, in words."""

    times: str
    first: str


class TermRow(NamedTuple):
    """A change of terms with its values as words: a day, or the name of a department or section."""

    change: TermsChange
    old: str
    new: str


def term_rows(measure: Measure) -> list[TermRow]:
    """Newest first."""
    changes = list(measure.terms_changes.select_related("recorded_by"))
    slugs = {
        term: {value for each in changes if each.field == term for value in (each.old_value, each.new_value)}
        for term in Term
    }
    names: dict[tuple[str, str], str] = {}
    if slugs[Term.LEAD_DEPARTMENT]:
        departments = Department.objects.filter(slug__in=slugs[Term.LEAD_DEPARTMENT])
        names |= {(Term.LEAD_DEPARTMENT, each.slug): local(each, "short") for each in departments}
    if slugs[Term.SECTION]:
        sections = Section.objects.filter(plan=measure.section.plan_id, slug__in=slugs[Term.SECTION])
        names |= {(Term.SECTION, each.slug): local(each, "title") for each in sections}

    def written(term: str, value: str) -> str:
        return names.get((term, value), value) or _("No due date")

    return [TermRow(each, written(each.field, each.old_value), written(each.field, each.new_value)) for each in changes]


def moves(rows: list[TermRow]) -> dict[str, Moved]:
    """By the name of the term, for those that were changed."""
    moved = {}
    for term in Term:
        own = [row for row in rows if row.change.field == term]
        if own:
            times = ngettext("moved once", "moved %(count)s times", len(own)) % {"count": len(own)}
            moved[term.value] = Moved(times, own[-1].old)
    return moved


class MeasureDetail(ReadingView):
    template_name = "measures/measure_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        measures = Measure.objects.select_related("section__plan", "lead_department")
        measures = measures.with_status(self.day).with_last_report(self.day)
        measure: Any = get_object_or_404(measures, code=kwargs["code"])
        is_listed = measure.listed_on <= self.day
        context = super().get_context_data(
            measure=measure,
            is_listed=is_listed,
            can_show_listing=measure.listed_on <= today(),
            source=named_source(measure.source),
            participating=measure.participating_departments.all(),
            **kwargs,
        )
        context |= self.about_terms(measure)
        return context | self.as_of_day(measure, thresholds()) | self.said(measure, **kwargs) if is_listed else context

    def about_terms(self, measure: Measure) -> dict[str, Any]:
        rows = term_rows(measure)
        return {"terms": rows, "moved": moves(rows)}

    def said(self, measure: Measure, **kwargs: Any) -> dict[str, Any]:
        """Comments and what this person may do here. They act today: a page of another day only tells."""
        user = self.request.user
        if not user.is_authenticated:
            return {}
        acts = self.day == today()
        own = [department.pk for department in measure.participating_departments.all()]
        may_write = acts and may_comment(user, lead=measure.lead_department_id, participating=own)
        comments = measure.comments.select_related("written_by__department")
        is_completed = getattr(measure, "status", "") == MeasureStatus.COMPLETED
        return {
            "comments": [each for each in comments if timezone.localdate(each.written_at) <= self.day],
            "comment_form": (kwargs.get("comment_form") or self.comment_form(measure)) if may_write else None,
            "may_change": acts and may_review(user),
            "may_reopen": acts and may_review(user) and is_completed,
            "may_file": acts and may_report(user, lead=measure.lead_department_id),
        }

    def change(self, measure: Any, verdict: MeasureLight, limits: Thresholds) -> MeasureChange | None:
        """What it was on the day that is compared with, if there is one."""
        if not self.compared:
            return None
        measure.light = verdict.light
        return measure_changes([measure], self.compared, limits=limits)[0]

    def comment_form(self, measure: Measure) -> CommentForm:
        return CommentForm(initial=restore_input(self.request, reverse("measures:comment", args=[measure.code])))

    def as_of_day(self, measure: Any, limits: Thresholds) -> dict[str, Any]:
        """What was so on the day, by what is known now."""
        verdict = light_of(
            status=measure.status,
            due_on=measure.due_on,
            listed_on=measure.listed_on,
            last_report_on=measure.last_report_on,
            on=self.day,
            limits=limits,
        )
        names = may_see_names(self.request.user)
        changes = measure.status_changes.filter(effective_on__lte=self.day).select_related("superseded_by")
        if names:
            changes = changes.select_related("recorded_by")
        history = [HistoryRow(change, hasattr(change, "superseded_by")) for change in history_order(changes)]
        points = [StatusPoint(row.change.effective_on, row.change.status, row.is_superseded) for row in history]
        reports = Report.objects.accepted().filter(measure=measure, submitted_on__lte=self.day)
        # Evidence is for those with an account.
        may_see_evidence = self.request.user.is_authenticated
        if may_see_evidence:
            reports = reports.prefetch_related("evidence")
        if names:
            reports = reports.select_related("submitted_by", "decided_by")
        filed = list(reports)
        projects = measure.projects.filter(listed_on__lte=self.day).order_by("code")
        return {
            "verdict": verdict,
            "reason": light_reason(verdict),
            "due_flag": due_flag(measure, self.day),
            "history": history,
            "charts": {"status": status_history_chart(points, measure.due_on, self.day)},
            "reports": filed[:OPEN_REPORTS],
            "earlier_reports": filed[OPEN_REPORTS:],
            "may_see_evidence": may_see_evidence,
            "may_see_names": names,
            "change": self.change(measure, verdict, limits),
            "projects": projects[:NAMED_PROJECTS],
            "project_count": projects.count(),
            "named_projects": NAMED_PROJECTS,
            "indicators": measure.indicators.all(),
        }


class CommentOnMeasure(MeasureDetail):
    """Takes a comment; a refused one comes back on the measure's page, with what was typed."""

    restored_fields = ("text",)

    def may_open(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated

    def asked_day(self, request: HttpRequest) -> date:
        return today()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.urlencode()
        return redirect(reverse("measures:detail", args=[kwargs["code"]]) + (f"?{query}" if query else ""))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        measure = get_object_or_404(Measure, code=kwargs["code"])
        participating = measure.participating_departments.values_list("pk", flat=True)
        by = signed_in(request.user)
        if not may_comment(by, lead=measure.lead_department_id, participating=list(participating)):
            raise PermissionDenied
        form = CommentForm(request.POST)
        if form.is_valid():
            try:
                add_comment(measure, by=by, text=form.cleaned_data["text"])
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The comment was added"))
                return redirect(f"{measure.get_absolute_url()}#comments")
        return self.render_to_response(self.get_context_data(comment_form=form, **kwargs))


class LightsRule(ReadingView):
    """The rule of the lights, with the thresholds in force."""

    template_name = "measures/lights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(limits=thresholds(), overdue=OVERDUE, lights=list(reversed(Light)), **kwargs)
