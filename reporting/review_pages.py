"""The page on which the office decides about many reports of anything: what waits, and what was accepted today."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import User
from accounts.permissions import may_review, signed_in
from accounts.rules import REVIEW_READERS, REVIEWERS
from core.exceptions import NotAllowed
from core.texts import MAX_REASON_LENGTH
from reporting.services import Outcome
from web.errors import not_one_of
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import FilteredListView, Share, TodayView

DECISIONS = ("accept", "return", "undo_acceptance")


class QueuePage(TodayView, FilteredListView):
    """What waits. Its rows, and those of what was accepted today, have `report`, `refusal` (why it was not decided just
    now) and `is_sent` (whether it was ticked in what was sent just now), or `note` (the words of an undoing that
    failed). An app's own says the rest below."""

    # Id of a report -> why it was refused; and the words typed for a return or an undoing.
    refusals: dict[int, str] = {}
    note = ""
    permission = REVIEW_READERS

    def waiting_rows(self, reports: Iterable[Any]) -> Sequence[Any]:
        raise NotImplementedError

    def accepted_rows(self) -> Sequence[Any]:
        """Of those accepted on the day of the page."""
        raise NotImplementedError

    def shares(self) -> list[Share]:
        """How many are of each of those that file."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        sent = set(self.request.POST.getlist("report"))
        rows, accepted = self.waiting_rows(context["page"]), self.accepted_rows()
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
            "shares": self.shares(),
            "may_decide": may_review(self.request.user),
            "accepted_today": accepted,
            "all_ticked": params.get("ticked") == "all",
            "query": params.urlencode(),
            "max_reason_length": MAX_REASON_LENGTH,
        }


class DecidesMany(QueuePage):
    """Accepts or returns those ticked, or undoes one acceptance. What is refused is shown in its row. An app's own
    stands before its QueuePage among the bases, and says the rest below."""

    typed_fields = {"note": pgettext_lazy("acceptance", "Reason")}
    queue_name: str
    # Why nothing of a return was done.
    return_refusal = ""
    permission = write_permission = REVIEWERS

    def find(self, ids: Sequence[int]) -> list[Any]:
        """Ordered by what they are about: two people who accept many at once lock that in the same order."""
        raise NotImplementedError

    def accept_each(self, reports: list[Any], *, by: User) -> list[Outcome[Any]]:
        raise NotImplementedError

    def return_each(self, reports: list[Any], *, by: User, note: str) -> list[Outcome[Any]]:
        raise NotImplementedError

    def undo_one(self, report: Any, *, by: User, note: str) -> object:
        """Raises NotAllowed."""
        raise NotImplementedError

    def name_of(self, report: Any) -> str:
        """Of what it is about, in a message."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.list_url())

    def list_url(self) -> str:
        query = self.request.GET.copy()
        # After a decision there may be fewer pages.
        for name in ("page", "ticked"):
            query.pop(name, None)
        return reverse(self.queue_name) + (f"?{query.urlencode()}" if query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        decision, self.note = request.POST.get("decision", ""), request.POST.get("note", "")
        reports = self.find(row_ids(request.POST.getlist("report")[:MAX_PAGE_SIZE]))
        if not reports:
            messages.error(request, _("Select at least one report."))
        elif decision == "accept":
            self.accept(reports)
        elif decision == "return":
            self.give_back(reports)
        elif decision == "undo_acceptance":
            self.undo(reports[0])
        else:
            messages.error(request, not_one_of(DECISIONS))
        if not self.refusals and not self.return_refusal:
            return redirect(self.list_url())
        context = self.get_context_data(**kwargs)
        shown = context["accepted_today"] if decision == "undo_acceptance" else context["rows"]
        self.add_unlisted_refusals(reports, shown)
        returns = decision == "return"
        context |= {
            "note": self.note if returns else "",
            "return_refusal": self.return_refusal,
            "is_returning": returns,
        }
        return self.render_to_response(context)

    def accept(self, reports: list[Any]) -> None:
        done = self.keep_refusals(self.accept_each(reports, by=signed_in(self.request.user)))
        if done:
            sentence = ngettext("%(count)s report accepted", "%(count)s reports accepted", done)
            messages.success(self.request, sentence % {"count": done})

    def give_back(self, reports: list[Any]) -> None:
        if not self.note.strip():
            # Of all of them the same is missing: it is said once, beside the field.
            self.return_refusal = _("Please say why the report is returned")
            return
        done = self.keep_refusals(self.return_each(reports, by=signed_in(self.request.user), note=self.note))
        if done:
            sentence = ngettext("%(count)s report returned", "%(count)s reports returned", done)
            messages.success(self.request, sentence % {"count": done})

    def undo(self, report: Any) -> None:
        try:
            self.undo_one(report, by=signed_in(self.request.user), note=self.note)
        except NotAllowed as refusal:
            self.refusals = {report.pk: str(refusal)}
        else:
            messages.success(self.request, _("The acceptance was undone; the report waits again"))

    def keep_refusals(self, outcomes: list[Outcome[Any]]) -> int:
        """How many were not refused."""
        self.refusals = {each.subject.pk: each.reason for each in outcomes if not each.ok}
        return len(outcomes) - len(self.refusals)

    def add_unlisted_refusals(self, reports: list[Any], rows: Iterable[Any]) -> None:
        """Messages for refused reports that are no longer in the list: they have no row to show the reason in."""
        shown = {row.report.pk for row in rows}
        for report in reports:
            if report.pk in self.refusals and report.pk not in shown:
                values = {"code": self.name_of(report), "reason": self.refusals[report.pk]}
                messages.error(self.request, _("%(code)s: %(reason)s") % values)
