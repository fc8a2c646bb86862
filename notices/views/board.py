"""The month's board: which departments have reported, and reminders to those that have not."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Department
from accounts.permissions import may_review, signed_in
from accounts.rules import REVIEW_READERS, REVIEWERS
from core.exceptions import NotAllowed
from core.periods import month_of, next_month
from measures.addresses import month_url
from measures.filters import asked_plan
from measures.problem_rows import overdue_by_department
from measures.reporting_months import late_months
from notices.reminders import BoardRow, month_board, remind_department
from reporting.months import reports_due_on
from web.days import asked_month
from web.html.links import named_plan, query_of
from web.language import localized
from web.views import TodayView


class BoardPage(TodayView):
    template_name = "notices/board.html"
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
        return redirect(query_of(reverse("notices:board"), plan=named_plan(request.GET)))

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
        return redirect(month_url("notices:board", month, plan=plan))

    def remind(self, department: Department, *, plan: Any, month: date) -> int | None:
        """How many people were reminded; None where it was refused, which a message says."""
        try:
            return remind_department(department, by=signed_in(self.request.user), plan=plan, period=month)
        except NotAllowed as refusal:
            values = {"code": localized(department, "short"), "reason": refusal}
            messages.error(self.request, _("%(code)s: %(reason)s") % values)
            return None
