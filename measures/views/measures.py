"""Reading pages about measures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.access_rules import ACCOUNTS, COMMENTATORS, READERS, Facts
from accounts.permissions import (
    may_assign,
    may_comment,
    may_report,
    may_review,
    may_see_names,
    may_see_owners,
    may_see_report,
    signed_in,
)
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import OVERDUE, Light
from core.scope import PlanScope, out_since
from core.scoped import scope_of
from core.statuses import MeasureStatus
from measures.charts.status_history import status_history_chart
from measures.comparison import MeasureChange, light_on, measure_changes
from measures.editing.forms import CommentForm
from measures.editing.terms_history import summarize_terms, term_rows
from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_list_comparison, asked_plan
from measures.light_months import LightMonth, light_months
from measures.models import Measure, Report, StatusChange
from measures.rules import is_completion
from measures.services import add_comment
from measures.wording import due_note, light_note, light_reason
from reporting.steps import step_rows
from web.charts.chart import Chart
from web.charts.steps import Step
from web.days import half_year_before, quarter_after
from web.errors import add_refusal
from web.html.links import query_of, query_with
from web.html.sources import source_link
from web.language import local_columns
from web.limits import thresholds
from web.lists.filters import asks_for_scope
from web.unsaved_input import labels_of
from web.values import asked_values
from web.views import ListPageView, PageView, QuickChoice, Share

OPEN_REPORTS = 3
NAMED_PROJECTS = 5


class MeasureRow(NamedTuple):
    """`note`: why the light is not green, or that the measure is out and has none."""

    measure: Measure
    light: Light | None
    note: str


class MeasureList(ListPageView):
    shows_totals = True
    template_name = "measures/measure_list.html"
    filterset_class = MeasureFilter
    orderings = MEASURE_ORDERINGS
    default_ordering = "code"

    def asked_comparison(self, request: HttpRequest) -> date | None:
        return asked_list_comparison(request, self.day)

    def get_queryset(self) -> QuerySet[Measure]:
        self.plan = asked_plan(self.request)
        asked = Measure.objects.in_plan(self.plan).of_asked_scope(self.day, is_asked=asks_for_scope(self.request))
        measures = asked.with_status(self.day).with_last_report(self.day)
        # The light as the database finds it repeats the status a dozen times, in a statement that takes longer to write
        # than all rows: it is asked for by what needs it there. Rows have the same one from `light_of`.
        if any(self.request.GET.getlist("light")) or self.request.GET.get("ordering", "").removeprefix("-") == "light":
            measures = measures.with_light(self.day, limits=thresholds())
        return measures.with_status_then(self.compared) if self.compared else measures

    def count(self, rows: Any) -> int:
        """Count the rows by status and by lead department, in one query."""
        lead = [f"lead_department__{name}" for name in ("number", "slug", *local_columns("short"))]
        groups = rows.order_by().values_list("status", *lead).annotate(rows=Count("pk"))
        self.by_status, self.by_lead = Counter[str](), Counter[tuple[int, str, str]]()
        for status, place, slug, *names, number in groups:
            self.by_status[status] += number
            self.by_lead[place, slug, next(filter(None, names))] += number
        return self.by_status.total()

    @property
    def shows_filings(self) -> bool:  # type: ignore[override]
        return "owing" in self.request.GET

    def quick_choices(self) -> list[QuickChoice]:
        choices = []
        if quarter := quarter_after(self.day):
            choices.append(QuickChoice(_("Due next quarter"), {"due_from": quarter[0], "due_to": quarter[1]}))
        choices.append(QuickChoice(_("Rated red"), {"light": Light.RED.value}))
        if earlier := half_year_before(self.day):
            choices.append(QuickChoice(_("Status unchanged for six months"), {"unchanged_since": earlier}))
        return choices

    def rows(self, measures: QuerySet[Any, Any]) -> list[MeasureRow]:
        lights = [(each, light_on(each, self.day)) for each in measures.select_related("lead_department")]
        return [
            MeasureRow(each, light.light, light_note(light))
            if light
            else MeasureRow(each, None, str(PlanScope(each.scope).label))
            for each, light in lights
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = {status: self.by_status.get(status, 0) for status in MeasureStatus.values}
        sentence = _("%(completed)s completed, %(in_progress)s with progress made, %(promoting)s under way")
        return context | {
            "plan": self.plan,
            "rows": self.rows(context["page"].object_list),
            "counts": sentence % counts,
            "shares_label": _("By lead department"),
            "shares": [
                Share(name, number, query_with(self.request.GET, department=slug))
                for (_place, slug, name), number in sorted(self.by_lead.items(), key=lambda each: (-each[1], each[0]))
            ],
            "changed": context["listing"].rows.changed().count() if self.compared else 0,
            "only_changed": asked_values(self.request.GET, "changed") == ["yes"],
            "is_before_plan": self.plan is not None and self.day < self.plan.starts_on,
        }


class HistoryRow(NamedTuple):
    change: StatusChange
    is_superseded: bool


def history_rows(changes: Iterable[StatusChange]) -> list[HistoryRow]:
    """Return the rows of the changes in the order given, but below each correction the change that it supersedes."""
    by_id = {change.pk: change for change in changes}
    replaced = {change.supersedes_id for change in by_id.values()}
    rows = []
    for change in by_id.values():
        shown: StatusChange | None = None if change.pk in replaced else change
        while shown is not None:
            # Also by a correction that takes effect after the last of these changes.
            rows.append(HistoryRow(shown, is_superseded=hasattr(shown, "superseded_by")))
            shown = by_id.get(shown.supersedes_id) if shown.supersedes_id else None
    return rows


class StatusContext(NamedTuple):
    """The light of the day, as `reason` and `due_note` explain it, and how the status came about. `left`: the change by
    which the measure left the plan; `predecessor_changes`: those by which it took over from others; `months`: its
    lights by month; `change`: since the earlier day."""

    reason: str
    due_note: str
    scope_changes: list[Any]
    left: Any
    predecessor_changes: QuerySet[Any]
    history: list[HistoryRow]
    months: list[LightMonth]
    charts: dict[str, Chart]
    may_see_names: bool
    change: MeasureChange | None


class ReportsContext(NamedTuple):
    """The accepted reports of a measure, the newest first; the earlier ones are folded."""

    reports: list[Any]
    earlier_reports: list[Any]
    may_see_evidence: bool


class LinkContext(NamedTuple):
    """The links of a measure: the first `named_projects` of its `project_count` projects, and its indicators."""

    projects: QuerySet[Any]
    project_count: int
    indicators: QuerySet[Any]
    named_projects: int = NAMED_PROJECTS


class ActionContext(NamedTuple):
    """The comments on a measure, what the reader may do, and whether they see who looks after it now."""

    comments: Sequence[Any] = ()
    comment_form: CommentForm | None = None
    may_change: bool = False
    may_reopen: bool = False
    may_file: bool = False
    shows_owners: bool = False
    may_assign: bool = False


class MeasureDetail(PageView):
    permission = READERS
    shows_filings = False
    template_name = "measures/measure_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = asked_plan(self.request)
        measures = Measure.objects.in_plan(plan).select_related("section", "lead_department")
        measures = measures.annotate(scope=scope_of(Measure, self.day))
        measures = measures.with_status(self.day).with_last_report(self.day)
        measure: Any = get_object_or_404(measures, code=kwargs["code"])
        assert plan is not None
        measure.plan = plan
        terms = term_rows(measure)
        context = super().get_context_data(
            measure=measure,
            plan=plan,
            in_plan=query_of("", plan=plan.link_slug),
            is_listed=measure.listed_on <= self.day,
            can_show_listing=measure.listed_on <= today(),
            source=source_link(measure.source),
            participating=measure.participating_departments.all(),
            terms=terms,
            moved=summarize_terms(terms),
            **kwargs,
        )
        if context["is_listed"]:
            reports = self.report_context(measure)
            context |= self.status_context(measure, reports)._asdict() | reports._asdict()
            context |= self.link_context(measure)._asdict() | self.action_context(measure, **kwargs)._asdict()
        return context

    def status_context(self, measure: Any, reports: ReportsContext) -> StatusContext:
        """Status and light of the day, by what is known now, and how the status came about."""
        light = light_on(measure, self.day)
        names = may_see_names(self.request.user)
        changes = measure.status_changes.filter(effective_on__lte=self.day).select_related("superseded_by")
        scope_changes = measure.scope_changes.filter(effective_on__lte=self.day).prefetch_related("successors")
        scope_changes = list(scope_changes.select_related("recorded_by") if names else scope_changes)
        history = history_rows(changes.select_related("recorded_by") if names else changes)
        points = [Step(row.change.effective_on, row.change.status, row.is_superseded) for row in history]
        measure.light = light and light.light
        since = measure_changes([measure], self.compared, limits=thresholds())[0] if self.compared else None
        return StatusContext(
            reason=light_reason(light) if light else "",
            due_note=due_note(measure, self.day) if light else "",
            scope_changes=scope_changes,
            left=out_since(scope_changes, on=self.day),
            predecessor_changes=measure.predecessor_changes.in_force(self.day).select_related("measure"),
            history=history,
            months=light_months(
                measure,
                [row.change for row in reversed(history) if not row.is_superseded],
                scope_changes=scope_changes,
                reported=sorted(each.submitted_on for each in (*reports.reports, *reports.earlier_reports)),
                until=self.day,
                limits=thresholds(),
            ),
            charts={"status": status_history_chart(points, measure.due_on, self.day)},
            may_see_names=names,
            change=since,
        )

    def report_context(self, measure: Measure) -> ReportsContext:
        """Accepted reports. Evidence is for those with an account."""
        reports = Report.objects.accepted().filter(measure=measure, submitted_on__lte=self.day)
        may_see_evidence = self.request.user.is_authenticated
        if may_see_evidence:
            reports = reports.prefetch_related("evidence")
        if may_see_names(self.request.user):
            reports = reports.select_related("submitted_by", "decided_by")
        user = self.request.user
        if user.is_authenticated:
            reports = reports.prefetch_related("steps__made_by", "department__merged_into")
        accepted: list[Any] = list(reports)
        for report in accepted if user.is_authenticated else ():
            if may_see_report(user, department=report.readers_department_id, is_accepted=False):
                report.life = step_rows(report)
        return ReportsContext(accepted[:OPEN_REPORTS], accepted[OPEN_REPORTS:], may_see_evidence)

    def link_context(self, measure: Any) -> LinkContext:
        projects = measure.projects.in_scope(self.day).order_by("position", "code")
        return LinkContext(projects[:NAMED_PROJECTS], projects.count(), measure.indicators.all())

    def action_context(self, measure: Any, **kwargs: Any) -> ActionContext:
        """People act today: a page of another day offers nothing."""
        user = self.request.user
        if not user.is_authenticated:
            return ActionContext()
        is_today, lead = self.day == today(), measure.lead_department_id
        participating = [department.pk for department in measure.participating_departments.all()]
        may_write = is_today and may_comment(user, lead=lead, participating=participating)
        comments = measure.comments.select_related("written_by__department", "written_by__city")
        may_change, is_in_plan = is_today and may_review(user), measure.scope == PlanScope.IN_PLAN
        return ActionContext(
            comments=[each for each in comments if timezone.localdate(each.written_at) <= self.day],
            comment_form=(kwargs.get("comment_form") or CommentForm()) if may_write else None,
            may_change=may_change,
            may_reopen=all((may_change, is_in_plan, is_completion(measure.status))),
            may_file=all((is_today, is_in_plan, may_report(user, lead=lead))),
            shows_owners=may_see_owners(user, lead=lead),
            may_assign=is_today and may_see_owners(user, lead=lead) and may_assign(user, lead=lead),
        )


class CommentOnMeasure(MeasureDetail):
    """Takes a comment; a refused one comes back on the measure's page, with what was typed."""

    typed_fields = labels_of(CommentForm, "text")
    permission = ACCOUNTS
    write_permission = COMMENTATORS

    @cached_property
    def commented(self) -> Measure:
        return get_object_or_404(Measure.objects.in_plan(asked_plan(self.request)), code=self.kwargs["code"])

    def write_permission_facts(self) -> Facts:
        participating = self.commented.participating_departments.values_list("pk", flat=True)
        return {"lead": self.commented.lead_department_id, "participating": list(participating)}

    def asked_day(self, request: HttpRequest) -> date:
        return today()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.urlencode()
        return redirect(reverse("measures:detail", args=[kwargs["code"]]) + (f"?{query}" if query else ""))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        measure, by = self.commented, signed_in(request.user)
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


class LightsRule(PageView):
    """The rule of the lights, with the thresholds in force."""

    permission = READERS
    template_name = "measures/lights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(limits=thresholds(), overdue=OVERDUE, lights=list(reversed(Light)), **kwargs)
