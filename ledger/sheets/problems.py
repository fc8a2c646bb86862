"""The sheets of problems that stand in the way of measures and projects, and of the meetings about them. Steps and what
meetings decided are records."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.sheets.columns import (
    MAX_COUNT,
    ModelClass,
    column_of,
    counted,
    in_both,
    names,
    numbered,
    of_another,
    place,
    remove,
    slug,
    sourced,
    titles,
)
from problems.models import Meeting, MeetingItem, Problem, ProblemCategory, ProblemStep

_SUBJECT = (
    column_of(Problem, "measure", _("Its code. Empty where it is about a project."), "M001"),
    column_of(Problem, "project", _("Its code. Empty where it is about a measure.")),
)
_PROBLEM = (
    *map(of_another, _SUBJECT),
    counted(
        "problem", pgettext_lazy("ledger", "Number of the problem"), _("Of the measure or project."), "1", required=True
    ),
)


def _number(model: ModelClass, help: Text) -> Column:
    return column_of(model, "number", help, "1", required=False, least=1, most=MAX_COUNT)


PROBLEM_CATEGORIES = Sheet(
    name="problem_categories",
    label=_("Categories of problems"),
    help=_("What the plan sorts its problems by. A new plan without any gets seven: land, money, approvals and so on."),
    key=("slug",),
    columns=(
        slug(ProblemCategory, "money"),
        place(ProblemCategory),
        *names(ProblemCategory, ("资金", "Funding")),
        *sourced(ProblemCategory),
        remove(),
    ),
)

PROBLEMS = Sheet(
    name="problems",
    label=pgettext_lazy("ledger", "Problems"),
    help=_(
        "What stands in the way of measures and projects. One without a step in the next sheet is raised on its day, "
        "and the lead department is to solve it. Not in it: drafts, which only their authors read."
    ),
    key=("measure", "project", "number"),
    columns=(
        *_SUBJECT,
        _number(Problem, _("Counts the problems of the measure or project. Empty in a new row: after the others.")),
        *in_both(
            Problem,
            "text",
            _("One of the two languages is enough."),
            ("征地手续尚未办结。", "Land has not been acquired yet."),
            most=MAX_TEXT_LENGTH,
        ),
        column_of(Problem, "category", _("By its name in addresses or its name."), "money"),
        column_of(Problem, "raised_on", _("When it came onto the list."), "2023-07-21", required=True),
        column_of(Problem, "raised_by", _("The department. Empty: a city or the office."), "science-technology"),
        column_of(Problem, "raised_by_city", _("Of a project: the city whose people raised it. Empty: others did.")),
        column_of(
            Problem,
            "proposed_owner",
            _("Whom those who raised it propose. Empty: the lead department; a project without one needs it."),
        ),
        column_of(Problem, "helpers", _("Several with ; between them."), "education; finance"),
        *sourced(Problem),
    ),
)

PROBLEM_STEPS = Sheet(
    name="problem_steps",
    label=_("Steps of problems"),
    help=_(
        "How problems were raised, assigned, solved and closed. What a step leaves empty stays as it was. Not in it: "
        "files; a backup has them."
    ),
    key=("measure", "project", "problem", "made_on", "number"),
    columns=(
        *_PROBLEM,
        column_of(ProblemStep, "made_on", _("On which the step was made."), "2023-07-21"),
        numbered(_("Counts the steps of the problem on that day. Empty: in the order of the file.")),
        column_of(ProblemStep, "move", _("What was done."), "raise"),
        column_of(ProblemStep, "state", _("In which it then is. Empty: to which the step leads."), required=False),
        column_of(
            ProblemStep,
            "owner",
            _("The department that is to solve it. Empty: as before; at first the lead department."),
            required=False,
        ),
        column_of(ProblemStep, "due_on", _("By which it is to be solved. Empty: as before."), ""),
        column_of(ProblemStep, "is_escalated", _("Empty: as before; at first no.")),
        column_of(ProblemStep, "note", _("In the words of whoever made it."), most=MAX_TEXT_LENGTH),
        column_of(ProblemStep, "made_at", _("Together with the person; empty where only the day is known."), ""),
        column_of(ProblemStep, "made_by", _("The account name.")),
    ),
)

MEETINGS = Sheet(
    name="meetings",
    label=_("Coordination meetings"),
    help=_("Meetings at which the office gives directions on problems."),
    key=("number",),
    columns=(
        _number(Meeting, _("Names the meeting within the plan. Empty in a new row: after the others.")),
        column_of(Meeting, "held_on", _("On which it is held."), "2023-07-28"),
        *titles(Meeting, ("七月协调会", "Meeting of July")),
        column_of(Meeting, "place", _("Where it is held.")),
    ),
)

MEETING_ITEMS = Sheet(
    name="meeting_items",
    label=_("Problems of meetings"),
    help=_("Which problems are on the agenda of each meeting, and the step that it made with each."),
    key=("meeting", "measure", "project", "problem"),
    columns=(
        counted("meeting", _("Meeting"), _("Its number."), "1", required=True),
        *_PROBLEM,
        place(MeetingItem, "position", _("Its place on the agenda. Empty in a new row: after the others.")),
        Column(
            "direction_on",
            _("Direction"),
            _("The day of the step that the meeting made. Empty: none yet."),
            kind=Kind.DAY,
        ),
        counted("direction_number", pgettext_lazy("ledger", "Number of the direction"), _("Of that step. Empty: 1.")),
    ),
)
