"""Problems of measures and projects: read by whoever may, raised by those who carry them out, moved as the table of
moves says."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.access_rules import PROBLEM_PARTIES, PROBLEM_RAISERS, READERS, Facts
from accounts.models import Department, Scope, User
from accounts.permissions import may_see_names, signed_in
from core.texts import MAX_TEXT_LENGTH, written_text
from measures.filters import asked_plan
from problems.api.fields import KEPT, PROBLEM, STEP, WHAT
from problems.filters import PROBLEM_ORDERINGS, ProblemFilter
from problems.models import SUBJECTS, Problem, ProblemCategory, ProblemStep, ProblemSubject
from problems.querysets import IN_ORDER
from problems.services import (
    ProblemData,
    allowed_moves,
    move_problem,
    raise_problem,
    reword_problem,
    save_problem_draft,
)
from problems.workflow import BY_NAME, MOVES, Party, ProblemState
from web.api.endpoints import ListEndpoint, Row, RowEndpoint
from web.api.fields import Chunk, Field, Reader, column, columns_of, shapes_of
from web.api.request_body import (
    BodyField,
    InvalidValue,
    choice_field,
    flag_field,
    integer_field,
    read_body,
    read_text,
    shape_of,
    text_field,
    text_fields,
)
from web.api.shapes import (
    AS_OF,
    TEXT,
    WHOLE,
    Shape,
    array,
    choice,
    meaning,
    optional,
    record,
)
from web.days import api_timestamp
from web.errors import BadBody, not_one_of

KINDS = ("reports", "measures", "plans", "projects", "regions", "accounts", "themes")
# Those that need nothing but words. The office assigns on the site, and PUT rewords.
SENT_MOVES = [move for move in MOVES if move.name not in ("assign", "reassign", "reword")]


def _of_problem(read: Callable[["ProblemEndpoint", Problem], Any]) -> Callable[[Chunk], Reader]:
    """A value that is made of the one problem that was asked for."""

    def reader(chunk: Chunk) -> Reader:
        endpoint: Any = chunk.endpoint
        return lambda row: read(endpoint, endpoint.problem)

    return reader


# What a single one has besides.
DETAILS: dict[str, Field] = {
    "proposed_owner": column(
        "problem__proposed_owner__slug",
        meaning(
            gettext_lazy("Slug of the department that whoever raised it thinks able to solve it; null: the lead"),
            optional(TEXT),
        ),
    ),
    "version": column(
        "problem__version",
        meaning(gettext_lazy("Increases with each save; a PUT must give the version that was read"), WHOLE),
    ),
    "steps": Field(
        meaning(gettext_lazy("Its life up to the day, oldest first"), array(record(STEP))),
        ("problem_id",),
        _of_problem(lambda endpoint, problem: endpoint.steps(problem)),
    ),
    "moves": Field(
        meaning(
            gettext_lazy("What the caller may do with it now"), array(choice((move.name, move.label) for move in MOVES))
        ),
        ("problem_id",),
        _of_problem(lambda endpoint, problem: [move.name for move in allowed_moves(problem, endpoint.request.user)]),
    ),
}


def name_field(shape: Shape) -> BodyField:
    """A slug; null, and an empty one, name nothing."""

    def read(value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue(_("It must be a text."))
        return value.strip()

    return BodyField(read, optional(TEXT)).described_as(shape)


_CONTENT: dict[str, BodyField] = {
    **text_fields("text", WHAT, most=MAX_TEXT_LENGTH),
    "category": name_field(PROBLEM["category"].shape),
    "owner": name_field(DETAILS["proposed_owner"].shape),
    "submit": flag_field().described_as(
        meaning(gettext_lazy("Whether it is put on the list at once; a draft otherwise"))
    ),
}
NEW: dict[str, BodyField] = _CONTENT
CHANGED: dict[str, BodyField] = {
    "version": integer_field(required=True).described_as(DETAILS["version"].shape),
    **_CONTENT,
}
MADE: dict[str, BodyField] = {
    "move": choice_field([move.name for move in SENT_MOVES], required=True).described_as(
        choice([(move.name, move.label) for move in SENT_MOVES], gettext_lazy("What is done"))
    ),
    "note": text_field(most=MAX_TEXT_LENGTH).described_as(
        meaning(gettext_lazy("The words that go with it; most moves need some"))
    ),
}


class Problems(ListEndpoint):
    permission = READERS
    component = "ProblemList"
    summary = gettext_lazy(
        "The problems of a plan's measures and projects that were raised by the day, each as it was on that day."
    )
    row_fields = PROBLEM
    filterset_class = ProblemFilter
    orderings = PROBLEM_ORDERINGS
    default_ordering = "due_on"
    takes_plan = True
    name = "problems"
    kinds = KINDS

    def get_queryset(self) -> QuerySet[Any]:
        steps: QuerySet[Any] = ProblemStep.objects.in_plan(asked_plan(self.request._request)).last_by(self.day)
        return steps


class ProblemEndpoint(RowEndpoint):
    """The common part of the endpoints of a measure's or project's problems and of a single one: how one is shown, what
    is read of a body."""

    permission = READERS
    token_scope = Scope.PROBLEMS
    takes_plan = True
    write_component = "SavedProblem"
    kinds = KINDS
    subject_kind = ProblemSubject.MEASURE
    # The one that the answer is about.
    problem: Problem

    @classmethod
    def write_shape(cls) -> Shape:
        return record({"as_of": AS_OF, **shapes_of(PROBLEM | DETAILS)})

    @cached_property
    def subject(self) -> Any:
        """The measure or project. Raises Http404 for one that was not listed by the day."""
        listed = SUBJECTS[self.subject_kind].in_plan(asked_plan(self.request._request)).listed(self.day)
        subject = listed.filter(code=self.kwargs["code"]).select_related("plan", "lead_department").first()
        if subject is None:
            raise Http404
        return subject

    def new_problem(self) -> Problem:
        """Return a new problem of the measure or project, not saved."""
        return Problem(**{self.subject_kind.value: self.subject})

    def find(self, number: int) -> Problem:
        """Raises Http404 for one that was not raised by the day, and for the draft of another department."""
        problem = self.new_problem().others().filter(number=number).select_related("raised_by").first()
        if problem is None:
            raise Http404
        setattr(problem, self.subject_kind.value, self.subject)
        if problem.raised_on is None:
            edited_on = problem.edited_at and timezone.localtime(problem.edited_at).date()
            is_own = Party.RAISER in problem.parties_of(self.request.user)
            is_there = is_own and (edited_on is None or edited_on <= self.day)
        else:
            is_there = problem.raised_on <= self.day
        if not is_there:
            raise Http404
        return problem

    def saved(self, problem: Problem, **more: Any) -> Response:
        """Return the answer to what was sent: the problem as it is stored now."""
        fields = PROBLEM | DETAILS
        self.problem = Problem.objects.get(pk=problem.pk)
        setattr(self.problem, self.subject_kind.value, self.subject)
        row = self.values(self.problem, columns_of(fields.values()))
        chunk = Chunk(self, [row])
        values = {name: field.reader(chunk)(row) for name, field in fields.items()}
        return Response({"as_of": self.day, **values}, **more)

    def values(self, problem: Problem, columns: Iterable[str]) -> Row:
        """The columns of its step that holds on the day; of a draft, which has none, what stands in their place."""
        steps = ProblemStep.objects.filter(problem=problem).last_by(self.day)
        columns = list(columns)
        if found := steps.values(*columns).first():
            return dict(found)
        own = [each for each in columns if each.startswith("problem__")]
        [row] = Problem.objects.filter(pk=problem.pk).values(*(each.removeprefix("problem__") for each in own))
        return {
            **dict.fromkeys(columns),
            **{f"problem__{name}": value for name, value in row.items()},
            "pk": problem.pk,
            "problem_id": problem.pk,
            "state": ProblemState.DRAFT.value,
            "is_escalated": False,
        }

    def steps(self, problem: Problem) -> list[Row]:
        user = self.request.user
        names, notes = may_see_names(user), user.is_authenticated
        steps = problem.steps.filter(made_on__lte=self.day).order_by(*IN_ORDER)
        return [
            {
                "move": step.move,
                "made_on": step.made_on,
                "made_at": step.made_at and api_timestamp(step.made_at),
                "made_by": step.made_by.get_username() if names and step.made_by else None,
                "state": step.state,
                "owner": step.responsible and step.responsible.slug,
                "due_on": step.due_on,
                "is_escalated": step.is_escalated,
                "note": step.note if notes else None,
                "files": [each.file_name for each in step.evidence.all()] if notes else None,
                # PostgreSQL forgets the order of keys.
                "content": {name: step.content[name] for name in KEPT},
            }
            for step in steps.select_related("made_by", "owner").prefetch_related("evidence")
        ]

    def read_data(self, values: Mapping[str, Any], problem: Problem) -> ProblemData:
        """Return the data that the problem is to say; what is left out stays as it is. Raises BadBody."""
        categories = ProblemCategory.objects.filter(plan=self.subject.plan)
        found: dict[str, Any] = {"category": problem.category, "owner": problem.proposed_owner}
        for name, rows in (("category", categories), ("owner", Department.objects.not_merged())):
            if name in values:
                found[name] = _named(rows, values[name], field=name)
        return ProblemData(text=read_text(values, "text", present=written_text(problem, "text")), **found)


def _named(rows: Any, slug: str, *, field: str) -> Any:
    """The row of that slug; None for none. Raises BadBody."""
    if not slug:
        return None
    named = {row.slug: row for row in rows.order_by("number", "pk")}
    if slug not in named:
        raise BadBody({field: [not_one_of(named)]})
    return named[slug]


class MeasureProblems(ProblemEndpoint, ListEndpoint):
    http_method_names = ["get", "head", "options", "post"]
    component = "ProblemList"
    summary = gettext_lazy("The problems of a measure that were raised by the day, each as it was on that day.")
    write_summary = gettext_lazy(
        "Raises a problem, or keeps a draft of it: for reporters of the departments that carry the measure out."
    )
    request_bodies = {"POST": ("NewProblem", shape_of(NEW))}
    row_fields = PROBLEM
    filterset_class = ProblemFilter
    orderings = PROBLEM_ORDERINGS
    default_ordering = "code"
    name = "problems"
    write_permission = PROBLEM_RAISERS
    permission_refusal = gettext_lazy(
        "Only the departments that carry out this measure, and the office, may raise a problem of it."
    )

    def write_permission_facts(self) -> Facts:
        return self.new_problem().carriers

    def get_queryset(self) -> QuerySet[Any]:
        of_subject = ProblemStep.objects.beside(self.new_problem())
        steps: QuerySet[Any] = of_subject.last_by(self.day)
        return steps

    def post(self, request: Any, code: str) -> Response:
        problem = self.new_problem()
        values = read_body(request.data, NEW)
        save = raise_problem if values.get("submit", True) else save_problem_draft
        save(problem, by=signed_in(request.user), data=self.read_data(values, problem))
        answer = self.saved(problem, status=status.HTTP_201_CREATED)
        answer.headers["Location"] = answer.data["url"]
        return answer


class ProblemDetail(ProblemEndpoint):
    http_method_names = ["get", "head", "options", "put"]
    component = "MeasureProblem"
    summary = gettext_lazy("One problem, as it was on the day, with its steps up to then.")
    write_summary = gettext_lazy(
        "Changes a draft, or rewords a problem that the office has not assigned yet: fields that are left out stay as "
        "they are."
    )
    request_bodies: Mapping[str, tuple[str, Shape]] = {"PUT": ("ChangedProblem", shape_of(CHANGED))}
    row_fields = PROBLEM | DETAILS
    write_permission = PROBLEM_PARTIES
    permission_refusal = gettext_lazy("You may not do this")

    @cached_property
    def asked(self) -> Problem:
        return self.find(self.kwargs["number"])

    def write_permission_facts(self) -> Facts:
        move = BY_NAME["raise" if self.asked.is_draft else "reword"]
        return {"takes_part": not self.asked.parties_of(self.request.user).isdisjoint(move.by)}

    def get_answer(self, request: Any, code: str, number: int) -> Response:
        self.problem = self.asked
        values = self.values(self.problem, columns_of(self.asked_row_fields.values()))
        [row] = self.make_rows([values])
        return Response({"as_of": self.day, **row})

    def put(self, request: Any, code: str, number: int) -> Response:
        problem, by = self.asked, signed_in(request.user)
        values = read_body(request.data, CHANGED)
        data, version = self.read_data(values, problem), values["version"]
        if not problem.is_draft and not values.get("submit"):
            reword_problem(problem, by=by, data=data, version=version)
        else:
            save = raise_problem if values.get("submit") else save_problem_draft
            save(problem, by=by, data=data, version=version)
        return self.saved(problem)


class ProblemMoves(ProblemDetail):
    http_method_names = ["post", "options"]
    write_summary = gettext_lazy("Makes a move with a problem: replies, reports it as solved, withdraws it.")
    request_bodies = {"POST": ("ProblemMove", shape_of(MADE))}
    created_status = status.HTTP_200_OK

    def write_permission_facts(self) -> Facts:
        """Let in whoever may make some move; which one is asked for stands in the body, and `mover` checks it."""
        return {"takes_part": bool(self.asked.parties_of(self.request.user))}

    def mover(self, move: str) -> User:
        """Return the person who makes the move; raises PermissionDenied for those whom the table of moves does not
        let."""
        if self.asked.parties_of(self.request.user).isdisjoint(BY_NAME[move].by):
            raise PermissionDenied(str(self.permission_refusal))
        return signed_in(self.request.user)

    def post(self, request: Any, code: str, number: int) -> Response:
        problem, values = self.asked, read_body(request.data, MADE)
        by, note = self.mover(values["move"]), values.get("note", "")
        if values["move"] == "raise":
            raise_problem(problem, by=by, data=self.read_data({}, problem), version=problem.version)
        else:
            move_problem(problem, values["move"], by=by, note=note)
        return self.saved(problem)
