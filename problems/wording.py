"""How many problems are open and overdue, in words, for every page that says so in one sentence."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from problems.rules import ProblemCounts
from web.formats.numbers import format_number


def clauses_of(counts: ProblemCounts) -> list[str]:
    """How many are not closed, how many overdue, how old the oldest is; nothing where none is open."""
    if not counts.open:
        return []
    words = ngettext("%(count)s problem is not closed", "%(count)s problems are not closed", counts.open)
    clauses = [words % {"count": format_number(counts.open)}]
    if counts.overdue:
        text = _("%(count)s overdue, the longest by %(days)s days")
        clauses.append(text % {"count": format_number(counts.overdue), "days": format_number(counts.longest_overdue)})
    return [*clauses, _("the oldest is %(days)s days old") % {"days": format_number(counts.oldest)}]
