"""The open problems in a brief: first what is overdue or falls due, then what waits longest."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from briefs.sheet import MAX_NAME, MAX_SHORT_NAME, Cell, Column, Part, rows_that_fit, shortened
from briefs.subject import Subject
from problems.models import ProblemStep
from problems.rows import BY_DUE_DAY, ProblemRow, problem_rows
from web.formats.dates import format_days, format_iso_day
from web.formats.numbers import format_number
from web.language import localized

MAX_PROBLEMS, PROBLEM_LINES = 3, 5
# Whose they are, as addresses of the list of problems name it.
OWN = {"section": "section", "department": "owner", "theme": "theme"}


def problems_part(about: Subject) -> Part | None:
    """None where no problem is open. A department's are those that it must solve."""
    count = sum(each.is_open and about.has_problem(each) for each in about.figures.problem_rows)
    if not count:
        return None
    columns = _columns(about)
    steps = _steps(about).order_by(*BY_DUE_DAY)[:MAX_PROBLEMS]
    rows = [_row(each, about) for each in problem_rows(steps, on=about.day)]
    shown = rows_that_fit(columns, rows, most=MAX_PROBLEMS, lines=PROBLEM_LINES)
    own = {OWN[about.by]: about.group.key} if about.by in OWN else {}
    return Part(
        _("Problems not closed: %(count)s") % {"count": format_number(count)},
        columns,
        shown,
        left_out=count - len(shown),
        url=about.links.as_of(about.day).url("problems:list", state="open", **own),
    )


def _steps(about: Subject) -> Any:
    steps = ProblemStep.objects.in_plan(about.figures.plan).last_by(about.day).open().with_rows()
    group = about.group.group
    if about.by == "department":
        return steps.owned_by(group)
    if about.by == "theme":
        return steps.in_themes([group])
    return steps.filter(problem__measure__section=group) if about.by == "section" else steps


def _columns(about: Subject) -> list[Column]:
    """Return the columns; who solves a problem is known on a department's own sheet: there the state stands in its
    place."""
    last = pgettext("problem", "State") if about.by == "department" else pgettext("problem", "Owner")
    return [
        Column(_("Problem"), 51),
        Column(_("To be solved by"), 13, is_number=True),
        Column(_("Days open"), 12, is_number=True),
        Column(last, 24),
    ]


def _row(row: ProblemRow, about: Subject) -> list[Cell]:
    problem, step = row.problem, row.step
    url = about.links.url(f"problems:{problem.subject_kind}_problem", problem.subject.code, problem.number)
    days = format_days((about.day - problem.raised_on).days) if problem.raised_on else ""
    is_state = about.by == "department" or step.responsible is None
    last = step.get_state_display() if is_state else localized(step.owner, "short")
    return [
        Cell(shortened(localized(problem, "text"), MAX_NAME), url),
        Cell(format_iso_day(step.due_on), is_bold=row.left.is_overdue),
        Cell(days, is_bold=row.left.is_overdue),
        Cell(shortened(last, MAX_SHORT_NAME)),
    ]
