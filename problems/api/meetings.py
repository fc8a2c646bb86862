from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from measures.filters import asked_plan
from problems.meeting_sheets import SheetRow, meetings_on, rows_of
from problems.models import Meeting
from problems.workflow import LISTED_STATES
from web.api.endpoints import ListEndpoint, Row
from web.api.fields import UPDATED, Chunk, Field, Reader, filtered_list, linked, local_fields, stored
from web.api.shapes import ADDRESS, DAY, TEXT, array, choice, meaning, optional, record
from web.lists.filters import DayFilter, SearchFilter, UpdatedFilterSet

MEETING_ORDERINGS = {"held_on": ["held_on", "number"], "number": ["number"]}
DIRECTION = {
    "problem": meaning(gettext_lazy("Code of the problem: that of its measure or project and its number")),
    "owner": meaning(gettext_lazy("Slug of the department that was to solve it")),
    "note": meaning(gettext_lazy("What is to be done; null for visitors without an account"), optional(TEXT)),
    "due_on": meaning(gettext_lazy("By when"), optional(DAY)),
    "given_on": meaning(gettext_lazy("The day on which it was entered"), DAY),
    "state": choice(
        [(each.value, each.label) for each in LISTED_STATES], gettext_lazy("The problem's state on the day")
    ),
}


class MeetingFilter(UpdatedFilterSet):
    search = SearchFilter("place", names=["title"])
    held_from = DayFilter(field_name="held_on", lookup_expr="gte", label=gettext_lazy("Held from"))
    held_to = DayFilter(field_name="held_on", lookup_expr="lte", label=gettext_lazy("Held until"))


def _problems(chunk: Chunk) -> Mapping[int, Sequence[str]]:
    rows = rows_of(chunk.ids, on=chunk.endpoint.day)
    return {key: [row.problem.code for row in found] for key, found in rows.items()}


def _directions(chunk: Chunk) -> Reader:
    rows = rows_of(chunk.ids, on=chunk.endpoint.day)
    sees_notes = chunk.endpoint.request.user.is_authenticated
    return lambda meeting: [
        _direction(row, sees_notes=sees_notes) for row in rows.get(meeting["pk"], []) if row.direction is not None
    ]


def _direction(row: SheetRow, *, sees_notes: bool) -> Row:
    return {
        "problem": row.problem.code,
        "owner": row.direction.owner.slug,
        "note": row.direction.note if sees_notes else None,
        "due_on": row.direction.due_on,
        "given_on": row.direction.made_on,
        "state": row.step.state,
    }


class Meetings(ListEndpoint):
    permission = READERS
    component = "MeetingList"
    summary = gettext_lazy(
        "The coordination meetings of a plan held by the day, and today those to come: their problems, and the "
        "direction given on each. What is to be done is shown to those who are logged in."
    )
    row_fields = {
        "number": stored(Meeting, "number", gettext_lazy("Its number in the plan")),
        **local_fields("title", gettext_lazy("Title of the meeting")),
        "held_on": stored(Meeting, "held_on", gettext_lazy("The day on which it is held")),
        "place": stored(Meeting, "place", gettext_lazy("Where it is held")),
        "problems": linked(meaning(gettext_lazy("Codes of the problems on its agenda"), array(TEXT)), _problems),
        "directions": Field(
            meaning(gettext_lazy("The directions given by the day"), array(record(DIRECTION))), ("pk",), _directions
        ),
        **UPDATED,
        "url": filtered_list(
            "api-meetings",
            meaning(gettext_lazy("Address of the meetings of its day in the API"), ADDRESS),
            held_from="held_on",
            held_to="held_on",
        ),
    }
    filterset_class = MeetingFilter
    orderings = MEETING_ORDERINGS
    default_ordering = "-held_on"
    takes_plan = True
    name = "meetings"
    kinds = ("measures", "plans", "projects", "reports", "accounts")

    def get_queryset(self) -> Any:
        return meetings_on(asked_plan(self.request._request), on=self.day)
