"""The sheets of problems that stand in the way of measures and projects, and of the meetings about them. Steps and what
meetings decided are records."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import (
    Text,
    day,
    in_both,
    names,
    numbered,
    one_of,
    ref,
    refs,
    remove,
    sourced,
    titles,
    whole,
)
from problems.workflow import STEPS, ProblemState

# The steps of a problem as a list to choose from.
ProblemStepKind: Any = TextChoices("ProblemStepKind", [(name.upper(), (name, done)) for name, done in STEPS])  # type: ignore[call-overload]  # labels that wait for a language

_SUBJECT = (
    ref("measure", _("Measure"), _("Its code. Empty where it is about a project."), "measures", example="M001"),
    ref("project", _("Project"), _("Its code. Empty where it is about a measure."), "projects"),
)
MAX_COUNT = 999


def counted(name: str, label: Text, help: Text, *, required: bool = False) -> Column:
    """Makes a column that names a row by its number."""
    return Column(name, label, help, "1", Kind.WHOLE, required, least=1, most=MAX_COUNT)


def _problem(help: Text, *, required: bool = True) -> Column:
    return counted("problem", pgettext_lazy("ledger", "Number of the problem"), help, required=required)


PROBLEM_CATEGORIES = Sheet(
    name="problem_categories",
    label=_("Categories of problems"),
    help=_("What the plan sorts its problems by. A new plan without any gets seven: land, money, approvals and so on."),
    key=("slug",),
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters and hyphens. Empty in a new row: made from the name."),
            "money",
            Kind.CODE,
            most=50,
        ),
        whole("number", _("Number"), _("Its place in the plan. Empty in a new row: after the others."), "1"),
        *names(60, 120, ("资金", "Money")),
        *sourced(),
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
        counted(
            "number",
            _("Number"),
            _("Counts the problems of the measure or project. Empty in a new row: after the others."),
        ),
        *in_both(
            "text",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("Problem (Chinese)"), _("Problem (English)")),
            _("One of the two languages is enough."),
            ("征地手续尚未办结。", "Land has not been acquired yet."),
        ),
        ref(
            "category",
            pgettext_lazy("problem", "Category"),
            _("By its name in addresses or its name."),
            "problem_categories",
            example="money",
        ),
        day("raised_on", _("Date raised"), _("When it came onto the list."), "2023-07-21", required=True),
        ref(
            "raised_by",
            pgettext_lazy("problem", "Raised by"),
            _("The department. Empty: a city or the office."),
            "departments",
            example="science-technology",
        ),
        ref(
            "raised_by_city",
            pgettext_lazy("problem", "Raised by the city"),
            _("Of a project: the city whose people raised it. Empty: others did."),
            "regions",
        ),
        ref(
            "proposed_owner",
            _("Who can solve it"),
            _("Whom those who raised it propose. Empty: the lead department; a project without one needs it."),
            "departments",
        ),
        refs(
            "helpers",
            _("Asked to help"),
            _("Several with ; between them."),
            "departments",
            example="education; finance",
        ),
        *sourced(),
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
        *_SUBJECT,
        _problem(_("Of the measure or project.")),
        day("made_on", _("Day"), _("On which the step was made."), "2023-07-21", required=True),
        numbered(_("Counts the steps of the problem on that day. Empty: in the order of the file.")),
        one_of("move", _("Step"), _("What was done."), ProblemStepKind, example="raise", required=True),
        one_of("state", _("State"), _("In which it then is. Empty: to which the step leads."), ProblemState),
        ref(
            "owner",
            pgettext_lazy("problem", "Owner"),
            _("The department that is to solve it. Empty: as before; at first the lead department."),
            "departments",
        ),
        day("due_on", _("Due date"), _("By which it is to be solved. Empty: as before."), ""),
        Column(
            "is_escalated",
            _("Put before the government"),
            _("Empty: as before; at first no."),
            "",
            Kind.YES_NO,
        ),
        Column("note", pgettext_lazy("problem", "Note"), _("In the words of whoever made it."), most=MAX_TEXT_LENGTH),
        Column(
            "made_at",
            _("Moment"),
            _("Together with the person; empty where only the day is known."),
            "",
            Kind.MOMENT,
        ),
        ref("made_by", _("Made by"), _("The account name."), "people"),
    ),
)

MEETINGS = Sheet(
    name="meetings",
    label=_("Coordination meetings"),
    help=_("Meetings at which the office gives directions on problems."),
    key=("number",),
    columns=(
        counted("number", _("Number"), _("Names the meeting within the plan. Empty in a new row: after the others.")),
        day("held_on", pgettext_lazy("meeting", "Date"), _("On which it is held."), "2023-07-28", required=True),
        *titles(120, 200, ("七月协调会", "Meeting of July")),
        Column("place", pgettext_lazy("meeting", "Place"), _("Where it is held."), "", most=120),
    ),
)

MEETING_ITEMS = Sheet(
    name="meeting_items",
    label=_("Problems of meetings"),
    help=_("Which problems are on the agenda of each meeting, and the step that it made with each."),
    key=("meeting", "measure", "project", "problem"),
    columns=(
        counted("meeting", _("Meeting"), _("Its number."), required=True),
        *_SUBJECT,
        _problem(_("Of the measure or project.")),
        whole("position", _("Position"), _("Its place on the agenda. Empty in a new row: after the others."), "1"),
        day("direction_on", _("Direction"), _("The day of the step that the meeting made. Empty: none yet."), ""),
        numbered(_("Of that step. Empty: 1."), "direction_number", pgettext_lazy("ledger", "Number of the direction")),
    ),
)
