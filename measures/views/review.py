"""The reviewing office: reports that wait, and the month's board."""

from collections.abc import Callable, Iterable
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

from accounts.models import Department
from accounts.permissions import may_review, signed_in
from accounts.rules import REVIEW_READERS, REVIEWERS
from core.exceptions import NotAllowed
from core.texts import MAX_REASON_LENGTH
from measures.filters import asked_plan, sections_of_asked_plan
from measures.models import Report
from measures.office.acceptances import undo_acceptance
from measures.problem_rows import waiting_for_office
from measures.reports import accept_reports, return_report
from measures.review import AcceptedRow, ReviewRow, review_rows, waiting_reports
from web.errors import not_one_of
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
