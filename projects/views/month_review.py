"""The reviewing office: months of projects that wait, and who has filed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.permissions import may_review, may_see_reviews, signed_in
from core.exceptions import NotAllowed
from core.periods import month_of, next_month
from core.texts import MAX_REASON_LENGTH
from measures.filters import asked_plan, members_of_asked_plan
from projects.models import ProjectMonth
from projects.month_review import AcceptedRow, ReviewRow, accepted_on, review_rows, waiting_by_city, waiting_months
from projects.month_work import city_board
from projects.months import accept_months, return_months, undo_month
from reporting.months import reports_due_on
from reporting.services import Outcome
from web.days import asked_month
from web.errors import not_one_of
from web.html.links import query_with
from web.lists.filters import MonthFilter, SlugFilter
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import FilteredListView, Share, TodayView

DECISIONS = ("accept", "return", "undo_acceptance")


class WaitingMonthFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    city = SlugFilter(
        field_name="project__city",
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    period = MonthFilter(field_name="period", label=gettext_lazy("Month"))

    class Meta:
        model = ProjectMonth
        fields: list[str] = []


class MonthReviewPage(TodayView, FilteredListView):
    template_name = "projects/month_review.html"
    filterset_class = WaitingMonthFilter
    orderings = {"city": ["project__city__code", "period", "project__position", "project__code"]}
    default_ordering = "city"
    # The months of three or four cities, to be accepted in one go.
    default_page_size = 100
    # Id of a month -> why it was refused; and the words typed for a return or an undoing.
    refusals: dict[int, str] = {}
    note = ""

    def may_open(self, request: HttpRequest) -> bool:
        return may_see_reviews(request.user)

    def get_queryset(self) -> QuerySet[ProjectMonth]:
        return waiting_months(asked_plan(self.request)).prefetch_related("evidence", "steps__made_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, plan = super().get_context_data(**kwargs), asked_plan(self.request)
        sent = set(self.request.POST.getlist("report"))
        rows, accepted = review_rows(context["page"]), accepted_on(plan, self.day)
        for row in rows:
            row.refusal = self.refusals.get(row.report.pk, "")
            row.is_sent = str(row.report.pk) in sent
        undoes = self.request.POST.get("decision") == "undo_acceptance"
        for each in accepted if undoes else ():
            each.refusal = self.refusals.get(each.report.pk, "")
            each.note = self.note if each.refusal else ""
        params = self.request.GET
        return context | {
            "rows": rows,
            "shares": [
                Share(name, number, query_with(params, city=code, ticked=None))
                for code, name, number in waiting_by_city(plan)
            ],
            "may_decide": may_review(self.request.user),
            "accepted_today": accepted,
            "all_ticked": params.get("ticked") == "all",
            "query": params.urlencode(),
            "max_reason_length": MAX_REASON_LENGTH,
        }


class DecideMonths(MonthReviewPage):
    """Accepts or returns those ticked, or undoes one acceptance. What is refused is shown in its row."""

    typed_fields = {"note": pgettext_lazy("acceptance", "Reason")}
    # Why nothing of a return was done.
    return_refusal = ""

    def may_open(self, request: HttpRequest) -> bool:
        return may_review(request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.list_url())

    def list_url(self) -> str:
        query = self.request.GET.copy()
        # After a decision there may be fewer pages.
        for name in ("page", "ticked"):
            query.pop(name, None)
        return reverse("projects:review") + (f"?{query.urlencode()}" if query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        decision, self.note = request.POST.get("decision", ""), request.POST.get("note", "")
        ids = row_ids(request.POST.getlist("report")[:MAX_PAGE_SIZE])
        # By project: two people who accept many at once lock them in the same order.
        found = ProjectMonth.objects.filter(pk__in=ids).select_related("project__plan")
        months = list(found.order_by("project", "period", "pk"))
        if not months:
            messages.error(request, _("Select at least one report."))
        elif decision == "accept":
            self.accept(months)
        elif decision == "return":
            self.give_back(months)
        elif decision == "undo_acceptance":
            self.undo(months[0])
        else:
            messages.error(request, not_one_of(DECISIONS))
        if not self.refusals and not self.return_refusal:
            return redirect(self.list_url())
        context = self.get_context_data(**kwargs)
        shown = context["accepted_today"] if decision == "undo_acceptance" else context["rows"]
        self.add_unlisted_refusals(months, shown)
        returns = decision == "return"
        context |= {
            "note": self.note if returns else "",
            "return_refusal": self.return_refusal,
            "is_returning": returns,
        }
        return self.render_to_response(context)

    def accept(self, months: list[ProjectMonth]) -> None:
        done = self.keep_refusals(accept_months(months, by=signed_in(self.request.user)))
        if done:
            sentence = ngettext("%(count)s report accepted", "%(count)s reports accepted", done)
            messages.success(self.request, sentence % {"count": done})

    def give_back(self, months: list[ProjectMonth]) -> None:
        if not self.note.strip():
            # Of all of them the same is missing: it is said once, beside the field.
            self.return_refusal = _("Please say why the report is returned")
            return
        done = self.keep_refusals(return_months(months, by=signed_in(self.request.user), note=self.note))
        if done:
            sentence = ngettext("%(count)s report returned", "%(count)s reports returned", done)
            messages.success(self.request, sentence % {"count": done})

    def undo(self, month: ProjectMonth) -> None:
        try:
            undo_month(month, by=signed_in(self.request.user), note=self.note)
        except NotAllowed as refusal:
            self.refusals = {month.pk: str(refusal)}
        else:
            messages.success(self.request, _("The acceptance was undone; the report waits again"))

    def keep_refusals(self, outcomes: Iterable[Outcome[ProjectMonth]]) -> int:
        """How many were not refused."""
        found = list(outcomes)
        self.refusals = {each.subject.pk: each.reason for each in found if not each.ok}
        return len(found) - len(self.refusals)

    def add_unlisted_refusals(self, months: list[ProjectMonth], rows: Iterable[ReviewRow | AcceptedRow]) -> None:
        """Messages for refused months that are no longer in the list: they have no row to show the reason in."""
        shown = {row.report.pk for row in rows}
        for month in months:
            if month.pk in self.refusals and month.pk not in shown:
                values = {"code": month.project.code, "reason": self.refusals[month.pk]}
                messages.error(self.request, _("%(code)s: %(reason)s") % values)


class MonthBoardPage(TodayView):
    template_name = "projects/month_board.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_see_reviews(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month, plan = asked_month(self.request.GET.get("period", "")), asked_plan(self.request)
        rows, due_on, after = city_board(plan, month=month, day=self.day), reports_due_on(month), next_month(month)
        names = ("owed", "filed", "accepted", "returned", "missing", "late")
        return super().get_context_data(
            rows=rows,
            totals={name: sum(getattr(row, name) for row in rows) for name in names},
            month=month,
            due_on=due_on,
            is_past_due=self.day > due_on,
            month_before=month_of(month - timedelta(days=1)) if plan and month > plan.starts_on else None,
            month_after=after if after is not None and after <= self.day else None,
            **kwargs,
        )
