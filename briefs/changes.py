"""The changes of a brief's measures since the day that it is compared with."""

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from briefs.sheet import FEW_NAMES, MAX_NAMES, Cell, Column, Part, format_some
from briefs.subject import Subject
from core.scope import PlanScope
from core.statuses import MeasureStatus
from dashboard.changes import Changes
from dashboard.pages.sentences import format_earlier_day
from measures.comparison import MeasureChange
from web.formats.numbers import format_number
from web.language import localized

# More names never fit.
MAX_NAMED = 20


def changes_part(about: Subject, *, lines: int) -> Part:
    """Each kind of change: how many measures, and the names that fit. What is rare is left out where there is none."""
    kinds = _kinds(about)
    since = format_earlier_day(about.then.day, about.day.year)
    title = _("Changes since %(day)s") % {"day": since}
    part = Part(title, _columns(), [_row(*kind, room=MAX_NAMES) for kind in kinds])
    return part if part.lines <= lines else Part(title, _columns(), [_row(*kind, room=FEW_NAMES) for kind in kinds])


def _kinds(about: Subject) -> list[tuple[str, list[str], int]]:
    """Return the kinds of changes: of each its label, titles of measures, and how many there are."""
    changes = Changes(about.figures, about.then, about.members).measures
    kinds: list[tuple[str, Callable[[MeasureChange], bool], bool]] = [
        (_("Newly completed"), lambda each: each.is_completed, True),
        (_("Advanced"), _makes_progress, True),
        (_("Status reversed"), lambda each: each.fell_back, True),
        (_("Newly listed"), lambda each: each.is_new, True),
        (_("Suspended or withdrawn"), lambda each: each.has_left, False),
        (_("Resumed"), lambda each: each.has_returned, False),
    ]
    found = [_newly_overdue(about)]
    for label, is_so, is_always_shown in kinds:
        titles = [localized(each.measure, "title") for each in changes if is_so(each)]
        if titles or is_always_shown:
            found.append((label, titles, len(titles)))
    return found


def _columns() -> list[Column]:
    return [
        Column(pgettext("table head", "Change"), 20),
        Column(pgettext("table head", "Count"), 8, is_number=True),
        Column(pgettext("table head", "Which"), 72),
    ]


def _row(label: str, titles: list[str], count: int, *, room: int) -> list[Cell]:
    return [Cell(label), Cell(format_number(count), is_bold=count > 0), Cell(format_some(titles, count, room=room))]


def _makes_progress(each: MeasureChange) -> bool:
    """Came to make progress; who fell back to it is told as that."""
    return each.has_moved and not each.fell_back and each.status == MeasureStatus.IN_PROGRESS


def _newly_overdue(about: Subject) -> tuple[str, list[str], int]:
    """Overdue now and not on the earlier day."""
    then = about.then.day
    was_not = Q(due_on__gte=then) | Q(status_then=MeasureStatus.COMPLETED)
    was_out = Q(scope_then__isnull=True) | ~Q(scope_then=PlanScope.IN_PLAN.value)
    new = about.overdue.filter(was_not | was_out)
    titles = [localized(measure, "title") for measure in new[:MAX_NAMED]]
    count = len(titles) if len(titles) < MAX_NAMED else new.count()
    return _("Newly overdue"), titles, count
