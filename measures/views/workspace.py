"""The workspace of a lead department, and which workspace a person has."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access_rules import DEPARTMENT_REPORTERS, REPORTERS, asks
from accounts.permissions import signed_in
from measures.addresses import month_url
from measures.filing import report_no_change
from measures.filters import MINE, asked_plan, asked_whose
from measures.forms import MonthFileForm
from measures.models import Measure
from measures.workspace import load_workspace
from reporting.doubts import Doubtful
from reporting.months import month_page
from reporting.wording import format_ended, format_missing, format_months
from web.days import asked_month
from web.html.links import named_plan, query_of, query_with
from web.limits import thresholds
from web.lists.listing import MAX_PAGE_SIZE
from web.views import TodayView


@asks(read=REPORTERS)
def workspace(request: HttpRequest) -> HttpResponseBase:
    """Show the workspace of a city to its reporters; that of a department to all others. Rooms above make both."""
    of_city = request.user.is_authenticated and request.user.reports_for_city
    page = import_string(settings.CITY_WORKSPACE if of_city else settings.DEPARTMENT_WORKSPACE)
    response: HttpResponseBase = page.as_view()(request)
    return response


class WorkspacePage(TodayView):
    template_name = "measures/workspace.html"
    # Codes of measures for which "no change" was refused, with the reason.
    failures: dict[str, str] = {}
    # Whether one was refused because it was unlikely.
    is_doubtful = False
    permission = write_permission = DEPARTMENT_REPORTERS

    def asked_month(self) -> date:
        return asked_month(self.request.POST.get("period", "") or self.request.GET.get("period", ""))

    def switch(self, whose: str) -> list[dict[str, Any]]:
        """Return the links that switch between what the person looks after and all that the department leads."""
        page, params = reverse("measures:workspace"), self.request.GET
        return [
            {"label": label, "url": page + query_with(params, whose=value), "is_chosen": whose == value}
            for value, label in (("", _("All of the department")), (MINE, _("What I look after")))
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = signed_in(self.request.user)
        assert user.department is not None
        month, whose = self.asked_month(), asked_whose(self.request)
        plan = asked_plan(self.request)
        work = load_workspace(
            user.department,
            plan=plan,
            month=month,
            day=self.day,
            limits=thresholds(),
            kept_by=user if whose == MINE else None,
        )
        for row in work.rows:
            row.failure = self.failures.get(row.measure.code, "") if row.month == month else ""
            row.ends_text = format_months(row.ends, day=self.day) if row.ends else ""
        return super().get_context_data(
            work=work,
            late_text=format_missing(work.late, day=self.day),
            ends_text=format_ended(work.ends, day=self.day),
            groups=work.groups,
            whose=whose,
            file_form=MonthFileForm(),
            switch=self.switch(whose),
            all_ticked=self.request.GET.get("ticked") == "all",
            is_doubtful=self.is_doubtful,
            can_file=any(row.can_file_no_change for row in work.rows),
            department=user.department,
            **month_page(month, starts_on=plan.starts_on if plan else None, day=self.day),
            **kwargs,
        )


class NoChange(WorkspacePage):
    """Files "no change" for each measure named; shows the workspace again where one was refused."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(query_of(reverse("measures:workspace"), plan=named_plan(request.GET)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        month = self.asked_month()
        codes = request.POST.getlist("measure")[:MAX_PAGE_SIZE]
        plan = asked_plan(request)
        measures = Measure.objects.in_plan(plan).filter(code__in=codes).order_by("pk")
        answers = dict.fromkeys(request.POST.getlist("confirmed"), "")
        outcomes = report_no_change(measures, by=signed_in(request.user), period=month, answers=answers)
        self.is_doubtful = any(isinstance(each.refusal, Doubtful) for each in outcomes)
        if not outcomes:
            messages.error(request, _("Select at least one measure."))
        filed = sum(outcome.ok for outcome in outcomes)
        if filed:
            text = ngettext(
                "%(count)s report submitted: no change this month",
                "%(count)s reports submitted: no change this month",
                filed,
            )
            messages.success(request, text % {"count": filed})
        self.failures = {outcome.subject.code: outcome.reason for outcome in outcomes if not outcome.ok}
        if not self.failures:
            return redirect(month_url("measures:workspace", month, plan=plan, whose=asked_whose(request)))
        context = self.get_context_data(**kwargs)
        self.tell_failures({row.measure.code for row in context["work"].rows})
        return self.render_to_response(context)

    def tell_failures(self, shown: Collection[str]) -> None:
        """The reason stands in the measure's row, or in a message where the page does not show the measure."""
        for code, reason in self.failures.items():
            if code not in shown:
                messages.error(self.request, _("%(code)s: %(reason)s") % {"code": code, "reason": reason})
        text = ngettext(
            "%(count)s report was not submitted; the reason is in its row",
            "%(count)s reports were not submitted; the reason is in each row",
            len(self.failures),
        )
        messages.error(self.request, text % {"count": len(self.failures)})
