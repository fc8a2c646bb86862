"""The revisions of a project's total and planned days, as pages show them."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import Project, Term, TermsChange
from projects.terms import Delay, Overrun, delay_of, first_values, overrun_of
from web.formats.dates import format_days
from web.formats.money import format_exact_money
from web.formats.numbers import format_percent


class TermRow(NamedTuple):
    """A revision with its values as texts."""

    change: TermsChange
    old: str
    new: str


class TermSummary(NamedTuple):
    """A term that was revised, and how far it has moved, as texts."""

    label: str
    words: str


class TermsHistory(NamedTuple):
    """`moved`: the terms that were revised, by the name of their column; `first`: the first value of each; `rows`:
    newest first. All are empty where nothing was ever revised."""

    moved: dict[str, TermSummary]
    first: dict[str, str]
    rows: list[TermRow]


def terms_history(project: Project) -> TermsHistory:
    """Return the history of a project's terms, in one query."""
    changes = list(project.terms_changes.select_related("recorded_by"))
    first = first_values(changes)
    overrun = overrun_of(first, project.investment_wan)
    moved = (
        {}
        if overrun is None
        else {Term.INVESTMENT.value: TermSummary(str(Term.INVESTMENT.label), _overrun_words(overrun))}
    )
    for term in (Term.PLANNED_START, Term.PLANNED_COMPLETION):
        delay = delay_of(first, term, getattr(project, term))
        if delay is not None:
            moved[term.value] = TermSummary(str(term.label), _delay_words(delay))
    rows = [
        TermRow(each, *(_written(each.field, value) for value in (each.old_value, each.new_value))) for each in changes
    ]
    return TermsHistory(moved, first, rows)


def _overrun_words(overrun: Overrun) -> str:
    words = {
        "first": format_exact_money(overrun.original),
        "now": format_exact_money(overrun.present),
        "more": format_exact_money(abs(overrun.more)),
        "rate": format_percent(None if overrun.rate is None else abs(overrun.rate)),
    }
    if overrun.more > 0:
        return _("At first %(first)s, now %(now)s: an overrun of %(more)s (%(rate)s)") % words
    if overrun.more < 0:
        return _("At first %(first)s, now %(now)s: %(more)s less (%(rate)s)") % words
    return _("%(now)s, as it was at first") % words


def _delay_words(delay: Delay) -> str:
    words = {
        "first": _written("", "" if delay.original is None else delay.original.isoformat()),
        "now": _written("", "" if delay.present is None else delay.present.isoformat()),
        "days": format_days(abs(delay.days or 0)),
    }
    if delay.days is None:
        return _("At first %(first)s, now %(now)s") % words
    if delay.days > 0:
        return _("At first %(first)s, now %(now)s: %(days)s later") % words
    if delay.days < 0:
        return _("At first %(first)s, now %(now)s: %(days)s earlier") % words
    return _("%(now)s, as it was at first") % words


def _written(term: str, value: str) -> str:
    if not value:
        return pgettext("planned day", "no day")
    return format_exact_money(value) if term == Term.INVESTMENT else value
