"""The fields of a problem in the API, and of its steps; rows are steps, that of each problem which holds on the day."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from measures.api.addresses import plan_slug
from problems.models import Problem, ProblemStep, ProblemSubject
from problems.rules import WaitingFor, responsible, time_left, waiting_for
from problems.workflow import OPEN_STATES, STEPS, ProblemState
from web.api.fields import Chunk, Field, Reader, among, column, grouped, local_fields, stored
from web.api.shapes import (
    DAY,
    MOMENT,
    PROVENANCE,
    SOURCE,
    TEXT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    in_both,
    meaning,
    optional,
    quantity,
    record,
)
from web.days import api_timestamp
from web.formats.sources import format_source
from web.html.links import path_segment, query_of

MEASURE, PROJECT = ProblemSubject.MEASURE, ProblemSubject.PROJECT


def _subject(chunk: Chunk) -> Reader:
    return lambda row: (MEASURE if row["problem__measure__code"] else PROJECT).value


def _subject_code(row: Mapping[str, Any]) -> str:
    code: str = row["problem__measure__code"] or row["problem__project__code"]
    return code


def _code(chunk: Chunk) -> Reader:
    return lambda row: f"{_subject_code(row)}-{row['problem__number']}"


def _address(chunk: Chunk) -> Reader:
    bases = {about: chunk.endpoint.address(f"api-{about.value}s") for about in ProblemSubject}
    query = query_of("", plan=plan_slug(chunk.endpoint))

    def reader(row: Mapping[str, Any]) -> str:
        base = bases[MEASURE if row["problem__measure__code"] else PROJECT]
        return f"{base}{path_segment(_subject_code(row))}/problems/{row['problem__number']}/{query}"

    return reader


def _helpers(chunk: Chunk) -> Reader:
    links = Problem.helpers.through._default_manager.filter(among("problem", [row["problem_id"] for row in chunk.rows]))
    found = grouped(links.order_by("department__number", "department").values_list("problem_id", "department__slug"))
    return lambda row: found.get(row["problem_id"], [])


def _waiting_for(chunk: Chunk) -> Reader:
    return lambda row: waiting_for(row["state"], is_escalated=row["is_escalated"])


def _days_open(chunk: Chunk) -> Reader:
    day = chunk.endpoint.day
    return lambda row: (day - row["problem__raised_on"]).days if row["state"] in OPEN_STATES else None


def _days_overdue(chunk: Chunk) -> Reader:
    day = chunk.endpoint.day

    def reader(row: Mapping[str, Any]) -> int | None:
        # Of a draft nobody is late.
        since = row["state_since"] or day
        left = time_left(row["state"], row["due_on"], since=since, on=day)
        return -left.days if left.is_overdue and left.days is not None else None

    return reader


def _closed_on(chunk: Chunk) -> Reader:
    return lambda row: row["made_on"] if row["state"] == ProblemState.CLOSED else None


def _present_department(name: str, shape: Shape) -> Field:
    """Return a field with the department's slug; where it was merged since, that of the one which does its work now."""
    merged, own = f"{name}__merged_into__slug", f"{name}__slug"
    return Field(shape, (merged, own), lambda chunk: lambda row: row[merged] or row[own])


