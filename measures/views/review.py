"""The reviewing office: reports that wait, and the month's board."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.models import Department
from accounts.permissions import may_review, signed_in
from accounts.rules import REVIEW_READERS, REVIEWERS
from core.exceptions import NotAllowed
from core.periods import month_of, next_month
from core.texts import MAX_REASON_LENGTH
from measures.addresses import month_url
from measures.filters import asked_plan, sections_of_asked_plan
from measures.models import Report
from measures.notices import remind_department
from measures.office.acceptances import undo_acceptance
from measures.problem_rows import overdue_by_department, waiting_for_office
from measures.reporting_months import late_months, month_board
from measures.reports import accept_reports, return_report
from measures.review import AcceptedRow, ReviewRow, review_rows, waiting_reports
from reporting.months import BoardRow, reports_due_on
from web.days import asked_month
from web.errors import not_one_of
from web.html.links import named_plan, query_of
from web.language import localized
from web.lists.filters import SlugFilter
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import FilteredListView, TodayView


class WaitingReportFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    department = SlugFilter(
        field_name="measure__lead_department",
        queryset=Department.objects.all(),
        label=gettext_lazy("Lead department"),
    )
    section = SlugFilter(
        field_name="measure__section", queryset=sections_of_asked_plan, label=gettext_lazy("Priority area")
    )

    class Meta:
        model = Report
        fields: list[str] = []


class ReviewPage(TodayView, FilteredListView):
    template_name = "measures/review.html"
    filterset_class = WaitingReportFilter
    orderings = {"submitted_on": ["submitted_on", "submitted_at"]}
    default_ordering = "submitted_on"
    # Report id -> why it was refused; and the words typed for a return.
    refusals: dict[int, str] = {}
    notes: dict[int, str] = {}
    permission = REVIEW_READERS

    def get_queryset(self) -> QuerySet[Report]:
        return waiting_reports(asked_plan(self.request), day=self.day).prefetch_related("evidence")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows, accepted = review_rows(context["page"], plan=asked_plan(self.request), day=self.day)
        for row in rows:
            row.refusal = self.refusals.get(row.report.pk, "")
            row.note = self.notes.get(row.report.pk)
        undoing = self.request.POST.get("decision") == "undo_acceptance"
        for each in accepted if undoing else ():
            each.refusal = self.refusals.get(each.report.pk, "")
            each.note = self.notes.get(each.report.pk, "")
        return context | {
            "rows": rows,
            "waiting_problems": waiting_for_office(asked_plan(self.request), on=self.day),
            "may_decide": may_review(self.request.user),
            "accepted_today": accepted,
            "all_ticked": self.request.GET.get("ticked") == "all",
            "query": self.request.GET.urlencode(),
            "max_reason_length": MAX_REASON_LENGTH,
        }


class Decide(ReviewPage):
    """Accepts or returns one report, or accepts those ticked. What is refused is shown in its row."""

    typed_fields = {"note": pgettext_lazy("acceptance", "Reason")}
    permission = write_permission = REVIEWERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.list_url())

    def list_url(self) -> str:
        query = self.request.GET.copy()
        # After a decision there may be fewer pages.
        for name in ("page", "ticked"):
            query.pop(name, None)
        return reverse("measures:review") + (f"?{query.urlencode()}" if query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        decision = request.POST.get("decision", "")
        ids = row_ids(request.POST.getlist("report")[:MAX_PAGE_SIZE])
        # By measure: two people who accept many at once lock them in the same order.
        found = Report.objects.filter(pk__in=ids).select_related("measure")
        reports = list(found.order_by("measure", "submitted_on", "pk"))
        if not reports:
            messages.error(request, _("Select at least one report."))
        elif decision == "accept":
            self.accept(reports)
        elif decision == "return":
            self.decide_one(reports[0], return_report, done=_("Report returned"))
        elif decision == "undo_acceptance":
            self.decide_one(reports[0], undo_acceptance, done=_("The acceptance was undone; the report waits again"))
        else:
            messages.error(request, not_one_of(("accept", "return", "undo_acceptance")))
        if not self.refusals:
            return redirect(self.list_url())
        context = self.get_context_data(**kwargs)
        shown = context["accepted_today"] if decision == "undo_acceptance" else context["rows"]
        self.add_unlisted_refusals(reports, shown)
        return self.render_to_response(context)

    def accept(self, reports: list[Report]) -> None:
        by = signed_in(self.request.user)
        outcomes = accept_reports(reports, by=by)
        accepted = sum(outcome.ok for outcome in outcomes)
        self.refusals = {outcome.subject.pk: outcome.reason for outcome in outcomes if not outcome.ok}
        if accepted == 1 and len(reports) == 1:
            messages.success(self.request, _("Report accepted"))
        elif accepted:
            sentence = ngettext("%(count)s report accepted", "%(count)s reports accepted", accepted)
            messages.success(self.request, sentence % {"count": accepted})

    def decide_one(self, report: Report, decide: Callable[..., object], *, done: str) -> None:
        """A decision that needs words."""
        note = self.request.POST.get("note", "")
        try:
            decide(report, by=signed_in(self.request.user), note=note)
        except NotAllowed as refusal:
            self.refusals, self.notes = {report.pk: str(refusal)}, {report.pk: note}
        else:
            messages.success(self.request, done)

    def add_unlisted_refusals(self, reports: list[Report], rows: Iterable[ReviewRow | AcceptedRow]) -> None:
        """Messages for refused reports that are no longer in the list: they have no row to show the reason in."""
        shown = {row.report.pk for row in rows}
        for report in reports:
            if report.pk in self.refusals and report.pk not in shown:
                values = {"code": report.measure.code, "reason": self.refusals[report.pk]}
                sentence = _("%(code)s: %(reason)s") % values
                if note := self.notes.get(report.pk, "").strip():
                    sentence = _("%(sentence)s. Your words were: %(note)s") % {"sentence": sentence, "note": note}
                messages.error(self.request, sentence)


class BoardPage(TodayView):
    template_name = "measures/board.html"
    permission = REVIEW_READERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month, plan = asked_month(self.request.GET.get("period", "")), asked_plan(self.request)
        rows = month_board(plan, month=month, day=self.day)
        shown = self.shown_rows(rows, plan=plan, month=month)
        due_on, after = reports_due_on(month), next_month(month)
        return super().get_context_data(
            rows=shown,
            overdue_problems=sum(each["overdue_problems"] for each in shown),
            late=late_months(plan, day=self.day),
            counts={state: sum(row.state == state for row in rows) for state in ("all", "some", "none")},
            owed=sum(row.month.owed for row in rows),
            filed=sum(row.month.filed for row in rows),
            missing=sum(row.month.missing for row in rows),
            can_remind=any(each["can_remind"] for each in shown),
            may_remind=may_review(self.request.user),
            month=month,
            due_on=due_on,
            is_past_due=self.day > due_on,
            month_before=month_of(month - timedelta(days=1)) if plan and month > plan.starts_on else None,
            month_after=after if after is not None and after <= self.day else None,
            **kwargs,
        )

    def shown_rows(self, rows: Iterable[BoardRow], *, plan: Any, month: date) -> list[dict[str, Any]]:
        overdue_problems = overdue_by_department(plan, on=self.day)
        return [
            {
                "row": row,
                "late": row.month.days_late(month, day=self.day),
                "can_remind": self.can_remind(row),
                "overdue_problems": overdue_problems[row.department.pk],
            }
            for row in rows
        ]

    def can_remind(self, row: BoardRow) -> bool:
        return may_review(self.request.user) and not row.month.is_reported and row.reminded_on != self.day


class Remind(BoardPage):
    """Reminds one department by its slug, or `all` that have not reported and were not reminded today."""

    permission = write_permission = REVIEWERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(query_of(reverse("measures:board"), plan=named_plan(request.GET)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        month, plan = asked_month(request.POST.get("period", "")), asked_plan(request)
        asked = request.POST.get("department", "")
        rows = month_board(plan, month=month, day=self.day)
        if asked == "all":
            rows = [row for row in rows if self.can_remind(row)]
        else:
            rows = [row for row in rows if row.department.slug == asked]
        if not rows:
            messages.error(request, _("There is no department to remind."))
        reminded, without = 0, []
        for row in rows:
            number = self.remind(row.department, plan=plan, month=month)
            if number == 0:
                without.append(localized(row.department, "short"))
            reminded += number or 0
        if without:
            names = pgettext("between items", ", ").join(without)
            messages.error(request, _("Without a reporter to remind: %(departments)s") % {"departments": names})
        if reminded:
            sentence = ngettext("%(count)s person was reminded", "%(count)s people were reminded", reminded)
            messages.success(request, sentence % {"count": reminded})
        return redirect(month_url("measures:board", month, plan=plan))

    def remind(self, department: Department, *, plan: Any, month: date) -> int | None:
        """How many people were reminded; None where it was refused, which a message says."""
        try:
            return remind_department(department, by=signed_in(self.request.user), plan=plan, period=month)
        except NotAllowed as refusal:
            values = {"code": localized(department, "short"), "reason": refusal}
            messages.error(self.request, _("%(code)s: %(reason)s") % values)
            return None
