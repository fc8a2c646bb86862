"""Reading pages about measures."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_plan
from measures.models import Measure, Report, StatusChange
from reporting.clock import today
from reporting.lights import Light, Thresholds, Verdict, light_of, thresholds
from reporting.statuses import MeasureStatus
from web.charts import StatusStep, status_steps
from web.sources import named_source
from web.views import ListPage, ReadingView

OPEN_REPORTS = 3
NAMED_PROJECTS = 5


def days_late(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


class MeasureList(ListPage):
    template_name = "measures/measure_list.html"
    filterset_class = MeasureFilter
    orderings = MEASURE_ORDERINGS
    default_ordering = "code"

    def get_queryset(self) -> QuerySet[Measure]:
        self.plan = asked_plan(self.request)
        measures = Measure.objects.in_plan(self.plan).as_of(self.day, limits=thresholds())
        return measures.select_related("lead_department")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = dict.fromkeys(MeasureStatus.values, 0)
        by_status = context["listing"].rows.order_by().values_list("status").annotate(number=Count("pk"))
        counts.update((status, number) for status, number in by_status if status)
        sentence = _("%(completed)s completed, %(in_progress)s in progress, %(promoting)s being promoted")
        rows = [
            {
                "measure": each,
                "late": days_late((self.day - each.due_on).days) if each.light == Light.RED else "",
            }
            for each in context["page"]
        ]
        return context | {
            "plan": self.plan,
            "rows": rows,
            "counts": sentence % counts,
            "is_before_plan": self.plan is not None and self.day < self.plan.starts_on,
        }


def light_reason(verdict: Verdict) -> str:
    """Why, in words; for an overdue measure also by how many days."""
    if verdict.rule != "overdue":
        return str(verdict.reason)
    return _("%(reason)s, %(late)s") % {"reason": verdict.reason, "late": days_late(verdict.days)}


def due_flag(measure: Any, on: date) -> str:
    if measure.due_on is None or measure.status == MeasureStatus.COMPLETED:
        return ""
    if measure.due_on < on:
        return _("Overdue")
    return _("Due in %(days)s days") % {"days": (measure.due_on - on).days}


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
        return context | self.as_of_day(measure, thresholds()) if is_listed else context

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
        changes = measure.status_changes.filter(effective_on__lte=self.day).select_related("superseded_by")
        history = [HistoryRow(change, hasattr(change, "superseded_by")) for change in history_order(changes)]
        steps = [StatusStep(row.change.effective_on, row.change.status, row.is_superseded) for row in history]
        reports = Report.objects.accepted().filter(measure=measure, submitted_on__lte=self.day)
        # Evidence is for those with an account.
        may_see_evidence = self.request.user.is_authenticated
        if may_see_evidence:
            reports = reports.prefetch_related("evidence")
        filed = list(reports)
        projects = measure.projects.filter(listed_on__lte=self.day).order_by("code")
        return {
            "verdict": verdict,
            "reason": light_reason(verdict),
            "due_flag": due_flag(measure, self.day),
            "history": history,
            "chart": status_steps(steps, measure.due_on, self.day),
            "reports": filed[:OPEN_REPORTS],
            "earlier_reports": filed[OPEN_REPORTS:],
            "may_see_evidence": may_see_evidence,
            "projects": projects[:NAMED_PROJECTS],
            "project_count": projects.count(),
            "named_projects": NAMED_PROJECTS,
            "indicators": measure.indicators.all(),
        }


class LightsRule(ReadingView):
    """The rule of the lights, with the thresholds in force."""

    template_name = "measures/lights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(limits=thresholds(), lights=list(reversed(Light)), **kwargs)
