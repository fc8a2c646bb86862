"""The page on which the office decides about many reports of anything: what waits, and what was accepted today."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from accounts.access_rules import REVIEW_READERS, REVIEWERS
from accounts.permissions import may_review, signed_in
from core.texts import MAX_REASON_LENGTH
from reporting.models import AbstractFiling
from reporting.review_rows import AcceptedRow, DecisionRow, ReasonOfMany, WaitingRow
from reporting.services import WITHOUT_REASON, Outcome, decide_as_shown, do_each, return_report
from reporting.steps import Entry, compare_with_step, last_return, step_shown
from web.errors import not_one_of
from web.html.links import query_with
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import FilteredListView, Share, TodayView

# Those that are made with a reason: in the row of one, or the same for all that are ticked.
WITH_REASON = tuple(WITHOUT_REASON)
DECISIONS = ("accept", *WITH_REASON)
# Said of so many on which was decided.
DONE = {
    "accept": ngettext_lazy("%(count)s report accepted", "%(count)s reports accepted", "count"),
    "return": ngettext_lazy("%(count)s report returned", "%(count)s reports returned", "count"),
    "undo_acceptance": ngettext_lazy(
        "The acceptance was undone; the report waits again",
        "%(count)s acceptances were undone; the reports wait again",
        "count",
    ),
}


def read_content_keys(raw: Iterable[str]) -> dict[int, str]:
    """Ids of reports and the digests of what they said where they were shown, of the keys that a form sent. Without a
    digest nothing was shown."""
    split = [each.partition("-") for each in raw]
    return {pk: digest for head, _dash, digest in split for pk in row_ids([head])}


class QueuePage(TodayView, FilteredListView):
    """The page of the reports that wait. An app's own says the rest below."""

    heading: str | Promise
    # Said of those that are never ticked with all, and above those that were accepted today.
    left_out: str | Promise
    undo_sentence: str | Promise
    # What is shown of one that was accepted today.
    accepted_template: str
    # Names under which the browser keeps ticks and what is typed.
    kept: str
    undo_kept = ""
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
            "heading": self.heading,
            "kept": self.kept,
            "undo_kept": self.undo_kept or f"undo-{self.kept}",
            "left_out": self.left_out,
            "undo_sentence": self.undo_sentence,
            "accepted_template": self.accepted_template,
            "decide_url": reverse(f"{self.model._meta.app_label}:decide"),
            "queue_url": self.queue_url,
            "shares": self.shares(),
            "share_param": self.unit[2] if self.unit else "",
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
    def queue_url(self) -> str:
        return reverse(f"{self.model._meta.app_label}:review")

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
    # What is fetched with those that are decided, and their order, by what they are about: two people who accept many
    # at once lock that in the same order.
    decided_with: Sequence[str]
    decided_order: Sequence[str]
    # The services of the decisions. Each raises NotAllowed.
    accept_one: Callable[..., object]
    undo_one: Callable[..., object]
    # Those that were sent, and why nothing was done with any of them.
    decided: list[Any]
    reason_refusal = ""
    permission = write_permission = REVIEWERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.list_url())

    def list_url(self) -> str:
        query = self.request.GET.copy()
        # After a decision there may be fewer pages.
        for name in ("page", "ticked"):
            query.pop(name, None)
        return self.queue_url + (f"?{query.urlencode()}" if query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        decision, self.note = request.POST.get("decision", ""), request.POST.get("note", "")
        self.sent = read_content_keys(request.POST.getlist("report")[:MAX_PAGE_SIZE])
        sent = self.model._default_manager.filter(pk__in=self.sent).select_related(*self.decided_with)
        reports = list(sent.order_by(*self.decided_order))
        if not reports:
            messages.error(request, _("Select at least one report."))
        elif decision not in DECISIONS:
            messages.error(request, not_one_of(DECISIONS))
        elif decision in WITH_REASON and not self.note.strip():
            self.refuse_without_reason(reports, str(WITHOUT_REASON[decision]))
        else:
            self.decide(reports, decision)
        if not self.refusals and not self.reason_refusal:
            return redirect(self.list_url())
        self.decided = reports
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns the context of the page again, with why some of those sent were refused."""
        context = super().get_context_data(**kwargs)
        undoes = self.decision == "undo_acceptance"
        self.add_unlisted_refusals(self.decided, context["accepted_today" if undoes else "rows"])
        if self.is_of_many:
            reason = ReasonOfMany(is_open=True, text=self.note, refusal=self.reason_refusal)
            context["undoing" if undoes else "returning"] = reason
        return context

    def decide(self, reports: list[Any], decision: str) -> None:
        """Decides on each as it was shown, says how many that were, and keeps why others were not."""
        by = signed_in(self.request.user)
        services = {"accept": self.accept_one, "return": return_report, "undo_acceptance": self.undo_one}
        words = {"note": self.note} if decision in WITH_REASON else {}
        service = partial(services[decision], by=by, **words)
        outcomes: list[Outcome[Any]] = do_each(
            reports, lambda each: decide_as_shown(each, decision, service, by=by, digest=self.sent[each.pk])
        )
        self.refusals = {each.subject.pk: each.reason for each in outcomes if not each.ok}
        if done := len(outcomes) - len(self.refusals):
            messages.success(self.request, DONE[decision] % {"count": done})

    def refuse_without_reason(self, reports: list[Any], sentence: str) -> None:
        """Decides nothing, since no reason was given; of many the same is missing: it is said once."""
        if self.is_of_many:
            self.reason_refusal = sentence
        else:
            self.refusals = {each.pk: sentence for each in reports}

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
