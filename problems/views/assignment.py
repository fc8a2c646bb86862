"""The office assigns several problems at once, where they are listed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access_rules import REVIEWERS
from accounts.permissions import signed_in
from measures.filters import asked_plan
from problems.forms import AssignManyForm
from problems.models import Problem
from problems.rows import BY_SUBJECT, ProblemRow
from problems.services import assign_problems
from problems.views.problems import ProblemList
from web.lists.listing import MAX_PAGE_SIZE
from web.values import row_ids
from web.views import TodayView


def read_known_steps(raw: Iterable[str]) -> dict[int, int]:
    """Ids of problems and of the last step that was shown of each, of the keys that a form sent."""
    pairs = [row_ids(each.split("-")) for each in raw]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


class AssignProblems(TodayView, ProblemList):
    """Assigns those ticked; what is refused stays ticked, with the reason in its row. Opened without anything sent, it
    has all of the page ticked that wait to be assigned."""

    permission = write_permission = REVIEWERS
    # Id of a problem -> the last step that was shown of it, and why it was refused.
    known_steps: Mapping[int, int] = {}
    refusals: Mapping[int, str] = {}

    def list_url(self) -> str:
        query = self.request.GET.copy()
        # Fewer are on the list afterwards, where it is one of those that wait.
        query.pop("page", None)
        return reverse("problems:list") + (f"?{query.urlencode()}" if query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = AssignManyForm(request.POST)
        self.known_steps = read_known_steps(request.POST.getlist("problem")[:MAX_PAGE_SIZE])
        problems = Problem.objects.in_plan(asked_plan(request)).raised(by=self.day).filter(pk__in=self.known_steps)
        # Ordered by what they are about: two people who assign many at once lock that in the same order.
        chosen = list(problems.select_related("measure", "project", "plan").order_by(*BY_SUBJECT))
        if not chosen:
            messages.error(request, _("Select at least one problem."))
            return redirect(self.list_url())
        if form.is_valid():
            self.assign(chosen, form)
            if not self.refusals:
                return redirect(self.list_url())
        context = self.get_context_data(assign_form=form, **kwargs)
        self.tell_unlisted(chosen, context["rows"])
        return self.render_to_response(context)

    def assign(self, problems: list[Problem], form: AssignManyForm) -> None:
        by = signed_in(self.request.user)
        outcomes = assign_problems(problems, by=by, known_steps=self.known_steps, **form.cleaned_data)
        self.refusals = {each.subject.pk: each.reason for each in outcomes if not each.ok}
        if done := len(outcomes) - len(self.refusals):
            sentence = ngettext(
                "%(count)s problem was assigned; those concerned were told.",
                "%(count)s problems were assigned; those concerned were told.",
                done,
            )
            messages.success(self.request, sentence % {"count": done})

    def tell_unlisted(self, problems: list[Problem], rows: list[ProblemRow]) -> None:
        """Messages for what was refused and is no longer in the list."""
        shown = {row.problem.pk for row in rows}
        for problem in problems:
            if problem.pk in self.refusals and problem.pk not in shown:
                words = {"code": problem.code, "reason": self.refusals[problem.pk]}
                messages.error(self.request, _("%(code)s: %(reason)s") % words)

    def rows(self, steps: Iterable[Any]) -> list[ProblemRow]:
        is_opened = self.request.method != "POST"
        return [
            replace(
                row,
                refusal=self.refusals.get(row.problem.pk, ""),
                is_ticked=row.waits_for_assignment
                and (is_opened or self.known_steps.get(row.problem.pk) == row.step.pk),
            )
            for row in super().rows(steps)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # Views are saved on the list itself.
        return context | {"view_form": None, "all_ticked": self.request.method != "POST"}
