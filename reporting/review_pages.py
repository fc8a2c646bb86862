"""The page on which the office decides about many reports of anything: what waits, and what was accepted today."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.permissions import may_review, signed_in
from accounts.rules import REVIEW_READERS, REVIEWERS
from core.texts import MAX_REASON_LENGTH
from reporting.models import AbstractFiling
from reporting.review_rows import AcceptedRow, DecisionRow, ReasonOfMany, WaitingRow
from reporting.services import Outcome, decide_as_shown, do_each, return_report
from reporting.steps import Entry, compare_with_step, last_return, step_shown
from web.errors import not_one_of
from web.html.links import query_with
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import FilteredListView, Share, TodayView

# Those that are made with a reason: in the row of one, or the same for all that are ticked.
WITH_REASON = ("return", "undo_acceptance")
DECISIONS = ("accept", *WITH_REASON)


def read_content_keys(raw: Iterable[str]) -> dict[int, str]:
    """Ids of reports and the digests of what they said where they were shown, of the keys that a form sent. Without a
    digest nothing was shown."""
    split = [each.partition("-") for each in raw]
    return {pk: digest for head, _dash, digest in split for pk in row_ids([head])}


class QueuePage(TodayView, FilteredListView):
    """The page of the reports that wait. An app's own says the rest below."""

    # What is fetched with the reports that wait, and with those that were accepted today.
    waiting_with: Sequence[str]
    accepted_with: Sequence[str]
    # Each kind of those that file: the foreign key that leads to it, what names it in addresses, and the filter.
    unit: tuple[str, str, str] | None = None
    model: type[AbstractFiling]
    waiting_rows: Callable[[Iterable[Any]], Sequence[WaitingRow]]
    # Id of a report -> the digest of what was shown of it, and why it was refused; and the words typed.
    sent: Mapping[int, str] = {}
    refusals: Mapping[int, str] = {}
    note = ""
    permission = REVIEW_READERS

    def reports(self) -> Any:
        """Returns all reports that the page is about."""
        raise NotImplementedError

    def get_queryset(self) -> Any:
        waiting = self.reports().waiting().select_related(*self.waiting_with, "submitted_by")
        return waiting.prefetch_related("evidence", "steps__made_by")

    def entries_of(self, report: Any, content: Mapping[str, Any]) -> Iterable[Entry]:
        """Returns the entries that are shown of a content, label by label."""
        raise NotImplementedError

    def unmarked_entries_of(self, report: Any, content: Mapping[str, Any]) -> Iterable[Entry]:
        """Returns those of the entries that the page does not mark where they differ from what was returned."""
        return self.entries_of(report, content)

    def accepted_row(self, report: Any) -> AcceptedRow:
        return AcceptedRow(report=report, name=self.name_of(report))

    def accepted_rows(self) -> list[AcceptedRow]:
        """Returns rows of the reports accepted on the day of the page."""
        accepted = self.reports().accepted_on(self.day).select_related(*self.accepted_with, "decided_by")
        return [self.accepted_row(report) for report in accepted.prefetch_related("evidence")]

    def name_of(self, report: Any) -> str:
        """Returns the name of what the report is about, in a message."""
        raise NotImplementedError

    def shares(self) -> list[Share]:
        """How many are of each of those that file."""
        if self.unit is None:
            return []
        unit, key, filtered = self.unit
        return [
            Share(name, number, query_with(self.request.GET, **{filtered: value}, ticked=None))
            for value, name, number in self.reports().waiting_by(unit, key=key)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows, accepted = self.waiting_rows(context["page"]), self.accepted_rows()
        for each in accepted if self.decision == "undo_acceptance" else rows:
            self._add_answer(each)
        for row in rows:
            self._add_changes(row)
        params = self.request.GET
        return context | {
            "rows": rows,
            "shares": self.shares(),
            "may_decide": may_review(self.request.user),
            "accepted_today": accepted,
            "returned_count": self.reports().returned().count(),
            "all_ticked": params.get("ticked") == "all",
            "accepted_ticked": params.get("ticked") == "accepted",
            "returning": ReasonOfMany(),
            "undoing": ReasonOfMany(),
            "query": params.urlencode(),
            "max_reason_length": MAX_REASON_LENGTH,
        }

    def _add_answer(self, row: DecisionRow) -> None:
        """Adds to the row what became of it in what was sent just now."""
        report = row.report
        row.refusal = self.refusals.get(report.pk, "")
        row.is_sent = report.pk in self.sent and self.sent[report.pk] == report.content_digest
        if row.refusal and self.is_in_row:
            row.note = self.note

    def _add_changes(self, row: WaitingRow) -> None:
        """Adds to the row what changed since the office returned the report, and since it was shown to the person who
        decided just now."""
        report = row.report
        if returned := last_return(report):
            row.since_return = compare_with_step(report, returned, partial(self.unmarked_entries_of, report))
        if row.refusal and not row.is_sent and (shown := step_shown(report, self.sent[report.pk])):
            row.since_shown = compare_with_step(report, shown, partial(self.entries_of, report))

    @property
    def decision(self) -> str:
        return self.request.POST.get("decision", "")

    @property
    def is_in_row(self) -> bool:
        """Returns whether one report was returned, or its acceptance undone, with the form of its own row."""
        return self.decision in WITH_REASON and "in_row" in self.request.POST


class DecidesMany(QueuePage):
    """Accepts or returns those ticked, or undoes their acceptance. What is refused is shown in its row. An app's own
    stands before its QueuePage among the bases, and says the rest below."""

    typed_fields = {"note": pgettext_lazy("acceptance", "Reason")}
    queue_name: str
    # What is fetched with those that are decided, and their order, by what they are about: two people who accept many
    # at once lock that in the same order.
    decided_with: Sequence[str]
    decided_order: Sequence[str]
    # The services of the decisions. Each raises NotAllowed.
    accept_one: Callable[..., object]
    undo_one: Callable[..., object]
    # Why nothing was done with any of those ticked.
    reason_refusal = ""
    permission = write_permission = REVIEWERS

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
        self.sent = read_content_keys(request.POST.getlist("report")[:MAX_PAGE_SIZE])
        sent = self.model._default_manager.filter(pk__in=self.sent).select_related(*self.decided_with)
        reports = list(sent.order_by(*self.decided_order))
        if not reports:
            messages.error(request, _("Select at least one report."))
        elif decision == "accept":
            self.accept(reports)
        elif decision == "return":
            self.give_back(reports)
        elif decision == "undo_acceptance":
            self.undo(reports)
        else:
            messages.error(request, not_one_of(DECISIONS))
        if not self.refusals and not self.reason_refusal:
            return redirect(self.list_url())
        return self.render_to_response(self._refused_context(decision, reports, **kwargs))

    def _refused_context(self, decision: str, reports: list[Any], **kwargs: Any) -> dict[str, Any]:
        context = self.get_context_data(**kwargs)
        undoes = decision == "undo_acceptance"
        self.add_unlisted_refusals(reports, context["accepted_today" if undoes else "rows"])
        if self.is_of_many:
            reason = ReasonOfMany(is_open=True, text=self.note, refusal=self.reason_refusal)
            context["undoing" if undoes else "returning"] = reason
        return context

    def decide(self, reports: list[Any], move: str, service: Callable[..., object], **words: str) -> int:
        """How many of them were decided on as they were shown; why others were not is kept."""
        by = signed_in(self.request.user)

        def decide_one(report: Any) -> None:
            digest = self.sent[report.pk]
            decide_as_shown(report, move, lambda each: service(each, by=by, **words), by=by, digest=digest)

        outcomes: list[Outcome[Any]] = do_each(reports, decide_one)
        self.refusals = {each.subject.pk: each.reason for each in outcomes if not each.ok}
        return len(outcomes) - len(self.refusals)

    def accept(self, reports: list[Any]) -> None:
        if done := self.decide(reports, "accept", self.accept_one):
            sentence = ngettext("%(count)s report accepted", "%(count)s reports accepted", done)
            messages.success(self.request, sentence % {"count": done})

    def lacks_reason(self, reports: list[Any], sentence: str) -> bool:
        """Returns whether nothing is decided, since no reason was given; of many the same is missing: it is said
        once."""
        if self.note.strip():
            return False
        if self.is_of_many:
            self.reason_refusal = sentence
        else:
            self.refusals = {each.pk: sentence for each in reports}
        return True

    def give_back(self, reports: list[Any]) -> None:
        if self.lacks_reason(reports, _("Please say why the report is returned")):
            return
        if done := self.decide(reports, "return", return_report, note=self.note):
            sentence = ngettext("%(count)s report returned", "%(count)s reports returned", done)
            messages.success(self.request, sentence % {"count": done})

    def undo(self, reports: list[Any]) -> None:
        if self.lacks_reason(reports, _("Please say why the acceptance is undone")):
            return
        if done := self.decide(reports, "undo_acceptance", self.undo_one, note=self.note):
            sentence = ngettext(
                "The acceptance was undone; the report waits again",
                "%(count)s acceptances were undone; the reports wait again",
                done,
            )
            messages.success(self.request, sentence % {"count": done})

    def add_unlisted_refusals(self, reports: list[Any], rows: Iterable[WaitingRow | AcceptedRow]) -> None:
        """Messages for refused reports that are no longer in the list: they have no row for the reason, or for the
        words that were typed in one."""
        shown = {row.report.pk for row in rows}
        words = "" if "note" not in self.request.POST else self.note.strip()
        for report in reports:
            if report.pk in self.refusals and report.pk not in shown:
                sentence = _("%(code)s: %(reason)s") % {
                    "code": self.name_of(report),
                    "reason": self.refusals[report.pk],
                }
                if words and not self.is_of_many:
                    sentence = _("%(sentence)s. Your words were: %(note)s") % {"sentence": sentence, "note": words}
                messages.error(self.request, sentence)

    @property
    def is_of_many(self) -> bool:
        """Returns whether one reason was given for all of those ticked: it stands in its form again."""
        return self.decision in WITH_REASON and not self.is_in_row