WHAT = gettext_lazy("What stands in the way")
SUBJECT_CODES = ("problem__measure__code", "problem__project__code")
PROBLEM: dict[str, Field] = {
    "code": Field(
        meaning(gettext_lazy("Code of the measure or project, a hyphen and the number of the problem")),
        (*SUBJECT_CODES, "problem__number"),
        _code,
    ),
    "subject": Field(choice(ProblemSubject.choices, gettext_lazy("What it is about")), SUBJECT_CODES, _subject),
    "measure": stored(
        ProblemStep, "problem__measure__code", gettext_lazy("Code of the measure; null: it is about a project")
    ),
    "project": stored(
        ProblemStep, "problem__project__code", gettext_lazy("Code of the project; null: it is about a measure")
    ),
    "number": stored(ProblemStep, "problem__number", gettext_lazy("Counts the problems of the measure or project")),
    **local_fields("text", WHAT, "problem__text"),
    "category": stored(
        ProblemStep, "problem__category__slug", gettext_lazy("Slug of its category; null where it has none")
    ),
    "state": stored(ProblemStep, "state", gettext_lazy("Its state on the day")),
    "waiting_for": Field(
        optional(choice(WaitingFor.choices, gettext_lazy("Who has to act next on the day; null where it is not open"))),
        ("state", "is_escalated"),
        _waiting_for,
    ),
    "owner": Field(
        meaning(
            gettext_lazy("Slug of the department that was to solve it on the day; null: it is not assigned yet"),
            optional(TEXT),
        ),
        ("state", "owner__merged_into__slug", "owner__slug"),
        lambda chunk: lambda row: responsible(row["state"], row["owner__merged_into__slug"] or row["owner__slug"]),
    ),
    "helpers": Field(
        meaning(gettext_lazy("Slugs of the departments asked to help"), array(TEXT)), ("problem_id",), _helpers
    ),
    "raised_on": stored(
        ProblemStep, "problem__raised_on", gettext_lazy("The day on which it was raised; null of a draft")
    ),
    "raised_by": _present_department(
        "problem__raised_by",
        meaning(gettext_lazy("Slug of the department that raised it; null: a city or the office did"), optional(TEXT)),
    ),
    "raised_by_city": stored(
        ProblemStep,
        "problem__raised_by_city__code",
        gettext_lazy("Code of the city whose people raised it; null: others did"),
    ),
    "due_on": stored(
        ProblemStep, "due_on", gettext_lazy("The day by which it is to be solved; null where none is set")
    ),
    "is_escalated": stored(
        ProblemStep, "is_escalated", gettext_lazy("Whether the office has put it before the government")
    ),
    "days_open": Field(
        quantity(
            "days",
            optional(WHOLE),
            description=gettext_lazy("Days since it was raised; null where it is not open"),
        ),
        ("problem__raised_on", "state"),
        _days_open,
    ),
    "days_overdue": Field(
        quantity(
            "days",
            optional(WHOLE),
            description=gettext_lazy(
                "Days since its due date, or since the office should have assigned or verified it; null where it is "
                "not overdue"
            ),
        ),
        ("due_on", "state", "state_since"),
        _days_overdue,
    ),
    "since": column("made_on", meaning(gettext_lazy("The day of its last step; null of a draft"), optional(DAY))),
    "closed_on": Field(
        meaning(gettext_lazy("The day on which it was closed; null where it is not"), optional(DAY)),
        ("state", "made_on"),
        _closed_on,
    ),
    "provenance": column("problem__provenance", PROVENANCE),
    "source": column("problem__source", SOURCE, convert=format_source),
    "updated_at": column("problem__updated_at", UPDATED_AT, convert=api_timestamp),
    "url": Field(URL, (*SUBJECT_CODES, "problem__number"), _address),
}

KEPT: dict[str, Shape] = {
    **in_both("text", WHAT),
    "category": meaning(gettext_lazy("Slug of its category; empty where it had none")),
    "helpers": PROBLEM["helpers"].shape,
}
STEP: dict[str, Shape] = {
    "move": choice(STEPS, gettext_lazy("What happened")),
    "made_on": meaning(gettext_lazy("The day"), DAY),
    "made_at": meaning(gettext_lazy("The moment; null where the day alone is known"), optional(MOMENT)),
    "made_by": meaning(
        gettext_lazy("User name of whoever did it; null for those who may not see names, and where nobody is known"),
        optional(TEXT),
    ),
    "state": choice(ProblemState.choices, gettext_lazy("Its state from then on")),
    "owner": meaning(
        gettext_lazy("Slug of the department that was to solve it from then on; null: it was not assigned"),
        optional(TEXT),
    ),
    "due_on": meaning(gettext_lazy("Its due date from then on; null where none was set"), optional(DAY)),
    "is_escalated": PROBLEM["is_escalated"].shape,
    "note": meaning(gettext_lazy("The words of whoever did it; null without an account"), optional(TEXT)),
    "files": meaning(
        gettext_lazy("Names of the files that came with it; null without an account"), optional(array(TEXT))
    ),
    "content": meaning(gettext_lazy("What the problem said then"), record(KEPT)),
}
