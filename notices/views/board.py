"""The month's boards: which departments and cities have reported, and reminders to those that have not."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.access_rules import REVIEW_READERS, REVIEWERS
from accounts.permissions import may_review, signed_in
from core.exceptions import NotAllowed
from measures.addresses import month_url
from measures.filters import asked_plan
from measures.reporting_months import late_reports, reports_owed
from notices.reminders import BoardRow, month_board, month_board_of_cities, remind_city, remind_department
from problems.rows import overdue_by_department
from projects.months.workspace import late_project_months
from reporting.months import LateMonth, LateReports, month_page, tally
from reporting.wording import format_late, format_tally
from web.days import asked_month
from web.html.links import named_plan, query_of
from web.language import localized
from web.views import TodayView


class MonthBoard(TodayView):
    """The base of the boards of departments and of cities. A board says what is left open below."""

    permission = REVIEW_READERS
    # The name of its address, and what forms call its units.
    board_name: str
    unit_field: str

    def board_rows(self, plan: Any, month: date) -> Sequence[BoardRow[Any]]:
        raise NotImplementedError

    def late_months(self, plan: Any) -> Sequence[LateMonth]:
        raise NotImplementedError

    def shown_rows(self, rows: Sequence[BoardRow[Any]], *, plan: Any, month: date) -> list[dict[str, Any]]:
        return [{"row": row, "can_remind": self.can_remind(row)} for row in rows]

    def totals_of(self, rows: list[dict[str, Any]], month: date) -> dict[str, Any]:
        """Returns the context that the board's template takes besides the rows."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month, plan = asked_month(self.request.GET.get("period", "")), asked_plan(self.request)
        shown = self.shown_rows(self.board_rows(plan, month), plan=plan, month=month)
        return super().get_context_data(
            rows=shown,
            late=self.late_months(plan),
            missing=sum(each["row"].month.missing for each in shown),
            can_remind=any(each["can_remind"] for each in shown),
            may_remind=may_review(self.request.user),
            unit_field=self.unit_field,
            **month_page(month, starts_on=plan.starts_on if plan else None, day=self.day),
            **self.totals_of(shown, month),
            **kwargs,
        )

    def can_remind(self, row: BoardRow[Any]) -> bool:
        return may_review(self.request.user) and not row.month.is_settled and row.reminded_on != self.day


class Reminds(MonthBoard):
    """Reminds one unit by its key, or `all` that have not reported and were not reminded today. It stands before its
    board among the bases."""

    permission = write_permission = REVIEWERS
    nobody: str | Promise
    # A service: how many people were notified, or NotAllowed.
    remind_unit: Callable[..., int]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(query_of(reverse(self.board_name), plan=named_plan(request.GET)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        month, plan = asked_month(request.POST.get("period", "")), asked_plan(request)
        asked = request.POST.get(self.unit_field, "")
        rows = self.board_rows(plan, month)
        if asked == "all":
            rows = [row for row in rows if self.can_remind(row)]
        else:
            rows = [row for row in rows if row.key == asked]
        if not rows:
            messages.error(request, str(self.nobody))
        reminded, without = 0, []
        for row in rows:
            number = self.remind(row.unit, plan=plan, month=month)
            if number == 0:
                without.append(localized(row.unit, "short"))
            reminded += number or 0
        if without:
            names = pgettext("between items", ", ").join(without)
            messages.error(request, _("Without a reporter to remind: %(departments)s") % {"departments": names})
        if reminded:
            sentence = ngettext("%(count)s person was reminded", "%(count)s people were reminded", reminded)
            messages.success(request, sentence % {"count": reminded})
        return redirect(month_url(self.board_name, month, plan=plan))

    def remind(self, unit: Any, *, plan: Any, month: date) -> int | None:
        """How many people were reminded; None where it was refused, which a message says."""
        try:
            return self.remind_unit(unit, by=signed_in(self.request.user), plan=plan, period=month)
        except NotAllowed as refusal:
            values = {"code": localized(unit, "short"), "reason": refusal}
            messages.error(self.request, _("%(code)s: %(reason)s") % values)
            return None


class BoardPage(MonthBoard):
    template_name = "notices/board.html"
    board_name, unit_field = "notices:board", "department"

    def board_rows(self, plan: Any, month: date) -> Sequence[BoardRow[Any]]:
        return month_board(plan, month=month, day=self.day)

    @cached_property
    def late(self) -> LateReports:
        plan = asked_plan(self.request)
        return late_reports(plan, day=self.day, owed=reports_owed(plan, by=self.day))

    def late_months(self, plan: Any) -> Sequence[LateMonth]:
        return self.late.months

    def shown_rows(self, rows: Sequence[BoardRow[Any]], *, plan: Any, month: date) -> list[dict[str, Any]]:
        overdue_problems = overdue_by_department(plan, on=self.day)
        return [
            {
                **each,
                "late": each["row"].month.days_late(month, day=self.day),
                "overdue_problems": overdue_problems[each["row"].unit.pk],
            }
            for each in super().shown_rows(rows, plan=plan, month=month)
        ]

    def totals_of(self, rows: list[dict[str, Any]], month: date) -> dict[str, Any]:
        months = [each["row"].month for each in rows]
        return {
            "late_text": format_late(self.late, day=self.day),
            "tally": format_tally(tally(months, month, day=self.day)),
            "owing": len(months),
            **{name: sum(getattr(each, name) for each in months) for name in ("owed", "filed", "covered")},
            "overdue_problems": sum(each["overdue_problems"] for each in rows),
        }


class Remind(Reminds, BoardPage):
    nobody = gettext_lazy("There is no department to remind.")
    remind_unit = staticmethod(remind_department)


class CityBoardPage(MonthBoard):
    template_name = "notices/city_board.html"
    board_name, unit_field = "notices:city_board", "city"

    def board_rows(self, plan: Any, month: date) -> Sequence[BoardRow[Any]]:
        return month_board_of_cities(plan, month=month, day=self.day)

    def late_months(self, plan: Any) -> list[LateMonth]:
        return late_project_months(plan, day=self.day)

    def totals_of(self, rows: list[dict[str, Any]], month: date) -> dict[str, Any]:
        names = ("owed", "filed", "accepted", "returned", "missing", "late")
        return {"totals": {name: sum(getattr(each["row"].month, name) for each in rows) for name in names}}


class RemindCity(Reminds, CityBoardPage):
    nobody = gettext_lazy("There is no city to remind.")
    remind_unit = staticmethod(remind_city)
