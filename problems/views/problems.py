"""Reading pages about problems: the list, one problem, and the files that came with its steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control

from accounts.access_rules import ACCOUNTS, READERS, asks
from accounts.models import Department
from accounts.permissions import may_review, may_see_names
from core.clock import today
from measures.filters import asked_plan
from problems.filters import OPEN, PROBLEM_ORDERINGS, ProblemFilter
from problems.forms import AssignManyForm
from problems.models import Problem, ProblemCategory, ProblemEvidence, ProblemStep, ProblemSubject
from problems.on_day import problem_counts
from problems.rows import ProblemRow, problem_rows
from problems.rules import ProblemCounts, WaitingFor, overdue_condition, waiting_for
from problems.services import allowed_moves
from problems.wording import clauses_of
from problems.workflow import GIVING_A_STATE, OPEN_STATES, ProblemState
from reporting.views.evidence import send_file
from web.formats.numbers import format_number
from web.formats.text import excerpt, format_names, with_full_stop
from web.html.links import query_of, query_with
from web.html.sources import source_link
from web.language import localized
from web.views import ListPageView, PageView, QuickChoice

# So many owners with most open problems are named in the sentence of the list.
NAMED_OWNERS = 2
# So many characters of a problem are its heading.
HEADING = 160  # characters
# So many owners stand in the table above the list.
TABLED_OWNERS = 8


@dataclass(frozen=True)
class CountedRow:
    """The open problems of an owner or a category. `most`: how many the longest bar stands for; `url`: their list."""

    name: str
    open: int
    overdue: int
    most: int
    url: str = ""


@dataclass(frozen=True)
class StateCount:
    state: ProblemState
    count: int
    note: str


class ProblemList(ListPageView):
    shows_filings = False
    template_name = "problems/list.html"
    filterset_class = ProblemFilter
    orderings = PROBLEM_ORDERINGS
    default_ordering = "due_on"

    def get_queryset(self) -> Any:
        self.plan = asked_plan(self.request)
        return ProblemStep.objects.in_plan(self.plan).last_by(self.day)

    def count(self, rows: Any) -> int:
        """Count the rows, with those that are overdue and those to be verified, in one query."""
        self.counted = rows.order_by().aggregate(
            rows=Count("pk"),
            overdue=Count("pk", filter=overdue_condition(self.day)),
            to_verify=Count("pk", filter=Q(state=ProblemState.SOLVED)),
        )
        return int(self.counted["rows"])

    def quick_choices(self) -> list[QuickChoice]:
        return [
            QuickChoice(pgettext("problem", "Not closed"), {"state": OPEN}),
            QuickChoice(pgettext("problem", "Overdue"), {"overdue": "yes"}),
            QuickChoice(_("Waiting for the office"), {"waiting": WaitingFor.OFFICE.value}),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = problem_counts(self.plan, on=self.day)
        owners = self.owners(counts)
        sentence = _("%(overdue)s overdue, %(to_verify)s to be verified")
        rows = self.rows(context["page"].object_list.with_rows())
        acts = self.day == today() and may_review(self.request.user)
        if acts and any(row.waits_for_assignment for row in rows):
            context.setdefault("assign_form", AssignManyForm())
        return context | {
            "plan": self.plan,
            "rows": rows,
            "counts": sentence % {name: format_number(self.counted[name]) for name in ("overdue", "to_verify")},
            "figures": counts,
            "states": state_counts(counts),
            "waiting": [(each, counts.waiting[each]) for each in WaitingFor],
            "sentence": list_sentence(counts, owners),
            "owners": owners,
            "other_owners": len(counts.by_owner) - len(owners),
            "categories": self.categories(counts),
            "owner_label": pgettext("problem", "Owner"),
            "category_label": pgettext("problem", "Category"),
            "raised_label": _("Date raised"),
            "due_label": _("To be solved by"),
            "state_label": pgettext("problem", "State"),
            "may_raise": acts,
            "agenda_query": self.request.GET.urlencode(),
        }

    def rows(self, steps: Iterable[Any]) -> list[ProblemRow]:
        rows = problem_rows(steps, on=self.day)
        for row in rows:
            problem: Any = row.problem
            # Their addresses ask which plan it is.
            problem.plan = self.plan
        return rows

    def owners(self, counts: ProblemCounts) -> list[CountedRow]:
        """Return the departments with most open problems, the most first."""
        found = Department.objects.in_bulk(counts.by_owner).values()
        ranked = sorted(
            found, key=lambda each: (-counts.by_owner[each.pk], -counts.overdue_by_owner[each.pk], each.number)
        )
        return self.counted_rows(ranked, "short", counts.by_owner, counts.overdue_by_owner, "owner")[:TABLED_OWNERS]

    def categories(self, counts: ProblemCounts) -> list[CountedRow]:
        """Return the categories in the order of the plan; those without a category last."""
        found = ProblemCategory.objects.filter(plan=self.plan, pk__in=[key for key in counts.by_category if key])
        overdue = counts.overdue_by_category
        rows = self.counted_rows(found.order_by("number"), "name", counts.by_category, overdue, "category")
        if none := counts.by_category[None]:
            rows.append(CountedRow(_("Without a category"), none, overdue[None], max(counts.by_category.values())))
        return rows

    def counted_rows(
        self, found: Iterable[Any], name: str, opened: Mapping[Any, int], overdue: Mapping[Any, int], asked: str
    ) -> list[CountedRow]:
        most = max(opened.values(), default=0)
        return [
            CountedRow(
                localized(each, name),
                opened[each.pk],
                overdue.get(each.pk, 0),
                most,
                query_with(self.request.GET, **{asked: each.slug, "state": OPEN, "page": None}),
            )
            for each in found
        ]


def state_counts(counts: ProblemCounts) -> list[StateCount]:
    """The four states that a problem passes through, each with what it means for whom."""
    overdue, median = counts.overdue_of_owners, counts.median_days
    closed = _("%(count)s in the last 90 days") % {"count": format_number(counts.closed_recently)}
    if median is not None:
        closed = _("%(closed)s, median %(days)s days") % {"closed": closed, "days": format_number(median)}
    notes = {
        ProblemState.RAISED: _("The office says who solves it"),
        ProblemState.ASSIGNED: pgettext("problem", "%(count)s overdue") % {"count": format_number(overdue)}
        if overdue
        else _("None overdue"),
        ProblemState.SOLVED: _("The owner says that it is solved"),
        ProblemState.CLOSED: closed,
    }
    return [StateCount(state, counts.by_state[state], note) for state, note in notes.items()]


def list_sentence(counts: ProblemCounts, owners: Iterable[CountedRow]) -> str:
    """How many are open and overdue, and who has most of them."""
    if not counts.open:
        return _("No problem is open.")
    parts = clauses_of(counts)
    most = [row for row in owners if row.open > 1][:NAMED_OWNERS]
    if most:
        names = format_names([_("%(name)s (%(count)s)") % {"name": row.name, "count": row.open} for row in most])
        parts.append(_("most with %(names)s") % {"names": names})
    return with_full_stop(pgettext("between clauses", "; ").join(parts))


def asked_problem(request: HttpRequest, subject_kind: ProblemSubject, *, code: str, number: int) -> Problem:
    """Raises Http404 also for the draft of others."""
    problem = problem_or_draft(request, subject_kind, code=code, number=number)
    if problem.is_draft and not allowed_moves(problem, request.user):
        raise Http404
    return problem


def problem_or_draft(request: HttpRequest, subject_kind: ProblemSubject, *, code: str, number: int) -> Problem:
    """Raises Http404 where there is none; whose a draft is, is left to ask."""
    problems = Problem.objects.in_plan(asked_plan(request)).select_related(
        "plan",
        "measure__lead_department",
        "project__lead_department",
        "category",
        "raised_by__merged_into",
        "raised_by_city",
        "proposed_owner",
    )
    return get_object_or_404(problems, **{f"{subject_kind.value}__code": code, "number": number})


class ProblemDetail(PageView):
    """One problem: its life by the day, oldest first, and what reports say about it."""

    permission = READERS
    template_name = "problems/detail.html"
    subject_kind = ProblemSubject.MEASURE

    @cached_property
    def problem(self) -> Problem:
        return asked_problem(self.request, self.subject_kind, **self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problem, user = self.problem, self.request.user
        steps = list(self.steps(problem))
        last = last_of(steps)
        is_today = self.day == today()
        return super().get_context_data(
            problem=problem,
            plan=problem.plan,
            in_plan=query_of("", plan=problem.plan.link_slug),
            steps=steps,
            last=last,
            is_long=len(localized(problem, "text")) > HEADING,
            heading=excerpt(localized(problem, "text"), HEADING),
            helpers=problem.helpers.all(),
            is_open=last is not None and last.state in OPEN_STATES,
            left=last and last.left_on(self.day),
            waiting=last and waiting_for(last.state, is_escalated=last.is_escalated),
            days_open=(self.day - problem.raised_on).days if problem.raised_on else None,
            days_to_close=(last.made_on - problem.raised_on).days
            if last and last.state == ProblemState.CLOSED and problem.raised_on
            else None,
            reports=self.reports(problem),
            meeting_items=problem.meeting_items.filter(meeting__held_on__lte=self.day).select_related(
                "meeting__plan", "direction__owner"
            ),
            moves=allowed_moves(problem, user) if is_today else [],
            may_see_names=may_see_names(user),
            source=source_link(problem.source),
            **kwargs,
        )

    def steps(self, problem: Problem) -> Any:
        """Return the steps made by the day; words and files for those with an account."""
        steps = problem.steps.filter(made_on__lte=self.day).select_related("owner", "made_by__department")
        if self.request.user.is_authenticated:
            steps = steps.prefetch_related("evidence")
        return steps.order_by("made_on", "pk")

    def reports(self, problem: Problem) -> Any:
        """Return the accepted reports, submitted by the day, that say something about the problem, the newest first."""
        if problem.measure is None:
            reports: Any = problem.subject.months.accepted()
        else:
            reports = problem.measure.reports.accepted().select_related("department")
        reports = reports.filter(about_problem=problem.number, submitted_on__lte=self.day)
        return reports.order_by("-period", "-submitted_on", "-pk")


@cache_control(private=True, no_store=True)
@asks(read=ACCOUNTS)
def problem_evidence(
    request: HttpRequest, code: str, number: int, key: UUID, subject_kind: ProblemSubject = ProblemSubject.MEASURE
) -> HttpResponseBase:
    """A file that came with a step, for whoever has an account: to be saved and not to be shown."""
    pieces = ProblemEvidence.objects.exclude(file="")
    wanted = {f"step__problem__{subject_kind.value}__code": code, "step__problem__number": number}
    evidence = get_object_or_404(pieces, key=key, **wanted)
    return send_file(evidence)


def last_of(steps: list[ProblemStep]) -> ProblemStep | None:
    """Return the last of all steps of a problem by a day, with its `state_since`."""
    last = steps[-1] if steps else None
    if last is not None:
        last.state_since = [each.made_on for each in steps if each.move in GIVING_A_STATE][-1]
    return last


def problem_url(problem: Problem, name: str, *args: Any) -> str:
    """The address of a page about a problem; forms name the plan, since another may begin while one is filled in."""
    return query_of(problem.path_of(name, *args), plan=problem.plan.action_slug)
